using System.Globalization;
using System.Text;
using Usher.Model.Journeys;
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
            var root = Field(header, "Root="u8);
            var self = Field(header, "Self="u8);
            var id = self.IsEmpty ? root : self;
            if (!id.IsEmpty) passage.Identify(id);
            // As the load balancer does: of a root in another form, the id that it minted stands in.
            if (!self.IsEmpty) passage.Record.TraceId = TraceRoot.TraceIdOf(Encoding.Latin1.GetString(root));
        }

        TraceParent.Note(request, passage.Record);
        // No load balancer of HTTP stands in front: the trace begins here.
        if (passage.Record.JourneyId is null) passage.Record.TraceId ??= Begin(passage);
    }

    /// <summary>A trace id whose first 8 digits are the time, as a load balancer's would be.</summary>
    private static string Begin(RequestPassage passage) =>
        string.Create(CultureInfo.InvariantCulture, $"{(uint)passage.Record.StartedOn.ToUnixTimeSeconds():x8}{Random.Shared.GetHexString(24, lowercase: true)}");

    /// <summary>The first of the header's fields that begins with this, or nothing.</summary>
    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> header, ReadOnlySpan<byte> name)
    {
        foreach (var range in header.Split((byte)';'))
        {
            var field = header[range].Trim(" \t"u8);
            if (field.Length >= name.Length && Ascii.EqualsIgnoreCase(field[..name.Length], name)) return field[name.Length..];
        }

        return default;
    }
}
