using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Usher.LoadBalancer.Tests.Desync;

/// <summary>A request that only one reading exists of.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">The target.</param>
/// <param name="Headers">The headers in order.</param>
/// <param name="Body">The decoded body.</param>
internal sealed record StrictRequest(string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, string Body)
{
    internal string? this[string name] => Headers.FirstOrDefault(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    internal bool IsHealthCheck => this["User-Agent"]?.StartsWith("ELB-HealthChecker", StringComparison.Ordinal) == true;

    internal bool Closes => this["Connection"]?.Equals("close", StringComparison.OrdinalIgnoreCase) == true;
}

/// <summary>
/// Reads HTTP/1.1 requests by the grammar alone (RFC 9112), independently of the product's parser: whatever some server might read in another way is a <see cref="FormatException"/>.
/// </summary>
internal static partial class StrictReading
{
    /// <summary>The first request of what came; null while it isn't whole.</summary>
    internal static StrictRequest? Next(string received, out int used)
    {
        used = 0;
        var end = received.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return null;
        var head = Head().Match(received[..(end + 2)]);
        if (!head.Success) throw new FormatException($"No strict head: {received[..(end + 2)]}");
        var headers = head.Groups["name"].Captures.Zip(head.Groups["value"].Captures, (n, v) => (n.Value, v.Value.Trim(' ', '\t'))).ToList();
        var lengths = Values(headers, "Content-Length");
        var codings = Values(headers, "Transfer-Encoding");
        if (Values(headers, "Host").Count != 1 || lengths.Count + codings.Count > 1) throw new FormatException($"Host or framing isn't one: {received[..(end + 2)]}");
        if (headers.Any(h => h.Item1.ToUpperInvariant() is var name && Separators().Replace(name, "-").Trim('-') is "CONTENT-LENGTH" or "TRANSFER-ENCODING" && name is not ("CONTENT-LENGTH" or "TRANSFER-ENCODING")))
            throw new FormatException($"A header is near a framing header: {received[..(end + 2)]}");
        used = end + 4;
        var body = lengths.Count > 0 ? Counted(received[used..], lengths[0], out var bytes) : codings.Count > 0 ? Chunked(received[used..], codings[0], out bytes) : Counted("", "0", out bytes);
        used += bytes;
        return body is null ? null : new StrictRequest(head.Groups["method"].Value, head.Groups["target"].Value, headers, body);
    }

    private static List<string> Values(List<(string Name, string Value)> headers, string name) =>
        [.. headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value)];

    private static string? Counted(string rest, string length, out int bytes)
    {
        if (!Number().IsMatch(length)) throw new FormatException($"Content-Length: {length}");
        bytes = int.Parse(length, CultureInfo.InvariantCulture);
        return rest.Length < bytes ? null : rest[..bytes];
    }

    private static string? Chunked(string rest, string coding, out int bytes)
    {
        if (coding != "chunked") throw new FormatException($"Transfer-Encoding: {coding}");
        bytes = 0;
        for (var body = new StringBuilder(); ;)
        {
            var line = rest.IndexOf("\r\n", bytes, StringComparison.Ordinal);
            if (line < 0) return null;
            if (!Size().IsMatch(rest[bytes..line])) throw new FormatException($"A chunk's size: {rest[bytes..line]}");
            var size = int.Parse(rest.AsSpan(bytes, line - bytes), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0) return Trailers(rest, line + 2, out bytes) ? body.ToString() : null;
            if (rest.Length < line + 2 + size + 2) return null;
            if (rest.Substring(line + 2 + size, 2) != "\r\n") throw new FormatException("A chunk's end.");
            body.Append(rest, line + 2, size);
            bytes = line + 2 + size + 2;
        }
    }

    /// <summary>Reads the trailers up to the empty line; none of them may say anything of framing or of the host.</summary>
    private static bool Trailers(string rest, int from, out int end)
    {
        for (end = from; ;)
        {
            var line = rest.IndexOf("\r\n", end, StringComparison.Ordinal);
            if (line < 0) return false;
            var field = Field().Match(rest[end..line]);
            (var empty, end) = (line == end, line + 2);
            if (empty) return true;
            if (!field.Success || Separators().Replace(field.Groups["name"].Value.ToUpperInvariant(), "-").Trim('-') is "CONTENT-LENGTH" or "TRANSFER-ENCODING" or "HOST" or "CONNECTION" or "TRAILER" or "X-FORWARDED-FOR")
                throw new FormatException($"A trailer: {field.Value}");
        }
    }

    [GeneratedRegex(@"\A(?<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t\x20-\x7e\x80-\xff]*\z")]
    private static partial Regex Field();

    [GeneratedRegex(@"\A(?<method>[!#$%&'*+.^_`|~0-9A-Za-z-]+) (?<target>[\x21\x22\x24-\x7e]+) HTTP/1\.1\r\n(?:(?<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+):(?<value>[\t\x20-\x7e\x80-\xff]*)\r\n)*\z")]
    private static partial Regex Head();

    [GeneratedRegex(@"[^A-Z0-9]+")]
    private static partial Regex Separators();

    [GeneratedRegex(@"\A[0-9]{1,9}\z")]
    private static partial Regex Number();

    [GeneratedRegex(@"\A[0-9A-Fa-f]{1,7}\z")]
    private static partial Regex Size();
}
