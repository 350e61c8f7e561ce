using System.Net;
using System.Text;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Forwarding;

public class ForwardingTests
{
    private const string Get = "GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public async Task A_request_goes_there_and_back_byte_for_byte()
    {
        var seen = "";
        await using var upstream = ScriptedUpstream.Answering(
            "HTTP/1.1 200 Fine by me\r\nsErVer: x\r\nKeep-Alive: timeout=5\r\ncontent-length: 2\r\nX-Two: 2\r\n\r\nok", text => seen = text);
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("GET /a/../b%41?q HTTP/1.1\r\nhOsT: a.example\r\nX-One:   1\r\nConnection: keep-alive\r\nAccept: */*\r\n\r\n");
        Assert.Equal("HTTP/1.1 200 Fine by me\r\nsErVer: x\r\ncontent-length: 2\r\nX-Two: 2\r\n\r\nok", await client.ReadMessageAsync());
        Assert.Equal("GET /a/../b%41?q HTTP/1.1\r\nhOsT: a.example\r\nX-One: 1\r\nAccept: */*\r\n\r\n", seen);
        var result = await proxy.ResultAsync();
        Assert.Equal(ForwardOutcome.Completed, result.Outcome);
        Assert.Equal(200, result.StatusCode);
        Assert.Equal(UpstreamFate.Kept, result.UpstreamFate);
        Assert.Equal(seen.Length, result.SentBytes);
        Assert.Equal(upstream.EndPoint, result.UpstreamRemote);
        Assert.True(result.ConnectStarted <= result.Connected && result.Connected <= result.RequestSent);
        Assert.True(result.RequestSent <= result.FirstByte && result.FirstByte <= result.LastByte && result.ConnectStarted > 0);
    }

    [Fact]
    public async Task Both_connections_are_kept()
    {
        await using var upstream = ScriptedUpstream.Answering(Ok);
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(Get);
            Assert.EndsWith("ok", await client.ReadMessageAsync(), StringComparison.Ordinal);
            Assert.Equal(i > 0, (await proxy.ResultAsync()).UpstreamReused);
        }

