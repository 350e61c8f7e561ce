using System.Text;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Links;

/// <summary>What a client sends through a chain and what the upstream does with it.</summary>
internal sealed record LinkCase
{
    /// <summary>What the client does; returns all that it received.</summary>
    public required Func<RawPeer, Task<string>> Client { get; init; }

    /// <summary>What each of the upstream's connections does; null when nothing listens there.</summary>
    public Func<RawPeer, Action<string>, Task>? Upstream { get; init; } = (peer, seen) => AnswerAsync(peer, seen, LinkCases.Ok);

    public ChainOptions Options { get; init; } = new();

    /// <summary>Requests that the client sends in all.</summary>
    public int Requests { get; init; } = 1;

    /// <summary>Whether the second proxy forwards them all; a handler of a test's own may not.</summary>
    public bool Forwarded { get; init; } = true;

    /// <summary>Whether how much was sent before the end, or how it was cut into chunks, may differ, as it may between two runs on a socket.</summary>
    public bool AnyBytes { get; init; }

    /// <summary>
    /// Whether what becomes of connections may differ: a response that is faster than the end of its request's sending costs a socket its connection. A body that
    /// comes after its head may be sent whole and answered before its sender knows.
    /// </summary>
    public bool AnyFate { get; init; }

    internal static async Task AnswerAsync(RawPeer peer, Action<string> seen, string response)
    {
        while (true)
        {
            seen(await peer.ReadMessageAsync());
            await peer.SendAsync(response);
        }
    }
}

