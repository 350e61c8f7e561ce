using System.Globalization;
using CsCheck;

namespace Usher.LoadBalancer.Tests.Desync;

/// <summary>Requests as clients and attackers send them, and what chance makes of them. Text of Latin-1, a byte a character.</summary>
internal static class MutatedRequests
{
    private const string Form = "Host: shop.example.com\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n";

    private static readonly string[] Corpus =
    [
        $"GET /products?page=2 HTTP/1.1\r\n{Form}\r\n",
        $"HEAD / HTTP/1.1\r\n{Form}\r\n",
        $"GET /a HTTP/1.1\r\n{Form}Cookie: a=b; c=d\r\nAccept-Encoding: gzip, deflate, br\r\nUpgrade-Insecure-Requests: 1\r\nSec-Fetch-Mode: navigate\r\n\r\n",
        $"GET http://shop.example.com/abs?x=1 HTTP/1.1\r\n{Form}\r\n",
        $"GET /old HTTP/1.0\r\n{Form}Connection: keep-alive\r\n\r\n",
        $"OPTIONS * HTTP/1.1\r\n{Form}\r\n",
        $"DELETE /cart/7 HTTP/1.1\r\n{Form}Content-Length: 0\r\n\r\n",
        $"POST /orders HTTP/1.1\r\n{Form}Content-Type: application/json\r\nContent-Length: 11\r\n\r\n{{\"a\":\"b c\"}}",
        $"PUT /upload HTTP/1.1\r\n{Form}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n",
        $"POST /trailer HTTP/1.1\r\n{Form}Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
        $"POST /trailers HTTP/1.1\r\n{Form}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nContent-Length: 5\r\nTransfer_Encoding: chunked\r\nHost: b\r\nX-Sum: 1\r\n\r\n",
        $"POST /continue HTTP/1.1\r\n{Form}Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
        $"POST /both HTTP/1.1\r\n{Form}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n5c\r\nGET /smuggled HTTP/1.1\r\nHost: shop.example.com\r\nX-Amzn-Trace-Id: Root=1-smuggled\r\nContent-Length: 9\r\n\r\n\r\n0\r\n\r\n",
        $"POST /twice HTTP/1.1\r\n{Form}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        $"POST /like HTTP/1.1\r\n{Form}Content-Length: 44\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n",
        $"GET /body HTTP/1.1\r\n{Form}Content-Length: 37\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n\r\n",
        $"GET /ws HTTP/1.1\r\n{Form}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n",
    ];

    private static readonly string[] Pieces =
    [
        "\r", "\n", "\r\n", "\0", " ", "\t", ":", ",", ";", "#", "%0d", "\u0001", "\u000b", "\u007f", "\u0080", "\u00a0", "\u00c5\u00bf", "\r\n ", "\r\n\t", "\r\n\r\n",
        "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: identity\r\n", "Transfer_Encoding: chunked\r\n", "Transfer-Encoding\t: chunked\r\n", " Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding: x\rchunked\r\n", "Content-Length: 5\r\n", "Content-Length: 0\r\n", "Content_Length: 3\r\n", "Content-Length : 7\r\n", "Content-Length: +3\r\n",
        "Connection: close\r\n", "Connection: Content-Length\r\n", "Connection: X-Amzn-Trace-Id, Host\r\n", "Host: b\r\n", ": nameless\r\n", "   \r\n", "X: a\r\n b: c\r\n", "Expect: 100-continue\r\n",
        "0\r\n\r\n", "3\r\nabc\r\n", "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", " HTTP/1.1", " HTTP/1.0", "HTTP/1.2",
    ];

    private static readonly Gen<(int Kind, double At, int Pick, char With)> Edit = Gen.Select(Gen.Int[0, 6], Gen.Double.Unit, Gen.Int[0, 10_000], Gen.Char['\0', '\u00ff']);

    /// <summary>One request of the corpus, changed up to four times.</summary>
    internal static Gen<string> Requests { get; } =
        from wire in Gen.Int[0, Corpus.Length - 1].Select(i => Corpus[i])
        from edits in Edit.Array[0, 4]
        select edits.Aggregate(wire, Mutate);

    /// <summary>How many cases a run has: <paramref name="normal"/>, or <c>USHER_FUZZ_COUNT</c> where that is set.</summary>
    internal static int Count(int normal) =>
        int.TryParse(Environment.GetEnvironmentVariable("USHER_FUZZ_COUNT"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : normal;

    private static string Mutate(string wire, (int Kind, double At, int Pick, char With) edit)
    {
        if (wire.Length == 0) return wire;
        var at = (int)(edit.At * wire.Length);
        var line = wire.LastIndexOf('\n', at) + 1;
        var end = wire.IndexOf('\n', at) is >= 0 and var found ? found + 1 : wire.Length;
        return edit.Kind switch
        {
            0 => wire[..at] + edit.With + wire[(at + 1)..],
            1 => wire.Insert(at, edit.With.ToString()),
            2 => wire.Remove(at, 1),
            3 => wire.Insert(at, Pieces[edit.Pick % Pieces.Length]),
            4 => wire.Insert(line, Pieces[edit.Pick % Pieces.Length]),
            5 => wire.Insert(line, wire[line..end]),
            _ => wire.Remove(line, end - line),
        };
    }
}