        Assert.Equal(1, upstream.Connections);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        var count = 0;
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            while (true)
            {
                await peer.ReadMessageAsync();
                await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{++count}");
            }
        });
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get + "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + Get);
        for (var i = 1; i <= 3; i++) Assert.EndsWith($"\r\n\r\n{i}", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chunks_are_decoded_and_coded_again_both_ways()
    {
        var seen = "";
        await using var upstream = ScriptedUpstream.Answering(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n002\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n", text => seen += text);
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nA;x\r\n0123456789\r\n0\r\nT: 1\r\n\r\n");
        var response = await client.ReadMessageAsync();
        Assert.Equal("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", response);
        await upstream.DisposeAsync();
        Assert.StartsWith("POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: chunked\r\n\r\n", seen, StringComparison.Ordinal);
        Assert.Equal("5\r\nhello\r\na\r\n0123456789\r\n0\r\n\r\n", seen[seen.IndexOf("5\r\n", StringComparison.Ordinal)..]);
        Assert.Equal(UpstreamFate.Kept, (await proxy.ResultAsync()).UpstreamFate);
    }

    [Fact]
    public async Task A_body_until_close_becomes_chunks_and_the_client_stays()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            await peer.SendAsync("HTTP/1.0 200 OK\r\nX: y\r\n\r\nall of it");
        });
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(Get);
            var head = await client.ReadUntilAsync("\r\n\r\n");
            Assert.Equal("HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n", head);
            Assert.EndsWith("0\r\n\r\n", await client.ReadUntilAsync("0\r\n\r\n"), StringComparison.Ordinal);
            Assert.Equal(UpstreamFate.ClosedByUpstream, (await proxy.ResultAsync()).UpstreamFate);
        }
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n", "Content-Length: 5\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\n")]
    [InlineData("", "")]
    public async Task A_response_to_HEAD_has_no_body(string upstreamHeader, string clientHeader)
    {
        await using var upstream = ScriptedUpstream.Answering($"HTTP/1.1 200 OK\r\n{upstreamHeader}\r\n");
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal($"HTTP/1.1 200 OK\r\n{clientHeader}\r\n", await client.ReadMessageAsync(bodyless: true));
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\nETag: x\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\nETag: x\r\n\r\n")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n")]
    public async Task Responses_without_body_keep_both_connections(string response, string expected)
    {
        await using var upstream = ScriptedUpstream.Answering(response);
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(Get);
            Assert.Equal(expected, await client.ReadMessageAsync(bodyless: true));
        }

        Assert.Equal(1, upstream.Connections);
    }

    [Fact]
    public async Task A_client_of_http10_is_closed_unless_it_asks()
    {
        var seen = "";
        await using var upstream = ScriptedUpstream.Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", text => seen = text);
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\n\r\n");
        Assert.Equal("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok", await client.ReadToEndAsync());
        Assert.Equal($"GET / HTTP/1.1\r\nHost: {upstream.EndPoint}\r\n\r\n", seen);
    }

    [Fact]
    public async Task A_client_of_http10_may_keep_its_connection()
    {
        await using var upstream = ScriptedUpstream.Answering(Ok);
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok", await client.ReadMessageAsync());
        }
    }

    [Fact]
    public async Task A_client_that_expects_continue_gets_it_once_the_upstream_is_there()
    {
        var seen = "";
        await using var upstream = ScriptedUpstream.Answering("HTTP/1.1 100 Continue\r\n\r\n" + Ok, text => seen = text);
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await client.ReadUntilAsync("\r\n\r\n"));
        await client.SendAsync("body");
        Assert.Equal(Ok, await client.ReadMessageAsync());
        Assert.Equal("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody", seen);
    }

    [Fact]
    public async Task An_early_response_is_relayed_and_neither_connection_is_kept()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("\r\n\r\n");
            await peer.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
            await peer.ReadToEndAsync();
        });
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\npart");
        Assert.Equal("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno", await client.ReadMessageAsync());
        Assert.Equal(UpstreamFate.ClosedAfterEarlyResponse, (await proxy.ResultAsync()).UpstreamFate);
        client.EndSending();
        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task A_response_streams_while_the_request_does()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("\r\n\r\n");
            await peer.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true)
            {
                var piece = await peer.ReadUntilAsync("\r\n");
                if (piece == "0\r\n") break;
                await peer.SendAsync(piece + await peer.ReadUntilAsync("\r\n"));
            }

            await peer.ReadUntilAsync("\r\n");
            await peer.SendAsync("0\r\n\r\n");
        });
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        await client.ReadUntilAsync("\r\n\r\n");
        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync($"1\r\n{i}\r\n");
            Assert.Equal($"1\r\n{i}\r\n", await client.ReadCountAsync(6));
        }

        await client.SendAsync("0\r\n\r\n");
        Assert.Equal("0\r\n\r\n", await client.ReadCountAsync(5));
        Assert.Equal(ForwardOutcome.Completed, (await proxy.ResultAsync()).Outcome);
    }

    [Fact]
    public async Task Edits_apply_both_ways_and_the_observer_sees_each_step()
    {
        var seen = "";
        await using var upstream = ScriptedUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nServer: x\r\n\r\n", text => seen = text);
        var edits = new HeaderEdits();
        edits.SetTarget("/other");
        edits.Set("X-Forwarded-For", "127.0.0.1");
        var witness = new Witness();
        await using var proxy = new Proxy(upstream.Key, edits: edits, editor: witness, observer: witness);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Seen: 200\r\n\r\n", await client.ReadMessageAsync());
        Assert.Equal("GET /other HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n", seen);
        await proxy.ResultAsync();
        Assert.Equal($"connected 1 to {upstream.EndPoint}; sent; 200 with 2 changes; ", witness.Steps.ToString());
    }

    [Fact]
    public async Task Connections_are_not_kept_when_keep_alive_is_off()
    {
        var seen = "";
        await using var upstream = ScriptedUpstream.Answering(Ok, text => seen = text);
        await using var proxy = new Proxy(upstream.Key, new ForwardOptions { KeepAlive = false });
        using var client = await proxy.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(Get);
            await client.ReadMessageAsync();
            Assert.Equal(UpstreamFate.ClosedByOption, (await proxy.ResultAsync()).UpstreamFate);
        }

        Assert.EndsWith("Connection: close\r\n\r\n", seen, StringComparison.Ordinal);
        Assert.Equal(2, upstream.Connections);
    }

    [Fact]
    public async Task A_connection_with_more_than_its_response_is_not_kept()
    {
        await using var upstream = ScriptedUpstream.Answering(Ok + "HTTP/1.1 200 OK\r\n");
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal(Ok, await client.ReadMessageAsync());
        Assert.Equal(UpstreamFate.ClosedForExtraBytes, (await proxy.ResultAsync()).UpstreamFate);
    }

    [Fact]
    public async Task The_source_address_is_the_one_asked_for()
    {
        IPEndPoint? from = null;
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            from = (IPEndPoint)peer.Socket.RemoteEndPoint!;
            await peer.ReadMessageAsync();
            await peer.SendAsync(Ok);
        });
        await using var proxy = new Proxy(new UpstreamKey(upstream.EndPoint, IPAddress.Parse("127.0.0.77")));
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadMessageAsync();
        var result = await proxy.ResultAsync();
        Assert.Equal("127.0.0.77", from!.Address.ToString());
        Assert.Equal(from, result.UpstreamLocal);
    }

    private sealed class Witness : IForwardObserver, IResponseEditor
    {
        public StringBuilder Steps { get; } = new();

        public void OnConnected(IUpstream connection, int use) => Steps.Append($"connected {use} to {connection.RemoteEndPoint}; ");

        public void OnRequestSent() => Steps.Append("sent; ");

        public void OnResponse(ResponseHead response, HeaderEdits edits) =>
            Steps.Append($"{response.StatusCode} with {edits.ChangesTo(response).Count} changes; ");

        public void Edit(ResponseHead response, HeaderEdits edits)
        {
            edits.Remove("Server"u8);
            edits.Add("X-Seen", "200");
        }
    }
}