/// <summary>Requests that together meet what can happen between two proxies.</summary>
internal static class LinkCases
{
    internal const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);
    private const string Get = "GET /x?y HTTP/1.1\r\nHost: a.example\r\n\r\n";

    internal static IReadOnlyDictionary<string, LinkCase> All { get; } = new Dictionary<string, LinkCase>
    {
        ["get"] = new() { Client = c => AskAsync(c, Get) },
        ["three on one connection"] = new() { Client = c => AskAsync(c, Get, Get, Get), Requests = 3 },
        ["head bytes, order and spelling"] = new()
        {
            Client = c => AskAsync(c, "PATCH /a/../b%41?q HTTP/1.1\r\nhOsT: a.example\r\nX-One:   1 \r\nX-None:\r\nConnection: keep-alive, x-one\r\nX-Two: \u00e9\r\nTE: trailers\r\nAccept: */*\r\n\r\n"),
            Upstream = (u, seen) => LinkCase.AnswerAsync(u, seen, "HTTP/1.1 200 Fine by me\r\nsErVer: x\r\nKeep-Alive: timeout=5\r\ncontent-length: 2\r\nX-Two: 2\r\nX-Two: 3\r\n\r\nok"),
        },
        ["absolute target"] = new() { Client = c => AskAsync(c, "GET http://b.example?q HTTP/1.1\r\nHost: a.example\r\nX: 1\r\n\r\n") },
        ["options *"] = new() { Client = c => AskAsync(c, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") },
        ["HTTP/1.0 without host"] = new() { Client = c => ToEndAsync(c, "GET / HTTP/1.0\r\n\r\n"), Options = new() { FrontEdits = Edits(e => e.Set("Host", "h")) } },
        ["HTTP/1.0 and chunks"] = new()
        {
            Client = c => ToEndAsync(c, "GET / HTTP/1.0\r\nHost: a\r\n\r\n"),
            Upstream = (u, seen) => LinkCase.AnswerAsync(u, seen, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        },
        ["edits on both ways and both sides"] = new()
        {
            Client = c => AskAsync(c, "GET / HTTP/1.1\r\nHost: a\r\nX-Gone: 1\r\nX-Set: 1\r\nX-Set: 2\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX-New: 0\r\n\r\n"),
            Upstream = (u, seen) => LinkCase.AnswerAsync(u, seen, "HTTP/1.1 200 OK\r\nX-Back: 1\r\nServer: s\r\nContent-Length: 2\r\n\r\nok"),
            Requests = 2,
            Options = new()
            {
                FrontEdits = Edits(e => { e.Remove("X-Gone"); e.Set("X-Set", "front"); e.Set("X-New", "n"); e.Add("X-Add", "1"); e.SetTarget("/changed?by=front"); }),
                Edits = Edits(e => { e.Set("X-New", "behind"); e.Remove("X-Add"); e.Set("Host", "b"); }),
                FrontEditor = new Editor(e => { e.Remove("Server"); e.Set("X-Front", "1"); }),
                Editor = new Editor(e => { e.Set("X-Back", "2"); e.Add("X-Behind", "1"); }),
            },
        },
        ["body of a length"] = new() { Client = c => AskAsync(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", Get), Requests = 2 },
        ["body of length 0"] = new() { Client = c => AskAsync(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n") },
        ["body in chunks"] = new()
        {
            Client = c => AskAsync(c, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", Get),
            Requests = 2, AnyBytes = true,
        },
        ["trailers both ways"] = new()
        {
            Client = c => AskAsync(c, "POST / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\nHost: b\r\n\r\n"),
            Upstream = async (u, seen) =>
            {
                seen(await u.ReadUntilAsync("X-Sum: 1\r\n\r\n"));
                await u.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n");
                await u.ReadToEndAsync();
            },
            AnyBytes = true,
            Options = new() { Front = new() { Trailers = true }, Behind = new() { Trailers = true } },
        },
        ["big body there and back"] = new()
        {
            AnyFate = true,
            Client = async c => { await c.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n"); _ = c.SendAsync(Big(3_000_000)); return Shape(await c.ReadMessageAsync()); },
            Upstream = async (u, seen) =>
            {
                seen(Shape(await u.ReadMessageAsync()));
                await u.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n");
                await u.SendAsync(Big(2_000_000));
                await u.ReadToEndAsync();
            },
        },
        ["response in chunks"] = new()
        {
            Client = c => AskAsync(c, Get, Get), Requests = 2, AnyBytes = true,
            Upstream = (u, seen) => LinkCase.AnswerAsync(u, seen, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n"),
        },
        ["response until close"] = new()
        {
            Client = c => AskAsync(c, Get), AnyBytes = true,
            Upstream = async (u, seen) => { seen(await u.ReadMessageAsync()); await u.SendAsync("HTTP/1.1 200 OK\r\nX: y\r\n\r\nall of it"); },
        },
        ["head request"] = new()
        {
            Client = c => AskAsync(c, bodyless: true, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"), Requests = 2,
            Upstream = (u, seen) => LinkCase.AnswerAsync(u, seen, "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n"),
        },
        ["head request of unknown length"] = new()
        {
            Client = c => AskAsync(c, bodyless: true, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"),
            Upstream = (u, seen) => LinkCase.AnswerAsync(u, seen, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        },
        ["204"] = new() { Client = c => AskAsync(c, bodyless: true, Get), Upstream = (u, seen) => LinkCase.AnswerAsync(u, seen, "HTTP/1.1 204 No Content\r\n\r\n") },
        ["304 with a length"] = new()
        {
            Client = c => AskAsync(c, bodyless: true, Get, Get), Requests = 2,
            Upstream = (u, seen) => LinkCase.AnswerAsync(u, seen, "HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\nETag: x\r\n\r\n"),
        },
        ["early hints are dropped"] = new()
        {
            Client = c => AskAsync(c, Get), Upstream = (u, seen) => LinkCase.AnswerAsync(u, seen, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + Ok),
        },
        ["expect continue"] = new()
        {
            AnyFate = true,
            Client = async c =>
            {
                await c.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
                var interim = await c.ReadUntilAsync("\r\n\r\n");
                await c.SendAsync("body");
                return interim + await c.ReadMessageAsync();
            },
        },
        ["the client asks for the end"] = new() { Client = c => ToEndAsync(c, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") },
        ["the front keeps nothing"] = new() { Client = c => AskAsync(c, Get, Get), Requests = 2, AnyFate = true, Options = new() { Front = new() { KeepAlive = false } } },
        ["the upstream keeps nothing"] = new()
        {
            Client = c => AskAsync(c, Get, Get), Requests = 2,
            Upstream = async (u, seen) => { seen(await u.ReadMessageAsync()); await u.SendAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"); },
        },
        ["500"] = new() { Client = c => AskAsync(c, Get), Upstream = (u, seen) => LinkCase.AnswerAsync(u, seen, "HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno") },

        // Failures.
        ["refused"] = new() { Client = c => AskAsync(c, Get), Upstream = null },
        ["closed before a response"] = new() { Client = c => AskAsync(c, Get), Upstream = async (u, seen) => seen(await u.ReadMessageAsync()) },
        ["reset before a response"] = new() { Client = c => AskAsync(c, Get), Upstream = async (u, seen) => { seen(await u.ReadMessageAsync()); u.Reset(); } },
        ["no HTTP"] = new() { Client = c => AskAsync(c, Get), Upstream = (u, seen) => LinkCase.AnswerAsync(u, seen, "SSH-2.0\r\n") },
        ["a head too large for the first"] = new()
        {
            Client = c => AskAsync(c, Get), Upstream = (u, seen) => LinkCase.AnswerAsync(u, seen, $"HTTP/1.1 200 OK\r\nX: {new string('x', 9000)}\r\nContent-Length: 2\r\n\r\nok"),
            Options = new() { Front = new() { ResponseHeadLimits = new() { TotalBytes = 8000 } } }, Forwarded = false,
        },
        ["a head that grew too large for the second"] = new()
        {
            Client = c => AskAsync(c, $"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('x', 16_000)}\r\n\r\n"),
            Options = new() { FrontEdits = Edits(e => e.Set("X", new string('y', 16_400))) }, Forwarded = false, AnyBytes = true,
        },
        ["a header that grew beyond all"] = new()
        {
            Client = c => AskAsync(c, $"GET / HTTP/1.1\r\nHost: a\r\nA: {new string('x', 16_000)}\r\nB: {new string('x', 16_000)}\r\nC: {new string('x', 16_000)}\r\nD: {new string('x', 16_000)}\r\n\r\n"),
            Options = new() { FrontEdits = Edits(e => e.Set("E", new string('y', 3000))) }, Forwarded = false, AnyBytes = true,
        },
        ["a malformed body"] = new()
        {
            Client = c => ToEndAsync(c, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nZ\r\n"), Forwarded = false,
            Upstream = async (u, _) => await u.ReadToEndAsync(),
        },
        ["silence"] = new()
        {
            Client = c => AskAsync(c, Get), Upstream = async (u, seen) => { seen(await u.ReadMessageAsync()); await u.ReadToEndAsync(); },
            Options = new() { Front = new() { ResponseTimeout = Silence } }, Forwarded = false,
        },
        ["silence behind"] = new()
        {
            Client = c => AskAsync(c, Get), Upstream = async (u, seen) => { seen(await u.ReadMessageAsync()); await u.ReadToEndAsync(); },
            Options = new() { Behind = new() { ResponseTimeout = Silence } },
        },
        ["silence in the body"] = new()
        {
            Client = c => BrokenAsync(c, Get), Forwarded = false,
            Upstream = async (u, seen) => { seen(await u.ReadMessageAsync()); await u.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"); await u.ReadToEndAsync(); },
            Options = new() { Front = new() { ResponseTimeout = Silence } },
        },
        ["the client goes in the body"] = new()
        {
            Client = async c => { await c.SendAsync(Get); var head = await c.ReadUntilAsync("\r\n\r\n"); c.Reset(); return head; }, Forwarded = false,
            Upstream = async (u, seen) => { seen(await u.ReadMessageAsync()); await u.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"); await u.ReadToEndAsync(); },
        },
        ["answered at once by the second"] = new()
        {
            Client = c => AskAsync(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", Get), Requests = 2, Forwarded = false,
            Options = new() { Handler = e => e.RespondAsync(503, "text/plain", "none").AsTask() },
        },
        ["a big body that the second doesn't want"] = new()
        {
            Client = async c => { await c.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\npart"); return await c.ReadMessageAsync(); }, Forwarded = false,
            Options = new() { Handler = e => e.RespondAsync(413, "text/plain", "no").AsTask() },
        },
        ["the second cuts"] = new() { Client = c => AskAsync(c, Get), Options = new() { Handler = e => { e.Abort(); return Task.CompletedTask; } }, Forwarded = false },
        ["the second throws"] = new() { Client = c => AskAsync(c, Get), Options = new() { Handler = _ => throw new InvalidOperationException("on purpose") }, Forwarded = false },
    };

    private static Task<string> AskAsync(RawPeer client, params string[] requests) => AskAsync(client, bodyless: false, requests);

    private static async Task<string> AskAsync(RawPeer client, bool bodyless, params string[] requests)
    {
        var received = new StringBuilder();
        foreach (var request in requests)
        {
            await client.SendAsync(request);
            received.Append(await client.ReadMessageAsync(bodyless));
        }

        return received.ToString();
    }

    private static async Task<string> ToEndAsync(RawPeer client, string request)
    {
        await client.SendAsync(request);
        return await client.ReadToEndAsync();
    }

    /// <summary>Only how it ended: how much of a broken response arrives is a matter of timing.</summary>
    private static async Task<string> BrokenAsync(RawPeer client, string request)
    {
        if (request.Length > 0) await client.SendAsync(request);
        try
        {
            await client.ReadMessageAsync();
            return "whole";
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            return "broken";
        }
    }

    private static byte[] Big(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = (byte)('a' + (i % 26));
        return bytes;
    }

    private static string Shape(string message) =>
        $"{message[..message.IndexOf("\r\n\r\n", StringComparison.Ordinal)]} {message.Length} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Encoding.Latin1.GetBytes(message)))}";

    private static HeaderEdits Edits(Action<HeaderEdits> make)
    {
        var edits = new HeaderEdits();
        make(edits);
        return edits;
    }

    private sealed class Editor(Action<HeaderEdits> make) : IResponseEditor
    {
        public void Edit(ResponseHead response, HeaderEdits edits) => make(edits);
    }
}
