using System.Net.Sockets;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>A second generation: what stays, stays without a gap; what can't start leaves nothing behind.</summary>
public sealed class ReloadTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a.example.com\r\n\r\n";

    [Fact]
    public async Task A_reload_serves_an_open_connection_by_the_new_rules()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80, Fixed(201)));
        using var client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 201 ", await client.ReadMessageAsync(), StringComparison.Ordinal);

        await rig.ApplyAsync(rig.Edge().Listener(80, Fixed(202)).Listener(81, Fixed(203)));
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 202 ", await client.ReadMessageAsync(), StringComparison.Ordinal);

        await rig.Journal.RequestAsync(2);
        Assert.Equal([1, 2], rig.Journal.Requests.Select(r => r.Generation.Number));
        Assert.Same(rig.Journal.Requests[0].Downstream, rig.Journal.Requests[1].Downstream);
        Assert.Equal(
            [new ListenerReport("edge", ListenerArn(80), "HTTP", 80, rig.Http), new ListenerReport("edge", ListenerArn(81), "HTTP", 81, new(rig.Address, 8081))],
            rig.Health.Listeners(rig.Seam.Generations.Current).OrderBy(l => l.Port));
    }

    [Fact]
    public async Task A_request_in_flight_ends_by_the_generation_that_it_began_with()
    {
        await using var rig = new Rig();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = rig.Late(release);
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        using var client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        await target.RequestAsync();

        await rig.ApplyAsync(rig.Edge().Listener(80, Fixed(404)));
        release.SetResult();
        Assert.EndsWith("late", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Equal(1, (await rig.Journal.RequestAsync()).Generation.Number);
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 404 ", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_reloads_under_load_lose_no_request()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80, Fixed(200, "text/plain", "generation 0")));
        using var stop = new CancellationTokenSource();
        var answers = new int[4];
        var clients = answers.Select(async (_, i) =>
        {
            using var client = await rig.ConnectAsync();
            for (; !stop.IsCancellationRequested; Interlocked.Increment(ref answers[i]))
            {
                await client.SendAsync(Get);
                Assert.StartsWith("HTTP/1.1 200 ", await client.ReadMessageAsync(), StringComparison.Ordinal);
            }
        }).ToList();
        for (var i = 1; i <= 20; i++)
        {
            var before = answers.ToArray();
            await rig.ApplyAsync(rig.Edge().Listener(80, Fixed(200, "text/plain", $"generation {i}")));
            await Limit.UntilAsync(() => answers.Zip(before).All(a => a.First > a.Second) || clients.Any(c => c.IsCompleted));
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
    }

    [Fact]
    public async Task Health_and_outstanding_requests_outlive_a_reload()
    {
        await using var rig = new Rig();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = new Backend((_, _, _) => release.Task, rig.Node(1));
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        await rig.UntilAsync("i-0a1:30080", "healthy");
        using var client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        await target.RequestAsync();

        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1", "i-0a2"]).Listener(80, Forward("web")));
        Assert.Equal(("healthy", 1), (rig.Report("i-0a1:30080").State, rig.Report("i-0a1:30080").Outstanding));
        release.SetResult();
        await client.ReadMessageAsync();
        await Limit.UntilAsync(() => rig.Report("i-0a1:30080").Outstanding == 0);
    }

    [Fact]
    public async Task A_changed_idle_timeout_holds_for_new_connections()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80, Fixed(200)));
        await rig.ApplyAsync(rig.Edge(("idle_timeout.timeout_seconds", "1")).Listener(80, Fixed(200)));
        using var client = await rig.ConnectAsync();
        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task A_deleted_listener_closes_idle_connections_and_refuses_new_ones()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80, Fixed(200)));
        using var client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadMessageAsync();
        await rig.ApplyAsync(rig.Edge().Listener(81));
        Assert.True(await client.IsClosedAsync());
        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(rig.ConnectAsync)).SocketErrorCode);
    }

    [Fact]
    public async Task A_listener_can_change_its_protocol()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80, Fixed(200)));
        await rig.ApplyAsync(rig.Edge().Listener(80, Fixed(200), "HTTPS"));
        var (code, output) = await Run.ProgramAsync("curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", "--resolve",
            $"a.example.com:8080:{rig.Address}", "https://a.example.com:8080/");
        Assert.Equal((0, "200"), (code, output));
    }

    [Fact]
    public async Task A_port_in_use_is_an_error_that_names_it_and_nothing_is_left_behind()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80, Fixed(201)));
        await using var other = Backend.Saying("mine", new(rig.Address, 8082));
        var errors = new ErrorList();

        await rig.TryApplyAsync(rig.Edge().Listener(80, Fixed(202)).Listener(81).Listener(82), errors);

        var error = Assert.Single(errors.All);
        Assert.Equal("Listener edge HTTP:82", error.Object);
        Assert.StartsWith($"can't listen at {rig.Address}:8082 (declared port 82): ", error.Message, StringComparison.Ordinal);
        Assert.Contains("in use", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith("stop what uses it, or move this road with --loopback N (127.N.0.0/16)", error.Message, StringComparison.Ordinal);
        // 81 had started; it was undone. 80 runs on by the old rules.
        await Assert.ThrowsAsync<SocketException>(() => RawPeer.ConnectAsync(new(rig.Address, 8081)));
        using var client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 201 ", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_cannot_be_bound_is_an_error_too()
    {
        await using var rig = new Rig();
        var generation = rig.Edge().Listener(80).CompileValid();
        // 192.0.2.1 is for documentation (RFC 5737): nobody's.
        var elsewhere = generation.Get<LoadBalancerSnapshot>().Listeners[0] with { Bound = new(System.Net.IPAddress.Parse("192.0.2.1"), 8080) };
        var errors = new ErrorList();
        await using var change = await rig.Carrier.PrepareAsync(
            new Generation(1, generation.State, generation.Addresses, [Snapshot.Of(new LoadBalancerSnapshot([elsewhere], [], []))]), errors, TestContext.Current.CancellationToken);
        Assert.StartsWith("can't listen at 192.0.2.1:8080 (declared port 80): ", Assert.Single(errors.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_prepared_and_not_committed_is_undone()
    {
        await using var rig = new Rig();
        var next = rig.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")).CompileValid();
        var change = await rig.Carrier.PrepareAsync(next, new ErrorList(), TestContext.Current.CancellationToken);
        (await rig.ConnectAsync()).Dispose();
        await change.DisposeAsync();
        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(rig.ConnectAsync)).SocketErrorCode);

        // The same can be prepared again.
        await rig.ApplyAsync(rig.Edge().Listener(80, Fixed(200)));
        (await rig.ConnectAsync()).Dispose();
    }

    [Fact]
    public async Task Stopping_lets_a_request_in_flight_end()
    {
        await using var rig = new Rig();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = rig.Late(release);
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        using var client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        await target.RequestAsync();
        var stopping = rig.Carrier.StopAsync(TestContext.Current.CancellationToken);
        await RefusedAsync(rig);
        release.SetResult();
        Assert.EndsWith("Connection: close\r\n\r\nlate", await client.ReadMessageAsync(), StringComparison.Ordinal);
        await stopping.WaitAsync(Limit.Wait, TestContext.Current.CancellationToken);
    }

    private static async Task RefusedAsync(Rig rig)
    {
        using var limit = new CancellationTokenSource(Limit.Wait);
        for (; ; limit.Token.ThrowIfCancellationRequested())
        {
            try
            {
                (await rig.ConnectAsync()).Dispose();
            }
            catch (SocketException)
            {
                return;
            }
        }
    }
}
