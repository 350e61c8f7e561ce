using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;

namespace Usher.Seam.Tests;

/// <summary>One record for each flow of datagrams. Addresses: the front is 127.0.0.1, it sends from 127.0.0.2.</summary>
public sealed class DatagramFrontTests : IDisposable
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);
    private readonly SeamUnderTest seam = new();

    public void Dispose() => seam.Dispose();

    [Fact]
    public async Task A_flow_counts_while_it_is_open_and_both_its_ends_can_be_joined()
    {
        using var target = new UdpPeer();
        var source = IPAddress.Parse("127.0.0.2");
        var (opened, closed) = (0, 0);
        var front = DatagramFront.Start(
            AnyPort, (_, _) => new FrontDecision(new Told("a"), target.EndPoint, source) { Opened = () => opened++, Closed = () => closed++ }, seam.Parts);
        using var client = new UdpPeer();
        client.Send("hello", front.Bound);
        var (_, from) = await target.ReceiveAsync();
        target.Send("hi", from);
        await client.ReceiveAsync();

        var record = Assert.Single(seam.Journal.Connections);
        await Limit.UntilAsync(() => record.Datagrams == new DatagramCounts(1, 1, 5, 2, 0));
        Assert.Equal((new ConnectionId(client.EndPoint, front.Bound) { Udp = true }, new ConnectionId(from, target.EndPoint) { Udp = true }), (record.Downstream, record.Upstream));
        Assert.Equal((source, new Told("a"), 0L, null, 1, 0), (from.Address, record.Decision, record.ClosedAt, record.CloseReason, opened, closed));

        await front.DisposeAsync();
        Assert.Same(record, await seam.Journal.EndedAsync());
        Assert.Equal(new DatagramCounts(1, 1, 5, 2, 0), record.Datagrams);
        Assert.Equal((5L, 2L, "cut when the road stopped or changed", 1), (record.BytesUp, record.BytesDown, record.CloseReason, closed));
        Assert.True(record.AcceptedAt <= record.ConnectedAt && record.ConnectedAt <= record.ClosedAt);
    }

    [Fact]
    public async Task Two_fronts_in_a_row_name_the_flow_between_them_alike()
    {
        using var target = new UdpPeer();
        await using var second = DatagramFront.Start(AnyPort, (_, _) => new FrontDecision(new Told("2"), target.EndPoint, null), seam.Parts);
        await using var first = DatagramFront.Start(AnyPort, (_, _) => new FrontDecision(new Told("1"), second.Bound, null), seam.Parts);
        using var client = new UdpPeer();
        client.Send("hello", first.Bound);
        await target.ReceiveAsync();

        var outer = seam.Journal.Connections.Single(c => c.Downstream.To.Equals(first.Bound));
        var inner = seam.Journal.Connections.Single(c => c.Downstream.To.Equals(second.Bound));
        Assert.Equal(outer.Upstream, inner.Downstream);
    }

    [Fact]
    public async Task A_destination_that_refuses_is_told_and_the_next_datagram_is_decided_anew()
    {
        using var target = new UdpPeer();
        var refusing = UdpPeer.ClosedPort();
        var decided = 0;
        await using var front = DatagramFront.Start(
            AnyPort, (_, _) => new FrontDecision(new Told("a"), decided++ == 0 ? refusing : target.EndPoint, null) { Declared = new IPEndPoint(IPAddress.Parse("10.0.1.11"), 53) }, seam.Parts);
        using var client = new UdpPeer();
        client.Send("lost", front.Bound);
        var record = await seam.Journal.EndedAsync();
        Assert.Equal(("10.0.1.11:53 refused a datagram: nothing listens there (ICMP port unreachable)", true), (record.CloseReason, record.Refused));
        Assert.Equal(refusing, record.Upstream!.To);

        client.Send("found", front.Bound);
        Assert.Equal("found", (await target.ReceiveAsync()).Text);
    }

    [Fact]
    public async Task A_front_with_as_many_streams_as_it_may_have_drops_others_and_says_so_once()
    {
        var time = new FakeTimeProvider();
        using var clocked = new SeamUnderTest(time);
        using var target = new UdpPeer();
        var said = new Said();
        await using var front = DatagramFront.Start(
            AnyPort, (_, _) => new FrontDecision(new Told("a"), target.EndPoint, null) { IdleTimeout = TimeSpan.FromSeconds(120) }, clocked.Parts with { Logging = said }, maxFlows: 1);
        using var client = new UdpPeer();
        client.Send("1", front.Bound);
        var (_, from) = await target.ReceiveAsync();
        target.Send("2", from);
        await client.ReceiveAsync();
        time.Advance(TimeSpan.FromSeconds(2));
        client.Send("3", front.Bound);
        await target.ReceiveAsync();
        await Limit.UntilAsync(() => clocked.Journal.Connections[0].Datagrams!.Up == 2);

        using var other = new UdpPeer();
        for (var i = 0; i < 3; i++) other.Send("3", front.Bound);
        client.Send("4", front.Bound);
        Assert.Equal("4", (await target.ReceiveAsync()).Text);
        Assert.StartsWith($"{front.Bound} has 1 flows of datagrams, as many as it may", Assert.Single(said.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "no endpoint to send it to")]
    [InlineData(true, "left without an answer: its packets are dropped")]
    public async Task A_decision_without_destination_drops_each_datagram_and_tells(bool dropped, string why)
    {
        await using var front = DatagramFront.Start(AnyPort, (_, _) => new FrontDecision(new Told("none"), null, null) { Dropped = dropped }, seam.Parts);
        using var client = new UdpPeer();
        client.Send("1", front.Bound);
        client.Send("2", front.Bound);

        var record = await seam.Journal.EndedAsync(2);
        Assert.Equal((new Told("none"), why, null, null), (record.Decision, record.CloseReason, record.Upstream, record.Datagrams));
        Assert.Equal(0, front.Flows);
    }

    [Fact]
    public async Task Where_the_owner_says_how_long_a_flow_may_be_silent_that_holds()
    {
        var time = new FakeTimeProvider();
        using var clocked = new SeamUnderTest(time);
        using var target = new UdpPeer();
        await using var front = DatagramFront.Start(
            AnyPort, (_, _) => new FrontDecision(new Told("a"), target.EndPoint, null) { IdleTimeout = TimeSpan.FromSeconds(120) }, clocked.Parts);
        using var client = new UdpPeer();
        client.Send("hello", front.Bound);
        await target.ReceiveAsync();
        // It is there before the flow has noted that it was sent.
        await Limit.UntilAsync(() => clocked.Journal.Connections[0].Datagrams!.Up == 1);
        time.Advance(TimeSpan.FromSeconds(119));
        Assert.Empty(clocked.Journal.Ended);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("idle for too long", (await clocked.Journal.EndedAsync()).CloseReason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_flow_ends_when_its_owner_says_so_and_says_why(bool atOnce)
    {
        using var target = new UdpPeer();
        var cut = new ConnectionCut();
        if (atOnce) cut.Cut("it was over before");
        await using var front = DatagramFront.Start(AnyPort, (_, _) => new FrontDecision(new Told("a"), target.EndPoint, null) { Cut = cut }, seam.Parts);
        using var client = new UdpPeer();
        client.Send("1", front.Bound);
        if (!atOnce)
        {
            await target.ReceiveAsync();
            cut.Cut("its target is gone");
        }

        Assert.Equal(atOnce ? "cut: it was over before" : "cut: its target is gone", (await seam.Journal.EndedAsync()).CloseReason);
        await Limit.UntilAsync(() => front.Flows == 0);
    }

    [Fact]
    public async Task Flows_can_be_cut_by_client_and_upstream()
    {
        using var target = new UdpPeer();
        await using var front = DatagramFront.Start(AnyPort, (_, _) => new FrontDecision(new Told("a"), target.EndPoint, null), seam.Parts);
        using var client = new UdpPeer();
        using var other = new UdpPeer(new IPEndPoint(IPAddress.Parse("127.0.0.3"), 0));
        client.Send("1", front.Bound);
        other.Send("2", front.Bound);
        await target.ReceiveAsync();
        await target.ReceiveAsync();

        front.Cut((from, upstream) => from.Equals(IPAddress.Parse("127.0.0.3")) && upstream.Equals(target.EndPoint));
        Assert.Equal(other.EndPoint, (await seam.Journal.EndedAsync()).Downstream.From);
        Assert.Equal(1, front.Flows);
    }

    private sealed class Said : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
