using Usher.Model.Contracts;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests.Desync;

/// <summary>A listener for each mode before a strict target.</summary>
public sealed class DesyncRigs : IAsyncLifetime
{
    private readonly Dictionary<string, (Rig Rig, StrictTarget Target)> rigs = [];

    internal (Rig Rig, StrictTarget Target) this[string mode] => rigs[mode];

    public async ValueTask InitializeAsync()
    {
        foreach (var mode in new[] { "monitor", "defensive", "strictest" })
        {
            var rig = new Rig();
            var target = new StrictTarget(rig.Node(1));
            await rig.ApplyAsync(rig.Edge(("routing.http.desync_mitigation_mode", mode)).Group("web", ["i-0a1"]).Listener(80, Forward("web")));
            rigs[mode] = (rig, target);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (rig, target) in rigs.Values)
        {
            await rig.DisposeAsync();
            await target.DisposeAsync();
        }
    }
}

/// <summary>
/// Requests on the wire in every mode: what the client gets, what becomes of both connections, what the target gets, and what record and log say (ALB user guide, Desync mitigation
/// mode and Access logs; the cases are those that github.com/aws/http-desync-guardian tells apart).
/// </summary>
public sealed class DesyncModeTests(DesyncRigs rigs) : IClassFixture<DesyncRigs>
{
    private static readonly string[] Added = ["Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Amzn-Trace-Id", "Connection"];

