using System.Net;
using System.Text;
using System.Text.Json;
using Usher.Model.Journeys;
using Usher.Tests;
using Usher.Trace.Har;

namespace Usher.Trace.Tests;

public sealed class HarTests
{
    // Ticks are microseconds here.
    private static readonly ClientTimes Times = new() { Frequency = 1_000_000, Start = 1_000, DnsDone = 3_000, Connected = 4_000, TlsDone = 9_000, RequestSent = 9_500, FirstByte = 20_000, LastByte = 21_250 };

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TestRoad road = new();

    [Fact]
    public void A_clients_exchange_is_told_as_it_saw_it()
    {
        var journey = Told();
        var entry = Checked(HarEntry.Of(journey, new ClientExchange
        {
            Protocol = "HTTP/1.1",
            RequestHeaders = [new("Host", "api.example.com"), new("Cookie", "a=1; b=x=y"), new("Content-Type", "text/plain")],
            RequestHeadBytes = 90,
            RequestBody = Encoding.UTF8.GetBytes("é"),
            StatusText = "OK",
            ResponseHeaders =
            [
                new("Content-Type", "application/json"), new("Set-Cookie", "id=7; Path=/v1; Domain=example.com; HttpOnly; Secure; SameSite=Lax; Expires=Wed, 21 Oct 2026 07:28:00 GMT"), new("set-cookie", "plain"), new("Location", "/next"),
            ],
            ResponseHeadBytes = 120,
            ResponseBodyBytes = 2,
            ResponseBody = "[]"u8.ToArray(),
            Local = IPEndPoint.Parse("127.0.0.1:40112"),
            Remote = IPEndPoint.Parse("127.18.0.1:8443"),
            Times = Times,
        }));

        Assert.Equal("""{"blocked":-1,"dns":2,"connect":6,"ssl":5,"send":0.5,"wait":10.5,"receive":1.25}""", entry.GetProperty("timings").GetRawText());
        Assert.Equal(20.25, entry.GetProperty("time").GetDouble());
        Assert.Equal(("127.18.0.1", "40112"), (entry.GetProperty("serverIPAddress").GetString(), entry.GetProperty("connection").GetString()));
        var (request, response) = (entry.GetProperty("request"), entry.GetProperty("response"));
        Assert.Equal("""[{"name":"a","value":"1"},{"name":"b","value":"x=y"}]""", request.GetProperty("cookies").GetRawText());
        Assert.Equal((90, 2), (request.GetProperty("headersSize").GetInt32(), request.GetProperty("bodySize").GetInt32()));
        Assert.Equal(("text/plain", "é"), (request.GetProperty("postData").GetProperty("mimeType").GetString(), request.GetProperty("postData").GetProperty("text").GetString()));
        Assert.Equal(
            """[{"name":"id","value":"7","path":"/v1","domain":"example.com","httpOnly":true,"secure":true,"sameSite":"Lax","expires":"2026-10-21T07:28:00.000Z"},{"name":"","value":"plain"}]""",
            response.GetProperty("cookies").GetRawText());
        Assert.Equal("""{"size":2,"mimeType":"application/json","text":"[]"}""", response.GetProperty("content").GetRawText());
        Assert.Equal("/next", response.GetProperty("redirectURL").GetString());
        Assert.Equal(journey.Id, entry.GetProperty("_usher").GetProperty("id").GetString());
        var timing = response.GetProperty("headers").EnumerateArray().Single(h => h.GetProperty("name").GetString() == "Server-Timing");
        Assert.Contains("load-balancer;desc=\"shop-edge\";dur=", timing.GetProperty("value").GetString(), StringComparison.Ordinal);
        Assert.Contains("no such header", timing.GetProperty("comment").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_anybody_elses_request_the_hops_tell_what_they_know()
    {
        var entry = Checked(HarEntry.Of(Told()));

        var timings = entry.GetProperty("timings");
        Assert.Equal(-1, timings.GetProperty("dns").GetDouble());
        Assert.True(timings.GetProperty("ssl").GetDouble() > 0);
        Assert.True(timings.GetProperty("wait").GetDouble() > 0);
        Assert.Equal(("GET", 200), (entry.GetProperty("request").GetProperty("method").GetString(), entry.GetProperty("response").GetProperty("status").GetInt32()));
        Assert.Equal("HTTP/1.1", entry.GetProperty("request").GetProperty("httpVersion").GetString());
        Assert.All(new[] { "request", "response" }, m => Assert.Equal(-1, entry.GetProperty(m).GetProperty("headersSize").GetInt32()));
        Assert.Empty(entry.GetProperty("request").GetProperty("headers").EnumerateArray());
        Assert.False(entry.TryGetProperty("serverIPAddress", out _));
    }

    [Theory]
    // Where it stopped: nobody connected, the handshake failed, no byte came; on a connection in the plain there is no ssl.
    [InlineData(3_000, 0, 0, 0, 0, """{"blocked":-1,"dns":2,"connect":-1,"ssl":-1,"send":0,"wait":18.25,"receive":0}""")]
    [InlineData(3_000, 4_000, 0, 0, 0, """{"blocked":-1,"dns":2,"connect":1,"ssl":-1,"send":0,"wait":17.25,"receive":0}""")]
    [InlineData(3_000, 4_000, 9_000, 9_100, 0, """{"blocked":-1,"dns":2,"connect":6,"ssl":5,"send":0.1,"wait":12.15,"receive":0}""")]
    [InlineData(0, 4_000, 0, 4_100, 5_000, """{"blocked":-1,"dns":-1,"connect":3,"ssl":-1,"send":0.1,"wait":0.9,"receive":16.25}""")]
    public void What_did_not_happen_has_no_time(long dns, long connected, long tls, long sent, long first, string expected)
    {
        var times = Times with { DnsDone = dns, Connected = connected, TlsDone = tls, RequestSent = sent, FirstByte = first };
        var entry = Checked(HarEntry.Of(Told(), new ClientExchange { Times = times, Failure = "nobody" }));
        Assert.Equal(expected, entry.GetProperty("timings").GetRawText());
        Assert.Equal("nobody", entry.GetProperty("response").GetProperty("_error").GetString());
    }

    [Theory]
    [InlineData(null, "gzip", """{"size":-1,"mimeType":"x-unknown","comment":"coded as gzip"}""")]
    [InlineData("AP8=", null, """{"size":2,"mimeType":"x-unknown","text":"AP8=","encoding":"base64"}""")]
    public void A_body_that_is_no_text_is_base64_and_one_that_is_coded_is_left_out(string? body, string? coding, string expected)
    {
        var bytes = Convert.FromBase64String(body ?? "H4sIAA==");
        var entry = Checked(HarEntry.Of(Told(), new ClientExchange { Times = Times, ResponseBody = bytes, ResponseBodyBytes = bytes.Length, ResponseHeaders = coding is null ? [] : [new("content-encoding", coding)] }));
        Assert.Equal(expected, entry.GetProperty("response").GetProperty("content").GetRawText());
    }

    private Journey Told()
    {
        road.AddAll(road.LoadBalancer(), road.Ingress(), road.AtNode(), road.AtVirtualIP());
        return road.Book.Recent().Single();
    }

    private static JsonElement Checked(System.Text.Json.Nodes.JsonObject entry) => Compact(Assert.Single(HarSchema.Check(HarLog.Text(HarLog.Of(entry)))));

    /// <summary>Without the spaces of the file.</summary>
    private static JsonElement Compact(JsonElement element) => JsonDocument.Parse(JsonSerializer.Serialize(element, Relaxed)).RootElement;
}
