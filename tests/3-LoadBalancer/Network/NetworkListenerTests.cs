using System.Net;
using System.Net.Sockets;
using Usher.Model.Journeys;
using Usher.Seam.Tests.Peers;
using Usher.Wire;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>TCP listeners of a Network Load Balancer on real sockets.</summary>
public sealed class NetworkListenerTests
{
    [Fact]
    public async Task A_connection_is_carried_both_ways_and_its_end_too()
    {
        await using var rig = await RunAsync();
        await using var target = new EchoTarget(rig.Node(1), "one");
        using var client = await ConnectAsync(rig);

        Assert.Equal("one\n", await client.ReadUntilAsync("\n"));
        await client.SendAsync("hello");
        Assert.Equal("hello", await client.ReadCountAsync(5));
        client.EndSending();
        Assert.True(await client.IsClosedAsync());

        var record = await rig.Journal.EndedAsync();
        Assert.Equal((Hop.LoadBalancer, 5L, 9L, "closed by the client"), (record.Hop, record.BytesUp, record.BytesDown, record.CloseReason));
        Assert.Equal(rig.Node(1), record.Upstream!.To);
    }

    [Fact]
    public async Task Megabytes_arrive_unchanged()
    {
        await using var rig = await RunAsync();
        await using var target = new EchoTarget(rig.Node(1), "one");
        using var client = await ConnectAsync(rig);
        await client.ReadUntilAsync("\n");
        var data = new byte[4 << 20];
        new Random(1).NextBytes(data);

        var sending = client.SendAsync(data);
        var back = await client.ReadCountAsync(data.Length);
        await sending;

        Assert.True(data.AsSpan().SequenceEqual(System.Text.Encoding.Latin1.GetBytes(back)));
    }

    [Fact]
    public async Task The_target_sees_the_client_from_a_port_of_the_load_balancers()
    {
        await using var rig = await RunAsync();
        await using var target = new EchoTarget(rig.Node(1), "one");
        using var client = await ConnectAsync(rig);
        await client.SendAsync("x");
        await Limit.UntilAsync(() => target.Clients.Count == 1);

        Assert.Equal(client.LocalEndPoint.Address, target.Clients[0].Address);
        Assert.NotEqual(client.LocalEndPoint.Port, target.Clients[0].Port);
    }

    [Fact]
    public async Task Without_client_IP_preservation_it_sees_the_load_balancer()
    {
        await using var rig = await RunAsync(("preserve_client_ip.enabled", "false"));
        await using var target = new EchoTarget(rig.Node(1), "one");
        using var client = await ConnectAsync(rig);
        await client.SendAsync("x");
        await Limit.UntilAsync(() => target.Clients.Count == 1);

        Assert.Equal(Listener(rig).Address, target.Clients[0].Address);
    }

    [Fact]
    public async Task A_target_that_resets_resets_its_client_alone()
    {
        await using var rig = await RunAsync();
        await using var target = new EchoTarget(rig.Node(1), "one");
        using var other = await ConnectAsync(rig);
        await other.ReadUntilAsync("\n");
        using var client = await ConnectAsync(rig);
        await client.ReadUntilAsync("\n");

        await client.SendAsync("reset");
        Assert.Equal(SocketError.ConnectionReset, await client.ReadErrorAsync());
        await other.SendAsync("still here");
        Assert.Equal("still here", await other.ReadCountAsync(10));
    }

    [Fact]
    public async Task Nobody_behind_a_target_or_no_target_is_a_reset()
    {
        await using var rig = await RunAsync();
        using var refused = await ConnectAsync(rig);
        Assert.Equal(SocketError.ConnectionReset, await refused.ReadErrorAsync());
        Assert.True((await rig.Journal.EndedAsync()).Refused);

        await rig.ApplyAsync(rig.Edge().Network().NetworkGroup("web", []).NetworkListener(5000, Forward("web")));
        using var empty = await ConnectAsync(rig);
        Assert.Equal(SocketError.ConnectionReset, await empty.ReadErrorAsync());
    }

    [Fact]
    public async Task Targets_are_checked_by_connecting_and_the_reasons_are_AWSs()
    {
        await using var rig = await RunAsync();
        await rig.UntilAsync("i-0a1:30080", "unhealthy");
        Assert.Equal("Target.FailedHealthChecks", rig.Report("i-0a1:30080").Reason);
        await rig.DisposeAsync();

        await using var healthy = new Rig();
        await using var target = new EchoTarget(healthy.Node(1), "one");
        await healthy.ApplyAsync(Net(healthy, 1));
        await healthy.UntilAsync("i-0a1:30080", "healthy");
        Assert.Empty(target.Clients);
    }