    public static TheoryData<string, string, string, string> Requests { get; } = new()
    {
        // The request (CRLF for "|"; Host is put in), its class and reason, how it goes in monitor, defensive and strictest, and what the target gets.
        { "GET / HTTP/1.1|X: y||", "-", "200, 200, 200", "GET / X: y" },
        { "POST / HTTP/1.1|Content-Length: 3||abc", "-", "200, 200, 200", "POST / Content-Length: 3 abc" },
        { "POST / HTTP/1.1|Transfer-Encoding: chunked||3|abc|0||", "-", "200, 200, 200", "POST / Transfer-Encoding: chunked abc" },
        { "GET /\u00c3\u00a9 HTTP/1.1|X: \u00e9||", "-", "200, 200, 200", "GET /%C3%A9 X: \u00e9" },

        { "GET /a b HTTP/1.1||", "Acceptable SpaceInUri", "200, 200, 400 desync", "GET /a%20b" },
        { "GET / HTTP/1.1 ||", "Acceptable NonCompliantVersion", "200, 200, 400 desync", "GET /" },
        { "GET / HTTP/1.2||", "Acceptable NonCompliantVersion", "200, 200, 400 desync", "GET /" },
        { "GET / HTTP/1.1|X : y||", "Acceptable NonCompliantHeader", "200, 200, 400 desync", "GET /" },
        { "GET / HTTP/1.1|X: a\u0001b||", "Acceptable NonCompliantHeader", "200, 200, 400 desync", "GET / X: a b" },
        { "GET / HTTP/1.1|Content-Length: 0||", "Acceptable GetHeadZeroContentLength", "200, 200, 400 desync", "GET / Content-Length: 0" },
        { "HEAD / HTTP/1.1|Content-Length: 0||", "Acceptable GetHeadZeroContentLength", "200, 200, 400 desync", "HEAD / Content-Length: 0" },

        { "GET /a\u0001b HTTP/1.1||", "Ambiguous AmbiguousUri", "200, 200 close, 400 desync", "GET /a%01b" },
        { "GET / HTTP/1.1|: y||", "Ambiguous EmptyHeader", "200, 200 close, 400 desync", "GET /" },
        { "GET / HTTP/1.1|  |X: y||", "Ambiguous EmptyHeader", "200, 200 close, 400 desync", "GET / X: y" },
        { "POST / HTTP/1.1|Content-Length: 3|Content-Length: 3||abc", "Ambiguous DuplicateContentLength", "200, 200 close, 400 desync", "POST / Content-Length: 3 abc" },
        { "POST / HTTP/1.1|Content-Length: 4|Transfer-Encoding: chunked||3|abc|0||", "Ambiguous BothTeClPresent", "200, 200 close, 400 desync", "POST / Transfer-Encoding: chunked abc" },
        { "POST / HTTP/1.1|Transfer-Encoding: identity|Content-Length: 3||abc", "Ambiguous BothTeClPresent", "200, 200 close, 400 desync", "POST / Content-Length: 3 abc" },
        { "POST / HTTP/1.1|Transfer-Encoding : chunked|Content-Length: 3||abc", "Ambiguous SuspiciousHeader", "200, 200 close, 400 desync", "POST / Content-Length: 3 abc" },
        { "POST / HTTP/1.1| Transfer-Encoding: chunked|Content-Length: 3||abc", "Ambiguous SuspiciousHeader", "200, 200 close, 400 desync", "POST / Content-Length: 3 abc" },
        { "POST / HTTP/1.1|Content_Length: 5|X: y||", "Ambiguous SuspiciousHeader", "200, 200 close, 400 desync", "POST / X: y" },
        { "GET / HTTP/1.1|Content-Length: 3||abc", "Ambiguous UndefinedContentLengthSemantics", "200, 200 close, 400 desync", "GET / Content-Length: 3 abc" },
        { "GET / HTTP/1.1|Transfer-Encoding: chunked||3|abc|0||", "Ambiguous UndefinedTransferEncodingSemantics", "200, 200 close, 400 desync", "GET / Transfer-Encoding: chunked abc" },
        { "POST / HTTP/1.0|Transfer-Encoding: chunked||3|abc|0||", "Ambiguous UndefinedTransferEncodingSemantics", "200 ended, 200 close, 400 desync", "POST / Transfer-Encoding: chunked abc" },

        { "GET / HTTP/1.1|X: a\0b||", "Severe BadHeader", "200, 400 desync, 400 desync", "GET / X: a b" },
        { "POST / HTTP/1.1|Content-Length: 3|X: a\rTransfer-Encoding: chunked||abc", "Severe BadHeader", "200, 400 desync, 400 desync", "POST / Content-Length: 3 X: a Transfer-Encoding: chunked abc" },
        { "GET / HTTP/1.1|\rTransfer-Encoding: chunked||", "Severe BadHeader", "200, 400 desync, 400 desync", "GET /" },
        { "GET /a\rHTTP/1.1 HTTP/1.1||", "Severe BadUri", "200, 400 desync, 400 desync", "GET /a%0DHTTP/1.1" },
        { "POST / HTTP/1.1|Transfer-Encoding: chunked|Transfer-Encoding: chunked||3|abc|0||", "Severe MultipleTransferEncodingChunked", "200, 400 desync, 400 desync", "POST / Transfer-Encoding: chunked abc" },
        { "POST / HTTP/1.1|Content-Length : 5|Content-Length: 3||abc", "Severe MultipleContentLength", "200, 400 desync, 400 desync", "POST / Content-Length: 3 abc" },

        // No one reading: 400 in every mode.
        { "POST / HTTP/1.1|Content-Length: 3|Content-Length: 4||abc", "Severe MultipleContentLength", "400 conflicting-content-lengths, 400 desync, 400 desync", "" },
        { "POST / HTTP/1.1|Content-Length: 3, 3||abc", "Severe BadContentLength", "400 invalid-content-length, 400 desync, 400 desync", "" },
        { "POST / HTTP/1.1|Transfer-Encoding: xchunked||", "Severe BadTransferEncoding", "501 unsupported-transfer-coding, 400 desync, 400 desync", "" },
        { "POST / HTTP/1.1|Transfer-Encoding: gzip||", "-", "501 unsupported-transfer-coding, 501 unsupported-transfer-coding, 501 unsupported-transfer-coding", "" },
        { "G@T / HTTP/1.1||", "Severe BadMethod", "400 invalid-method, 400 desync, 400 desync", "" },
        { "GET / http/1.1||", "Severe BadVersion", "400 invalid-request-line, 400 desync, 400 desync", "" },
        { "GET /||", "Acceptable NonCompliantVersion", "400 invalid-request-line, 400 invalid-request-line, 400 desync", "" },
        { "GET / HTTP/1.1|X: a| folded||", "-", "400 obsolete-line-folding, 400 obsolete-line-folding, 400 obsolete-line-folding", "" },
        { "GET / HTTP/1.1|X: a\nY: b||", "-", "400 bare-line-feed, 400 bare-line-feed, 400 bare-line-feed", "" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_request_goes_as_its_class_and_the_mode_say(string request, string classification, string modes, string sent)
    {
        var (how, body) = (modes.Split(", "), request.IndexOf("||", StringComparison.Ordinal));
        var line = request.IndexOf('|', StringComparison.Ordinal);
        var wire = $"{request[..line]}|Host: a{request[line..]}".Replace("|", "\r\n", StringComparison.Ordinal);
        Assert.True(body > 0);
        foreach (var (mode, expected) in new[] { "monitor", "defensive", "strictest" }.Zip(how)) await GoesAsync(mode, wire, classification, expected, sent);
    }

    private async Task GoesAsync(string mode, string wire, string classification, string expected, string sent)
    {
        var (rig, target) = rigs[mode];
        var recorded = rig.Journal.Requests.Count;
        target.Take();
        using var client = await rig.ConnectAsync();
        await client.SendAsync(wire);
        var answer = await client.ReadMessageAsync(bodyless: wire.StartsWith("HEAD", StringComparison.Ordinal));
        var record = await rig.Journal.RequestAsync(recorded + 1);
        var (status, _, what) = expected.Split(' ') is [var s, var w] ? (s, 0, w) : (expected, 0, "");

        var kept = status == "200" && what == "";
        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        Assert.Equal((mode, kept), (mode, !answer.Contains("Connection: close", StringComparison.Ordinal)));
        if (kept)
        {
            await MarkerAsync(client);
            // Its record comes a moment after its answer, and isn't to be taken for the next request's.
            await rig.Journal.RequestAsync(recorded + 2);
        }
        else
        {
            // A listener that closes waits a while for the rest of a body that it hasn't read.
            client.EndSending();
            Assert.True(await client.IsClosedAsync());
        }

        var told = record.Decision as IClassifiedRequest;
        Assert.Equal((mode, classification), (mode, told?.Classification is null ? "-" : $"{told.Classification} {told.ClassificationReason}"));
        var got = target.Take().Where(r => r.Target != "/marker").ToList();
        Assert.Equal(status == "200" ? [sent] : [], got.Select(Told));
        Assert.Equal(status == "200" ? null : $"load-balancer.{status}.{what}", record.Outcome);
        Assert.All(got, r => Assert.Equal(what == "close", r.Closes));
        if (status == "200") Assert.Equal(what == "close" ? "closed: keep-alive is off" : "kept", record.UpstreamFate);
        if (what is "close" or "desync") AssertTold(record.Decision!.Tell().Single(), mode, classification);
        if (what == "desync") Assert.Contains($"routing.http.desync_mitigation_mode is {mode}, which blocks it", record.Problem, StringComparison.Ordinal);
        Assert.Empty(target.Violations);
    }

    /// <summary>The connection carries another request, and its answer is its own.</summary>
    private static async Task MarkerAsync(RawPeer client)
    {
        await client.SendAsync("GET /marker HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.EndsWith("/marker", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    private static void AssertTold(Model.Journeys.HopAccount told, string mode, string classification)
    {
        Assert.Equal($"{mode} {classification}", $"{told.Facts["desyncMitigationMode"]} {told.Facts["classification"]} {told.Facts["classificationReason"]}");
        Assert.Contains(told.Reasons, r => r.Candidate == $"desync mitigation mode {mode}" && r.Why.StartsWith(classification.Replace(" ", " for ", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    private static string Told(StrictRequest request)
    {
        var headers = request.Headers.Where(h => !Added.Contains(h.Name)).Select(h => $" {h.Name}: {h.Value}");
        return $"{request.Method} {request.Target}{string.Concat(headers)}{(request.Body.Length > 0 ? " " : "")}{request.Body}";
    }
}
