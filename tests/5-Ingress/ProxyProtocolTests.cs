using System.Net;
using System.Text;
using Usher.Model.Journeys;
using Usher.Seam.Tests.Peers;
using Usher.Wire;
using Usher.Wire.Tests.Peers;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>A controller with <c>use-proxy-protocol</c>: who the client is, and what becomes of connections without a PROXY header.</summary>
public sealed class ProxyProtocolTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a.com\r\n\r\n";
    private static readonly byte[] Header = ProxyHeaderWriter.Write(IPEndPoint.Parse("203.0.113.7:40000"), IPEndPoint.Parse("10.0.0.5:443"));

    [Theory]
    [InlineData("", "X-Real-IP: 203.0.113.7", "X-Forwarded-For: 203.0.113.7", "X-Forwarded-Port: 443", "X-Original-Forwarded-For: 198.51.100.1")]
    [InlineData("use-forwarded-headers: \"true\", compute-full-forwarded-for: \"true\"", "X-Real-IP: 203.0.113.7", "X-Forwarded-For: 198.51.100.1, 203.0.113.7", "X-Forwarded-Port: 443")]
    [InlineData("proxy-real-ip-cidr: 10.0.0.0/8", "X-Real-IP: 127.0.0.1", "X-Forwarded-Port: 443")]
    public async Task The_client_is_who_the_header_names(string keys, params string[] headers)
    {
        await using var running = await StartAsync(keys);
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        using var client = await RawPeer.ConnectAsync(running.At);
        // The header and the request in one piece, and then a second request without another header.
        await client.SendAsync((byte[])[.. Header, .. Encoding.ASCII.GetBytes(Get.Replace("\r\n\r\n", "\r\nX-Forwarded-For: 198.51.100.1\r\n\r\n", StringComparison.Ordinal))]);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await client.ReadMessageAsync(), StringComparison.Ordinal);
        var seen = await web.RequestAsync();
        foreach (var header in headers) Assert.Contains($"\r\n{header}\r\n", seen, StringComparison.Ordinal);
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await client.ReadMessageAsync(), StringComparison.Ordinal);
        var record = await running.Seam.Journal.RequestAsync();
        Assert.Equal("203.0.113.7:40000 → 10.0.0.5:443", record.Decision!.Tell().Single().Facts["proxyProtocol"]!.ToString());
    }

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.7 10.0.0.5 40000 443\r\n", "X-Real-IP: 203.0.113.7")]
    [InlineData("PROXY UNKNOWN\r\n", "X-Real-IP: 127.0.0.1")]
    public async Task Version_1_is_read_too_byte_for_byte(string line, string header)
    {
        await using var running = await StartAsync("");
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        using var client = await RawPeer.ConnectAsync(running.At);
        foreach (var c in line + Get) await client.SendAsync(c.ToString());
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Contains($"\r\n{header}\r\n", await web.RequestAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Get, "doesn't begin with a PROXY header")]
    [InlineData("PROXY TCP4 203.0.113.7\r\n", "doesn't begin with a PROXY header")]
    [InlineData("PROXY TCP4 203.0", "ended inside its PROXY header")]
    public async Task A_connection_without_one_is_closed_without_an_answer_and_told(string sent, string failure)
    {
        await using var running = await StartAsync("");
        using var client = await RawPeer.ConnectAsync(running.At);
        await client.SendAsync(sent);
        client.EndSending();
        Assert.Equal("", await client.ReadToEndAsync());
        await Limit.UntilAsync(() => running.Seam.Journal.Handshakes.Count == 1);
        var record = running.Seam.Journal.Handshakes[0];
        Assert.Equal((Hop.Ingress, "ingress.no-proxy-header"), (record.Hop, record.Outcome));
        Assert.Contains(failure, record.Failure!, StringComparison.Ordinal);
        Assert.Empty(running.Seam.Journal.Requests);
    }

    [Fact]
    public async Task A_look_at_the_port_is_no_failure()
    {
        await using var running = await StartAsync("");
        using (await RawPeer.ConnectAsync(running.At))
        {
        }

        await Limit.UntilAsync(() => running.Seam.Journal.Handshakes.Count == 1);
        Assert.Null(running.Seam.Journal.Handshakes[0].Outcome);
    }

    [Fact]
    public async Task Without_the_key_a_header_is_a_malformed_request()
    {
        await using var running = await Running.StartAsync(Routed);
        using var client = await RawPeer.ConnectAsync(running.At);
        await client.SendAsync((byte[])[.. Header, .. Encoding.ASCII.GetBytes(Get)]);
        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    private static readonly string Routed = Service("web") + Routes("web", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]");

    private static Task<Running> StartAsync(string keys) =>
        Running.StartAsync(ConfigMap(keys.Length == 0 ? "use-proxy-protocol: \"true\"" : $"use-proxy-protocol: \"true\", {keys}") + Routed, standard: false);
}
