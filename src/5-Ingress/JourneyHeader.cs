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
            passage.Record.JourneyId = Field(text, "Self=") ?? Field(text, "Root=");
            var root = Field(text, "Root=");
            if (root is { Length: 35 }) passage.Record.TraceId = string.Concat(root.AsSpan(2, 8), root.AsSpan(11));
        }

        passage.Record.TraceId = TraceParent.TraceIdOf(request) ?? passage.Record.TraceId;
    }

    private static string? Field(string header, string name) =>
        header.Split(';', StringSplitOptions.TrimEntries).FirstOrDefault(p => p.StartsWith(name, StringComparison.OrdinalIgnoreCase))?[name.Length..];
}