    [Fact]
    public async Task Open_connections_are_counted_and_survive_a_reload_and_the_end_of_their_listener()
    {
        await using var rig = await RunAsync();
        await using var target = new EchoTarget(rig.Node(1), "one");
        using var client = await ConnectAsync(rig);
        await client.ReadUntilAsync("\n");
        Assert.Equal(1, rig.Report("i-0a1:30080").Outstanding);

        await rig.ApplyAsync(Net(rig, 2));
        await client.SendAsync("a");
        Assert.Equal("a", await client.ReadCountAsync(1));

        await rig.ApplyAsync(rig.Edge().Network());
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(rig));
        await client.SendAsync("b");
        Assert.Equal("b", await client.ReadCountAsync(1));
        client.Dispose();
        Assert.Equal((1L + 1, 4L + 1 + 1), await EndedAsync(rig));
    }

    [Fact]
    public async Task A_reload_under_load_loses_no_connection()
    {
        await using var rig = await RunAsync();
        await using var one = new EchoTarget(rig.Node(1), "one");
        await using var two = new EchoTarget(rig.Node(2), "two");
        using var over = new CancellationTokenSource();
        var carried = 0;
        var clients = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                using var client = await ConnectAsync(rig);
                await client.ReadUntilAsync("\n");
                await client.SendAsync("ping");
                Assert.Equal("ping", await client.ReadCountAsync(4));
                Interlocked.Increment(ref carried);
            }
        })).ToList();

        for (var reload = 0; reload < 10; reload++)
        {
            var before = Volatile.Read(ref carried);
            await rig.ApplyAsync(Net(rig, 1 + reload % 2));
            await Limit.UntilAsync(() => Volatile.Read(ref carried) > before + 20 || clients.Exists(c => c.IsFaulted));
        }

        await over.CancelAsync();
        await Task.WhenAll(clients);
    }

    [Fact]
    public async Task A_connection_on_which_nothing_moves_is_reset_after_the_idle_timeout()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Network().NetworkGroup("web", ["i-0a1"]).NetworkListener(5000, Forward("web"), attributes: ("tcp.idle_timeout.seconds", "3")));
        await using var target = new EchoTarget(rig.Node(1), "one");
        using var client = await ConnectAsync(rig);
        await client.ReadUntilAsync("\n");

        Assert.Equal(SocketError.ConnectionReset, await client.ReadErrorAsync());
        Assert.Equal("idle for too long", (await rig.Journal.EndedAsync()).CloseReason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_target_that_becomes_unhealthy_has_its_connections_cut_unless_told_otherwise(bool cuts)
    {
        await using var rig = new Rig();
        // The check is asked of another port, so that the target itself goes on.
        await using var checks = Backend.Saying("ok", new IPEndPoint(rig.Node(1).Address, 30099));
        await using var target = new EchoTarget(rig.Node(1), "one");
        await rig.ApplyAsync(rig.Edge().Network()
            .NetworkGroup("web", ["i-0a1"], check: HealthTests.Quick with { Port = "30099" }, attributes: ("target_health_state.unhealthy.connection_termination.enabled", cuts ? "true" : "false"))
            .NetworkListener(5000, Forward("web")));
        await rig.UntilAsync("i-0a1:30080", "healthy");
        using var client = await ConnectAsync(rig);
        await client.ReadUntilAsync("\n");

        checks.Health = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";
        await rig.UntilAsync("i-0a1:30080", "unhealthy");
        if (cuts)
        {
            Assert.Equal(SocketError.ConnectionReset, await client.ReadErrorAsync());
            Assert.Equal("cut: its target became unhealthy", (await rig.Journal.EndedAsync()).CloseReason);
        }

        // None is healthy, so it gets new ones all the same, and they go on.
        using var later = cuts ? await ConnectAsync(rig) : client;
        if (cuts) await later.ReadUntilAsync("\n");
        await later.SendAsync("x");
        Assert.Equal("x", await later.ReadCountAsync(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_outlives_the_deregistration_delay_unless_it_is_to_be_cut(bool cuts)
    {
        await using var rig = new Rig();
        Edge With(params string[] targets) => rig.Edge().Network()
            .NetworkGroup("web", targets, attributes: [("deregistration_delay.timeout_seconds", "1"), ("deregistration_delay.connection_termination.enabled", cuts ? "true" : "false")])
            .NetworkListener(5000, Forward("web"));
        await using var target = new EchoTarget(rig.Node(1), "one");
        await rig.ApplyAsync(With("i-0a1"));
        await rig.UntilAsync("i-0a1:30080", "healthy");
        using var client = await ConnectAsync(rig);
        await client.ReadUntilAsync("\n");

        await rig.ApplyAsync(With("i-0a2"));
        await client.SendAsync("x");
        Assert.Equal("x", await client.ReadCountAsync(1));
        if (cuts)
        {
            Assert.Equal(SocketError.ConnectionReset, await client.ReadErrorAsync());
            Assert.Equal("cut: its target's deregistration delay is over", (await rig.Journal.EndedAsync()).CloseReason);
            return;
        }

        await Limit.UntilAsync(() => !rig.Health.All(rig.Seam.Generations.Current).Any(r => r.Target == "i-0a1:30080"));
        await client.SendAsync("y");
        Assert.Equal("y", await client.ReadCountAsync(1));
    }

    [Fact]
    public async Task A_target_is_sent_a_PROXY_header_first_and_by_its_checks_too()
    {
        await using var rig = await RunAsync(("proxy_protocol_v2.enabled", "true"));
        await using var target = new EchoTarget(rig.Node(1), "");
        using var client = await ConnectAsync(rig);
        await client.SendAsync("hello");

        // What the target was sent comes back.
        var back = System.Text.Encoding.Latin1.GetBytes(await client.ReadUntilAsync("hello"));
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeaderReader.Read(back.AsSpan(1), out var header, out var length));
        Assert.Equal((client.LocalEndPoint, Listener(rig), "hello"), (header!.Source, header.Destination, System.Text.Encoding.Latin1.GetString(back.AsSpan(1 + length))));
        Assert.Equal($"version 2: {client.LocalEndPoint} → {Listener(rig)}", rig.Journal.Connections[0].Decision!.Tell().Single().Facts["proxyProtocol"]!.ToString());
        // A check sends nothing else.
        await Limit.UntilAsync(() => target.Clients.Exists(c => c.Address.Equals(Listener(rig).Address)));
    }

    [Fact]
    public async Task When_the_road_ends_what_is_quiet_is_cut_and_what_moves_may_end()
    {
        await using var rig = await RunAsync();
        await using var target = new EchoTarget(rig.Node(1), "one");
        using var quiet = await ConnectAsync(rig);
        await quiet.ReadUntilAsync("\n");
        using var busy = await ConnectAsync(rig);
        await busy.ReadUntilAsync("\n");

        var stopping = rig.StopAsync(TimeSpan.FromMinutes(1));
        var cut = quiet.ReadErrorAsync();
        while (!cut.IsCompleted)
        {
            await busy.SendAsync("x");
            Assert.Equal("x", await busy.ReadCountAsync(1));
        }

        Assert.Equal(SocketError.ConnectionReset, await cut);
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(rig));
        busy.EndSending();
        Assert.True(await busy.IsClosedAsync());
        await stopping.WaitAsync(Limit.Wait, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_place_that_is_taken_is_an_error_that_says_so()
    {
        await using var rig = new Rig();
        await using var other = new EchoTarget(Listener(rig), "other");
        var errors = new Model.Desired.ErrorList();
        await rig.TryApplyAsync(Net(rig, 1), errors);

        Assert.StartsWith($"can't listen at {Listener(rig)} (declared port 5000): ", Assert.Single(errors.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_load_balancer_whose_type_changes_is_refused_and_goes_on_as_it_was()
    {
        await using var rig = await RunAsync();
        await using var target = new EchoTarget(rig.Node(1), "one");
        var errors = new Model.Desired.ErrorList();
        await rig.TryApplyAsync(rig.Edge().Add("LoadBalancer", "net", new Model.Aws.LoadBalancer { LoadBalancerArn = NetworkEdge.Arn, Name = "net", DnsName = "net.example.com" }).NetworkListener(5000, Fixed(200), "HTTP"), errors);

        Assert.Contains("the network load balancer net does. A load balancer's type can't be changed", Assert.Single(errors.All).Message, StringComparison.Ordinal);
        using var client = await ConnectAsync(rig);
        Assert.Equal("one\n", await client.ReadUntilAsync("\n"));
    }

    private static IPEndPoint Listener(Rig rig) => new(IPAddress.Parse($"127.{rig.Network}.0.2"), 5000);

    private static Task<RawPeer> ConnectAsync(Rig rig) => RawPeer.ConnectAsync(Listener(rig));

    private static Task<Rig> RunAsync(params (string, string)[] attributes) => Rig.RunAsync(r => Net(r, 1, attributes));

    private static Edge Net(Rig rig, int targets, params (string, string)[] attributes) =>
        rig.Edge().Network().NetworkGroup("web", [.. new[] { "i-0a1", "i-0a2" }.Take(targets)], attributes: attributes).NetworkListener(5000, Forward("web"));

    private static async Task<(long Up, long Down)> EndedAsync(Rig rig)
    {
        var record = await rig.Journal.EndedAsync();
        return (record.BytesUp, record.BytesDown);
    }
}
