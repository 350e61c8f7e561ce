using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam.Tests.Peers;
using Usher.Wire;
using Usher.Wire.Tests.Peers;

namespace Usher.Seam.Tests;

/// <summary>One record for each connection that a relay accepts. Addresses: the front is 127.0.0.1, it dials from 127.0.0.2.</summary>
public sealed class RelayFrontTests : IDisposable
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);
    private readonly SeamUnderTest seam = new();

    public void Dispose() => seam.Dispose();

    [Fact]
    public async Task A_connection_is_relayed_and_both_its_ends_can_be_joined()
    {
        await using var backend = Backend.Saying("hello");
        var opened = 0;
        var source = IPAddress.Parse("127.0.0.2");
        await using var front = RelayFront.Start(
            AnyPort, (_, _) => new FrontDecision(new Told("a"), backend.EndPoint, source) { Opened = () => opened++ }, seam.Parts);
        var client = await RawPeer.ConnectAsync(front.Bound);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.EndsWith("hello", await client.ReadMessageAsync(), StringComparison.Ordinal);

        var open = Assert.Single(seam.Journal.Connections);
        Assert.Equal((0L, null), (open.ClosedAt, open.CloseReason));
        var local = client.LocalEndPoint;
        client.Dispose();
        var record = await seam.Journal.EndedAsync();
        Assert.Same(open, record);
        Assert.Equal((local, front.Bound), (record.Downstream.From, record.Downstream.To));
        Assert.Equal((source, backend.EndPoint), (record.Upstream!.From.Address, record.Upstream.To));
        Assert.Equal(new Told("a"), record.Decision);
        Assert.Equal((27L, 43L, "closed by the client", 1), (record.BytesUp, record.BytesDown, record.CloseReason, opened));
        Assert.True(record.AcceptedAt <= record.ConnectedAt && record.ConnectedAt <= record.ClosedAt);
    }

    [Fact]
    public async Task Two_fronts_in_a_row_name_the_connection_between_them_alike()
    {
        await using var backend = Backend.Saying("hello");
        await using var second = RelayFront.Start(AnyPort, (_, _) => new FrontDecision(new Told("2"), backend.EndPoint, null), seam.Parts);
        await using var first = RelayFront.Start(AnyPort, (_, _) => new FrontDecision(new Told("1"), second.Bound, null), seam.Parts);
        using var client = await RawPeer.ConnectAsync(first.Bound);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadMessageAsync();

        var outer = seam.Journal.Connections.Single(c => c.Downstream.To.Equals(first.Bound));
        var inner = seam.Journal.Connections.Single(c => c.Downstream.To.Equals(second.Bound));
        Assert.Equal(outer.Upstream, inner.Downstream);
    }

    [Fact]
    public async Task A_destination_that_refuses_resets_the_client()
    {
        var closed = await ClosedPortAsync();
        var opened = false;
        await using var front = RelayFront.Start(AnyPort, (_, _) => new FrontDecision(new Told("a"), closed, null) { Opened = () => opened = true }, seam.Parts);
        Assert.Equal(SocketError.ConnectionReset, await DialAsync(front.Bound));

        var record = await seam.Journal.EndedAsync();
        Assert.Equal($"{closed} refused the connection: nothing listens there", record.CloseReason);
        Assert.Null(record.Upstream);
        Assert.Equal(0, record.ConnectedAt);
        Assert.False(opened);
    }

    [Fact]
    public async Task A_destination_that_refuses_says_what_it_wants_where_that_is_known()
    {
        var closed = await ClosedPortAsync();
        await using var front = RelayFront.Start(AnyPort, (_, _) => new FrontDecision(new Told("a"), closed, null), seam.Parts with { ClosedPorts = [new Known(closed)] });
        Assert.Equal(SocketError.ConnectionReset, await DialAsync(front.Bound));
        Assert.Equal($"{closed} refused the connection: nothing listens there, since its listener has no certificate", (await seam.Journal.EndedAsync()).CloseReason);
    }

    private sealed record Known(IPEndPoint Bound) : IClosedPorts
    {
        public ClosedPort? At(Generation generation, IPEndPoint bound) => bound.Equals(Bound) ? new ClosedPort(bound, "its listener has no certificate") : null;
    }

    [Fact]
    public async Task A_decision_without_destination_resets_the_client()
    {
        await using var front = RelayFront.Start(AnyPort, (_, _) => new FrontDecision(new Told("none"), null, null), seam.Parts);
        Assert.Equal(SocketError.ConnectionReset, await DialAsync(front.Bound));

        var record = await seam.Journal.EndedAsync();
        Assert.Equal((new Told("none"), "no endpoint to send it to"), (record.Decision, record.CloseReason));
    }

    [Fact]
    public async Task A_client_whose_packets_are_dropped_gets_no_answer_until_it_gives_up()
    {
        await using var front = RelayFront.Start(AnyPort, (_, _) => new FrontDecision(new Told("dropped"), null, null) { Dropped = true }, seam.Parts);
        var client = await RawPeer.ConnectAsync(front.Bound);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Limit.UntilAsync(() => seam.Journal.Connections is [{ CloseReason: not null }]);
        Assert.Empty(seam.Journal.Ended);
        client.Dispose();

        var record = await seam.Journal.EndedAsync();
        Assert.Equal((new Told("dropped"), "left without an answer: its packets are dropped", null), (record.Decision, record.CloseReason, record.Upstream));
    }

    [Fact]
    public async Task A_client_without_an_answer_holds_up_nobody_who_stops()
    {
        var front = RelayFront.Start(AnyPort, (_, _) => new FrontDecision(new Told("dropped"), null, null) { Dropped = true }, seam.Parts);
        using var client = await RawPeer.ConnectAsync(front.Bound);
        await Limit.UntilAsync(() => seam.Journal.Connections is [{ CloseReason: not null }]);

        await front.StopAsync(Timeout.InfiniteTimeSpan).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await front.DisposeAsync();
    }

    [Fact]
    public async Task Who_dials_from_where_packets_are_dropped_is_not_connected_until_they_are_let_through()
    {
        await using var backend = Backend.Saying("hello");
        var (here, elsewhere) = (IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3"));
        var dropped = true;
        await using var front = RelayFront.Start(
            AnyPort, (_, _) => new FrontDecision(new Told("a"), backend.EndPoint, null), seam.Parts, (_, source) => dropped && source.Equals(here));
        var time = new FakeTimeProvider();
        var links = new LinkTable(express: false, time);
        links.Add(front.Bound, front);
        Task<DialedUpstream> Dial(IPAddress from) =>
            links.DialAsync(new UpstreamKey(front.Bound, from), byWire: false, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken).AsTask();

        (await Dial(elsewhere)).Socket!.Dispose();
        var given = Dial(here);
        await Limit.UntilAsync(() => Passed(given));
        Assert.Equal(ConnectFailure.TimedOut, (await Assert.ThrowsAsync<ConnectException>(() => given)).Failure);
        Assert.Single(seam.Journal.Connections);

        // As a SYN that is sent again.
        var later = Dial(here);
        Assert.False(later.IsCompleted);
        dropped = false;
        time.Advance(TimeSpan.FromSeconds(1));
        (await later).Socket!.Dispose();

        bool Passed(Task dialling)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return dialling.IsCompleted;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_comes_in_the_plain_is_encrypted_where_the_hop_says_so_and_then_takes_no_express_link(bool encrypts)
    {
        using var ours = new TestCertificates();
        await using var backend = new TlsUpstream(ours.Issue("db"), _ => "hello");
        await using var plain = Backend.Answering("hello");
        await using var front = RelayFront.Start(
            AnyPort, (_, _) => new FrontDecision(new Told("a"), encrypts ? backend.EndPoint : plain.EndPoint, null), seam.Parts,
            encryption: new Encryption(encrypts ? new UpstreamTls { ServerName = "db", Trust = ours.Trust("db") } : null));
        var links = new LinkTable(express: true, TimeProvider.System);
        links.Add(front.Bound, front);

        var dialed = await links.DialAsync(new UpstreamKey(front.Bound, IPAddress.Parse("127.0.0.2")), byWire: false, Limit.Wait, TestContext.Current.CancellationToken);

        Assert.Equal(!encrypts, dialed.Express);
        using var client = new RawPeer(dialed.Socket!);
        await client.SendAsync("hello?\r\n\r\n");
        Assert.Equal("hello", await client.ReadCountAsync(5));
        var record = Assert.Single(seam.Journal.Connections);
        Assert.Equal((null, encrypts ? "db" : null, encrypts), (record.Handshake, record.UpstreamTls?.ServerName, record.UpstreamTls is { Verified: true }));
    }

    [Fact]
    public async Task A_decision_that_throws_resets_the_client_and_the_record_says_why()
    {
        await using var front = RelayFront.Start(AnyPort, (_, _) => throw new InvalidOperationException("broken on purpose"), seam.Parts);
        Assert.Equal(SocketError.ConnectionReset, await DialAsync(front.Bound));
        Assert.Equal("a fault in Usher itself: broken on purpose", (await seam.Journal.EndedAsync()).CloseReason);
    }

    [Theory]
    [InlineData(true, "reset by the client")]
    [InlineData(false, "reset by the endpoint")]
    public async Task A_reset_passes_through_and_the_record_says_who_did_it(bool byClient, string reason)
    {
        await using var backend = new Backend(async (peer, _, _) =>
        {
            if (byClient) await peer.ReadErrorAsync();
            else peer.Reset();
        });
        await using var front = RelayFront.Start(AnyPort, (_, _) => new FrontDecision(new Told("a"), backend.EndPoint, null), seam.Parts);
        using var client = await RawPeer.ConnectAsync(front.Bound);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await backend.RequestAsync();
        if (byClient) client.Reset();
        else Assert.Equal(SocketError.ConnectionReset, await client.ReadErrorAsync());
        Assert.Equal(reason, (await seam.Journal.EndedAsync()).CloseReason);
    }

    [Fact]
    public async Task Stopping_refuses_new_connections_and_cuts_open_ones_after_the_grace()
    {
        await using var backend = Backend.Saying("hello");
        var front = RelayFront.Start(AnyPort, (_, _) => new FrontDecision(new Told("a"), backend.EndPoint, null), seam.Parts);
        using var client = await RawPeer.ConnectAsync(front.Bound);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadMessageAsync();
        await front.StopAsync(TimeSpan.FromMilliseconds(50));

        Assert.Equal("cut when the road stopped or changed", (await seam.Journal.EndedAsync()).CloseReason);
        await Assert.ThrowsAsync<SocketException>(() => RawPeer.ConnectAsync(front.Bound));
        await front.DisposeAsync();
    }

    /// <summary>How a connection ends. A reset may come before the client's own side of the handshake is settled.</summary>
    private static async Task<SocketError> DialAsync(IPEndPoint front)
    {
        try
        {
            using var client = await RawPeer.ConnectAsync(front);
            return await client.ReadErrorAsync();
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    /// <summary>A port that was free a moment ago.</summary>
    private static async Task<IPEndPoint> ClosedPortAsync()
    {
        await using var backend = Backend.Saying("");
        return backend.EndPoint;
    }

    private sealed class Encryption(UpstreamTls? tls) : IRelayEncryption
    {
        public bool Encrypts(Generation generation) => tls is not null;

        public UpstreamTls? Towards(IDecision decision, string? alpn) => tls;
    }
}
