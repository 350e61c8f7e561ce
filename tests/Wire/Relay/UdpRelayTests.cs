using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Relay;

public class UdpRelayTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<UdpFlow> opened = new();
    private readonly ConcurrentQueue<UdpFlow> closed = new();

    [Fact]
    public async Task Datagrams_go_both_ways_and_the_answer_comes_from_the_front()
    {
        using var target = new UdpPeer();
        var source = IPAddress.Parse("127.0.0.2");
        await using var relay = Relay(target.EndPoint, source);
        using var client = new UdpPeer();
        client.Send("hello", relay.LocalEndPoint);
        var (text, from) = await target.ReceiveAsync();
        Assert.Equal(("hello", source), (text, from.Address));

        target.Send("welcome", from);
        Assert.Equal(("welcome", relay.LocalEndPoint), await client.ReceiveAsync());
        var flow = Assert.Single(opened);
        await Limit.UntilAsync(() => flow.DatagramsToClient == 1);
        Assert.Equal((client.EndPoint, from, target.EndPoint), (flow.Client, flow.Local, flow.Remote));
        Assert.Equal((1L, 5L, 1L, 7L, 0L, UdpFlowEnd.None), (flow.DatagramsToUpstream, flow.BytesToUpstream, flow.DatagramsToClient, flow.BytesToClient, flow.Lost, flow.Ended));
    }

    [Fact]
    public async Task Each_client_has_a_flow_and_keeps_it()
    {
        using var target = new UdpPeer();
        await using var relay = Relay(target.EndPoint);
        using var first = new UdpPeer();
        using var second = new UdpPeer();
        var seen = new List<(string Text, IPEndPoint From)>();
        foreach (var (peer, text) in new[] { (first, "a1"), (second, "b1"), (first, "a2"), (second, "b2") })
        {
            peer.Send(text, relay.LocalEndPoint);
            seen.Add(await target.ReceiveAsync());
        }

        Assert.Equal(["a1", "b1", "a2", "b2"], seen.Select(s => s.Text));
        Assert.Equal((seen[0].From, seen[1].From), (seen[2].From, seen[3].From));
        Assert.NotEqual(seen[0].From, seen[1].From);
        Assert.Equal((2, 2), (opened.Count, relay.Flows));

        // Answers find their own client, in any order.
        target.Send("for b", seen[1].From);
        target.Send("for a", seen[0].From);
        Assert.Equal("for a", (await first.ReceiveAsync()).Text);
        Assert.Equal("for b", (await second.ReceiveAsync()).Text);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1473)]
    [InlineData(UdpRelay.LargestDatagram)]
    public async Task A_datagram_arrives_whole_whatever_its_length(int length)
    {
        using var target = new UdpPeer();
        await using var relay = Relay(target.EndPoint);
        using var client = new UdpPeer();
        var datagram = new byte[length];
        new Random(length).NextBytes(datagram);
        client.Send(datagram, relay.LocalEndPoint);
        var (there, from) = await target.ReceiveBytesAsync();
        Assert.Equal(datagram, there);
        target.Send(datagram, from);
        Assert.Equal(datagram, (await client.ReceiveBytesAsync()).Bytes);
    }

    [Fact]
    public async Task What_others_send_to_a_flows_socket_reaches_nobody()
    {
        using var target = new UdpPeer();
        using var stranger = new UdpPeer();
        await using var relay = Relay(target.EndPoint);
        using var client = new UdpPeer();
        client.Send("hello", relay.LocalEndPoint);
        var (_, from) = await target.ReceiveAsync();
        stranger.Send("forged", from);
        target.Send("real", from);
        Assert.Equal("real", (await client.ReceiveAsync()).Text);
    }

    [Fact]
    public async Task A_target_that_refuses_ends_the_flow_and_the_next_datagram_is_routed_anew()
    {
        using var second = new UdpPeer();
        var gone = UdpPeer.ClosedPort();
        var routes = 0;
        await using var relay = UdpRelay.Start(AnyPort, _ => Route(routes++ == 0 ? gone : second.EndPoint));
        using var client = new UdpPeer();
        client.Send("lost", relay.LocalEndPoint);
        await Limit.UntilAsync(() => closed.Count == 1);
        Assert.Equal(UdpFlowEnd.Refused, Assert.Single(closed).Ended);
        Assert.Equal(0, relay.Flows);

        client.Send("found", relay.LocalEndPoint);
        Assert.Equal("found", (await second.ReceiveAsync()).Text);
        Assert.Equal(2, opened.Count);
    }

    [Fact]
    public async Task A_flow_without_an_answer_lives_for_30_seconds_and_a_stream_for_120()
    {
        var time = new FakeTimeProvider();
        using var target = new UdpPeer();
        await using var relay = Relay(target.EndPoint, options: new UdpRelayOptions { TimeProvider = time });
        using var lonely = new UdpPeer();
        using var client = new UdpPeer();
        lonely.Send("anybody?", relay.LocalEndPoint);
        await target.ReceiveAsync();

        // Answered, and still used after two seconds.
        client.Send("1", relay.LocalEndPoint);
        var (_, from) = await target.ReceiveAsync();
        target.Send("2", from);
        await client.ReceiveAsync();
        time.Advance(TimeSpan.FromSeconds(2));
        client.Send("3", relay.LocalEndPoint);
        await target.ReceiveAsync();
        var stream = opened.Last();
        await Limit.UntilAsync(() => stream.DatagramsToUpstream == 2);

        time.Advance(TimeSpan.FromSeconds(27));
        Assert.Empty(closed);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((lonely.EndPoint, UdpFlowEnd.IdleTimeout), (Assert.Single(closed).Client, closed.Single().Ended));
        time.Advance(TimeSpan.FromSeconds(91));
        Assert.Equal(UdpFlowEnd.None, stream.Ended);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(UdpFlowEnd.IdleTimeout, stream.Ended);
        Assert.Equal(0, relay.Flows);
    }

    [Fact]
    public async Task One_question_and_its_answer_are_no_stream()
    {
        var time = new FakeTimeProvider();
        using var target = new UdpPeer();
        await using var relay = Relay(target.EndPoint, options: new UdpRelayOptions { TimeProvider = time });
        using var client = new UdpPeer();
        client.Send("1", relay.LocalEndPoint);
        var (_, from) = await target.ReceiveAsync();
        target.Send("2", from);
        await client.ReceiveAsync();
        var flow = Assert.Single(opened);
        await Limit.UntilAsync(() => flow.DatagramsToClient == 1);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(UdpFlowEnd.IdleTimeout, flow.Ended);
    }

    [Fact]
    public async Task When_there_are_as_many_flows_as_there_may_be_the_oldest_that_is_no_stream_gives_way()
    {
        using var target = new UdpPeer();
        var time = new FakeTimeProvider();
        var route = (IPEndPoint _) => Route(target.EndPoint) with { Patience = new UdpPatience(TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(120), StreamAfter: TimeSpan.Zero) };
        await using var relay = UdpRelay.Start(AnyPort, c => route(c), new UdpRelayOptions { MaxFlows = 2, TimeProvider = time });
        using var stream = new UdpPeer();
        stream.Send("1", relay.LocalEndPoint);
        var (_, from) = await target.ReceiveAsync();
        target.Send("2", from);
        await stream.ReceiveAsync();

        using var second = new UdpPeer();
        second.Send("second", relay.LocalEndPoint);
        await target.ReceiveAsync();
        using var third = new UdpPeer();
        third.Send("third", relay.LocalEndPoint);
        var (_, ofThird) = await target.ReceiveAsync();
        await Limit.UntilAsync(() => closed.Count == 1);
        Assert.Equal((second.EndPoint, UdpFlowEnd.GaveWay), (closed.Single().Client, closed.Single().Ended));

        // Two streams: there is nobody who would give way.
        target.Send("yes", ofThird);
        await third.ReceiveAsync();
        second.Send("again", relay.LocalEndPoint);
        await Limit.UntilAsync(() => relay.Full == 1);
        Assert.Equal(2, relay.Flows);
        third.Send("still here", relay.LocalEndPoint);
        Assert.Equal("still here", (await target.ReceiveAsync()).Text);
    }

    [Fact]
    public async Task Questions_that_have_their_answers_give_way_to_new_ones()
    {
        using var target = new UdpPeer();
        await using var relay = UdpRelay.Start(AnyPort, _ => Route(target.EndPoint) with { Patience = UdpPatience.Of(TimeSpan.FromSeconds(120)) }, new UdpRelayOptions { MaxFlows = 3 });
        for (var i = 0; i < 20; i++)
        {
            using var client = new UdpPeer();
            client.Send("question", relay.LocalEndPoint);
            var (_, from) = await target.ReceiveAsync();
            target.Send("answer", from);
            Assert.Equal("answer", (await client.ReceiveAsync()).Text);
        }

        Assert.Equal((3, 17, 0L), (relay.Flows, closed.Count(f => f.Ended == UdpFlowEnd.GaveWay), relay.Full));
    }

    [Fact]
    public async Task Without_a_route_a_datagram_is_dropped_and_counted()
    {
        await using var relay = UdpRelay.Start(AnyPort, _ => null);
        using var client = new UdpPeer();
        client.Send("hello", relay.LocalEndPoint);
        client.Send("hello", relay.LocalEndPoint);
        await Limit.UntilAsync(() => relay.Unrouted == 2);
        Assert.Equal(0, relay.Flows);
    }

    [Fact]
    public async Task A_route_that_no_socket_can_be_had_for_is_told()
    {
        var failed = new ConcurrentQueue<SocketException>();
        await using var relay = UdpRelay.Start(
            AnyPort, _ => Route(AnyPort) with { Source = IPAddress.Parse("192.0.2.1"), Failed = failed.Enqueue });
        using var client = new UdpPeer();
        client.Send("hello", relay.LocalEndPoint);
        await Limit.UntilAsync(() => failed.Count == 1);
        Assert.Equal(SocketError.AddressNotAvailable, failed.Single().SocketErrorCode);
        Assert.Empty(opened);
        Assert.Equal(1, relay.Unrouted);
    }

    [Fact]
    public async Task What_goes_wrong_with_one_datagram_ends_nothing()
    {
        using var target = new UdpPeer();
        var calls = 0;
        var told = new ConcurrentQueue<Exception>();
        await using var relay = UdpRelay.Start(
            AnyPort, _ => calls++ == 0 ? throw new InvalidOperationException("no way") : Route(target.EndPoint),
            new UdpRelayOptions { OnError = told.Enqueue, ErrorPause = TimeSpan.FromMilliseconds(1) });
        using var client = new UdpPeer();
        client.Send("first", relay.LocalEndPoint);
        client.Send("second", relay.LocalEndPoint);
        Assert.Equal("second", (await target.ReceiveAsync()).Text);
        Assert.Equal("no way", Assert.Single(told).Message);
    }

    [Fact]
    public async Task Flows_that_are_cut_are_routed_anew_and_the_others_go_on()
    {
        using var first = new UdpPeer();
        using var second = new UdpPeer();
        var target = first;
        await using var relay = UdpRelay.Start(AnyPort, _ => Route(target.EndPoint));
        using var client = new UdpPeer();
        using var other = new UdpPeer();
        client.Send("1", relay.LocalEndPoint);
        await first.ReceiveAsync();
        target = second;
        other.Send("2", relay.LocalEndPoint);
        await second.ReceiveAsync();

        relay.Cut(f => f.Remote.Equals(first.EndPoint));
        Assert.Equal((client.EndPoint, UdpFlowEnd.Cut), (Assert.Single(closed).Client, closed.Single().Ended));
        client.Send("3", relay.LocalEndPoint);
        Assert.Equal("3", (await second.ReceiveAsync()).Text);
        Assert.Equal(2, relay.Flows);
    }

    [Fact]
    public async Task When_it_stops_the_port_is_unreachable_and_all_flows_are_cut()
    {
        using var target = new UdpPeer();
        var relay = Relay(target.EndPoint);
        using var client = new UdpPeer();
        client.Send("hello", relay.LocalEndPoint);
        await target.ReceiveAsync();
        await relay.DisposeAsync();
        Assert.Equal(UdpFlowEnd.Cut, Assert.Single(closed).Ended);
        await relay.DisposeAsync();

        client.Connect(relay.LocalEndPoint);
        Assert.Equal(SocketError.ConnectionRefused, await client.ErrorAsync("hello"));
    }

    [Fact]
    public async Task A_flow_that_many_datagrams_come_on_at_once_loses_none_that_fit_and_keeps_their_order()
    {
        using var target = new UdpPeer();
        await using var relay = Relay(target.EndPoint);
        using var client = new UdpPeer();
        const int burst = 100;
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < burst; i++) client.Send($"{round}.{i}", relay.LocalEndPoint);
            IPEndPoint? from = null;
            for (var i = 0; i < burst; i++)
            {
                (var text, from) = await target.ReceiveAsync();
                Assert.Equal($"{round}.{i}", text);
            }

            for (var i = 0; i < burst; i++) target.Send($"{round}.{i} back", from!);
            for (var i = 0; i < burst; i++) Assert.Equal($"{round}.{i} back", (await client.ReceiveAsync()).Text);
        }

        var flow = Assert.Single(opened);
        await Limit.UntilAsync(() => flow.DatagramsToClient == 2000);
        Assert.Equal((2000L, 0L), (flow.DatagramsToUpstream, flow.Lost));
    }

    private UdpRelay Relay(IPEndPoint target, IPAddress? source = null, UdpRelayOptions? options = null) =>
        UdpRelay.Start(AnyPort, _ => Route(target) with { Source = source }, options);

    private UdpRoute Route(IPEndPoint target) => new(target, null) { Opened = opened.Enqueue, Closed = closed.Enqueue };
}
