using System.Text;
using Usher.Seam;

namespace Usher.Ingress;

/// <summary>Takes the journey's ids from what the load balancer sent.</summary>
internal static class JourneyHeader
{
    internal static void Read(RequestPassage passage)
    {
        var request = passage.Exchange.Request;
        if (request.TryGet("X-Amzn-Trace-Id"u8, out var header))
        {
            var text = Encoding.Latin1.GetString(header);
            var root = Field(text, "Root=");
            passage.Record.JourneyId = Field(text, "Self=") ?? root;
            // As the load balancer does: of a root in another form, the id that it minted stands in.
            passage.Record.TraceId = TraceParent.TraceIdOfRoot(root ?? "") ?? TraceParent.TraceIdOfRoot(passage.Record.JourneyId ?? "");
        }

        passage.Record.TraceId = TraceParent.TraceIdOf(request) ?? passage.Record.TraceId;
    }

    private static string? Field(string header, string name) =>
        header.Split(';', StringSplitOptions.TrimEntries).FirstOrDefault(p => p.StartsWith(name, StringComparison.OrdinalIgnoreCase))?[name.Length..];
}
