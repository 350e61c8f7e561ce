using System.Text;

namespace Usher.Cli.Client;

/// <summary>A head of HTTP/1.1 as it is on the wire.</summary>
/// <param name="FirstLine">Its first line.</param>
/// <param name="Headers">Its fields in their order.</param>
/// <param name="Length">Its bytes, with the empty line.</param>
internal sealed record RawHead(string FirstLine, IReadOnlyList<KeyValuePair<string, string>> Headers, int Length)
{
    /// <summary>The status of a response's head; 0 of a request's.</summary>
    internal int Status => FirstLine.StartsWith("HTTP/1.", StringComparison.Ordinal) && FirstLine.Length >= 12 && int.TryParse(FirstLine.AsSpan(9, 3), out var status) ? status : 0;

    /// <summary>The reason phrase of a response's head.</summary>
    internal string Reason => Status == 0 || FirstLine.Length <= 13 ? "" : FirstLine[13..];

    /// <summary>Reads the head that bytes begin with; null when they begin with none, as those of HTTP/2 don't.</summary>
    internal static RawHead? Read(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0 || bytes.StartsWith("PRI * HTTP/2.0"u8)) return null;
        var lines = Encoding.Latin1.GetString(bytes[..end]).Split("\r\n");
        return lines[0].Contains("HTTP/1.", StringComparison.Ordinal)
            ? new RawHead(lines[0], [.. lines.Skip(1).Select(l => l.Split(':', 2)).Where(p => p.Length == 2).Select(p => KeyValuePair.Create(p[0], p[1].Trim()))], end + 4)
            : null;
    }
}
