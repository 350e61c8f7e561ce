using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Forwarding;

/// <summary>Upgrades: which are passed on, and what is carried once both sides have switched.</summary>
public class UpgradeTests
{
    private const string Ask = "GET /chat HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n";
    private const string Switched = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: y\r\n\r\n";
    private static readonly ForwardOptions WebSockets = new() { Upgrades = ForwardedUpgrades.WebSocket };

    [Fact]
    public async Task Both_connections_are_joined_early_bytes_included()
    {
        var seen = "";
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            seen = await peer.ReadMessageAsync();
            await peer.SendAsync(Switched + "early down");
            Assert.Equal("early up", await peer.ReadCountAsync(8));
            await peer.SendAsync("more down");
            Assert.Equal("more up", await peer.ReadCountAsync(7));
        });
        await using var proxy = new Proxy(upstream.Key, WebSockets);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Ask + "early up");
        Assert.Equal(
            "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: y\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
            await client.ReadUntilAsync("\r\n\r\n"));
        Assert.Equal("early down", await client.ReadCountAsync(10));
        Assert.Equal("more down", await client.ReadCountAsync(9));
        await client.SendAsync("more up");
        Assert.True(await client.IsClosedAsync());
        Assert.Equal("GET /chat HTTP/1.1\r\nHost: a.example\r\nSec-WebSocket-Key: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", seen);
        var result = await proxy.ResultAsync();
        Assert.Equal((ForwardOutcome.Completed, 101, UpstreamFate.ClosedAfterUpgrade), (result.Outcome, result.StatusCode, result.UpstreamFate));
        var tunnel = result.Tunnel!;
        Assert.Equal((RelayEnd.UpstreamClosed, 15L, 19L), (tunnel.End, tunnel.BytesToUpstream, tunnel.BytesToClient));
        Assert.True(tunnel.Started > 0 && tunnel.FirstByteToUpstream >= tunnel.Started && tunnel.Ended >= tunnel.LastByte);
        Assert.Equal(TaskStatus.WaitingForActivation, upstream.Failed.Status);
    }

    [Theory]
    [InlineData(ForwardedUpgrades.None, "GET", "websocket", "", false)]
    [InlineData(ForwardedUpgrades.WebSocket, "GET", "WebSocket", "", true)]
    [InlineData(ForwardedUpgrades.WebSocket, "GET", "h2c", "", false)]
    [InlineData(ForwardedUpgrades.Any, "GET", "h2c", "", true)]
    [InlineData(ForwardedUpgrades.Any, "POST", "websocket", "x", false)]
    public async Task Which_are_passed_on(ForwardedUpgrades options, string method, string protocol, string body, bool passed)
    {
        var seen = new TaskCompletionSource<string>();
        await using var upstream = ScriptedUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", seen.SetResult);
        await using var proxy = new Proxy(upstream.Key, new ForwardOptions { Upgrades = options });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync($"{method} / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: {protocol}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        // An answer other than 101 is an ordinary one: both connections stay.
        Assert.EndsWith("ok", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Equal(passed, (await seen.Task).Contains($"\r\nUpgrade: {protocol}\r\nConnection: upgrade\r\n", StringComparison.Ordinal));
        Assert.Equal(passed, (await seen.Task).Contains("pgrade", StringComparison.Ordinal));
        var result = await proxy.ResultAsync();
        Assert.Equal((ForwardOutcome.Completed, 200, UpstreamFate.Kept, null), (result.Outcome, result.StatusCode, result.UpstreamFate, result.Tunnel));
    }

    [Fact]
    public async Task HTTP_1_0_can_not_ask_for_it()
    {
        await using var upstream = ScriptedUpstream.Answering(Switched);
        await using var proxy = new Proxy(upstream.Key, WebSockets);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Ask.Replace("HTTP/1.1", "HTTP/1.0", StringComparison.Ordinal));
        await client.ReadUntilAsync("\r\n\r\n");
        Assert.Equal((ForwardOutcome.MalformedResponse, null), ((await proxy.ResultAsync()) is var result ? (result.Outcome, result.Tunnel) : default));
    }

    [Fact]
    public async Task A_clients_half_close_is_passed_on_and_the_upstream_may_still_send()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            await peer.SendAsync(Switched);
            Assert.Equal("last words", await peer.ReadToEndAsync());
            await peer.SendAsync("answer");
        });
        await using var proxy = new Proxy(upstream.Key, WebSockets);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Ask);
        await client.ReadUntilAsync("\r\n\r\n");
        await client.SendAsync("last words");
        client.EndSending();
        Assert.Equal("answer", await client.ReadToEndAsync());
        Assert.Equal(RelayEnd.ClientClosed, (await proxy.ResultAsync()).Tunnel!.End);
        Assert.Equal(TaskStatus.WaitingForActivation, upstream.Failed.Status);
    }

    [Fact]
    public async Task A_client_that_vanishes_takes_the_upstream_with_it()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            await peer.SendAsync(Switched);
            await peer.ReadErrorAsync();
        });
        await using var proxy = new Proxy(upstream.Key, WebSockets);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Ask);
        await client.ReadUntilAsync("\r\n\r\n");
        client.Reset();
        var result = await proxy.ResultAsync();
        Assert.Equal((ForwardOutcome.Completed, RelayEnd.ClientReset), (result.Outcome, result.Tunnel!.End));
    }

    [Fact]
    public async Task An_upstream_that_resets_cuts_the_client()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            await peer.SendAsync(Switched);
            await peer.ReadCountAsync(2);
            peer.Reset();
        });
        await using var proxy = new Proxy(upstream.Key, WebSockets);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Ask);
        await client.ReadUntilAsync("\r\n\r\n");
        await client.SendAsync("hi");
        await client.ReadErrorAsync();
        Assert.Equal(RelayEnd.UpstreamReset, (await proxy.ResultAsync()).Tunnel!.End);
    }

    [Fact]
    public async Task Silence_for_the_timeout_cuts_both_and_data_either_way_puts_it_off()
    {
        var time = new FakeTimeProvider();
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            await peer.SendAsync(Switched);
            await peer.ReadCountAsync(2);
            await peer.SendAsync("down");
            await peer.ReadErrorAsync();
        });
        await using var proxy = new Proxy(upstream.Key, WebSockets with { TimeProvider = time }, poolOptions: new UpstreamPoolOptions { TimeProvider = time });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Ask);
        await client.ReadUntilAsync("\r\n\r\n");
        time.Advance(TimeSpan.FromSeconds(59));
        await client.SendAsync("up");
        Assert.Equal("down", await client.ReadCountAsync(4));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(proxy.Results);
        // It may have noted a while after they arrived what it had sent.
        await Limit.AdvanceAsync(time, client.ReadErrorAsync());
        Assert.Equal(RelayEnd.IdleTimeout, (await proxy.ResultAsync()).Tunnel!.End);
    }

    [Fact]
    public async Task A_server_that_drains_cuts_what_has_no_end()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            await peer.SendAsync(Switched);
            await peer.ReadErrorAsync();
        });
        await using var proxy = new Proxy(upstream.Key, WebSockets);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Ask);
        await client.ReadUntilAsync("\r\n\r\n");
        await proxy.StopAsync(Limit.Wait);
        await client.ReadErrorAsync();
        Assert.Equal(RelayEnd.Canceled, (await proxy.ResultAsync()).Tunnel!.End);
    }

    [Fact]
    public async Task Much_passes_both_ways_at_once()
    {
        var data = string.Concat(Enumerable.Range(0, 400_000).Select(i => i.ToString("D5", CultureInfo.InvariantCulture)[^5..]));
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            await peer.SendAsync(Switched);
            var sending = peer.SendAsync(data);
            Assert.Equal(data, await peer.ReadCountAsync(data.Length));
            await sending;
        });
        await using var proxy = new Proxy(upstream.Key, WebSockets);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Ask);
        await client.ReadUntilAsync("\r\n\r\n");
        var sent = client.SendAsync(data);
        Assert.Equal(data, await client.ReadCountAsync(data.Length));
        await sent;
        Assert.True(await client.IsClosedAsync());
        Assert.Equal(TaskStatus.WaitingForActivation, upstream.Failed.Status);
    }

    [Fact]
    public async Task Over_TLS_to_the_upstream()
    {
        using var certificates = new TestCertificates();
        await using var upstream = new TlsUpstream(certificates.Issue("web.internal"), request => $"{Switched}hello");
        await using var proxy = new Proxy(upstream.Key(), WebSockets);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Ask);
        await client.ReadUntilAsync("\r\n\r\n");
        Assert.Equal("hello", await client.ReadCountAsync(5));
        client.EndSending();
        Assert.True(await client.IsClosedAsync());
        Assert.Equal(RelayEnd.ClientClosed, (await proxy.ResultAsync()).Tunnel!.End);
        Assert.Null(upstream.Failure);
    }
}
