using System.Net.WebSockets;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>A target that is taken away: what it carries may end within the deregistration delay, and nothing new comes to it.</summary>
public sealed class DrainingTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a.example.com\r\n\r\n";

    [Fact]
    public async Task A_target_that_is_taken_away_drains_and_its_requests_end()
    {
        await using var rig = new Rig();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var first = rig.Late(release);
        await using var second = Backend.Saying("other", rig.Node(2));
        await rig.ApplyAsync(Web(rig, 300, "i-0a1", "i-0a2"));
        await rig.UntilAsync("i-0a1:30080", "healthy");
        await rig.UntilAsync("i-0a2:30080", "healthy");
        using var client = await rig.ConnectAsync();
        for (var sent = 1; ; sent++)
        {
            await client.SendAsync(Get);
            await Limit.UntilAsync(() => first.Requests.Count > 0 || rig.Journal.Requests.Count >= sent);
            if (first.Requests.Count > 0) break;
            await client.ReadMessageAsync();
        }

        await rig.ApplyAsync(Web(rig, 300, "i-0a2"));
        Assert.Equal(
            new TargetHealthReport("web", "i-0a1:30080", "draining", "Target.DeregistrationInProgress", "Target deregistration is in progress", 1), rig.Report("i-0a1:30080"));
        for (var i = 0; i < 5; i++) Assert.EndsWith("other", await rig.AskAsync(Get), StringComparison.Ordinal);
        release.SetResult();
        Assert.EndsWith("late", await client.ReadMessageAsync(), StringComparison.Ordinal);
        await Limit.UntilAsync(() => rig.Report("i-0a1:30080").Outstanding == 0);
        Assert.Equal("draining", rig.Report("i-0a1:30080").State);
        Assert.Single(first.Requests);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task What_is_left_after_the_delay_is_502_and_the_target_is_gone(int delay)
    {
        await using var rig = new Rig();
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = rig.Late(never);
        await rig.ApplyAsync(Web(rig, delay, "i-0a1"));
        using var client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        await target.RequestAsync();
        await rig.ApplyAsync(Web(rig, delay, "i-0a2"));
        Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", await client.ReadMessageAsync(), StringComparison.Ordinal);
        var record = await rig.Journal.RequestAsync();
        Assert.Equal(("load-balancer.502.deregistration-delay", true), (record.Outcome, record.AnsweredHere));
        Assert.Contains($"the deregistration delay ({delay} s) was over", record.Problem, StringComparison.Ordinal);
        await Limit.UntilAsync(() => rig.Health.All(rig.Seam.Generations.Current).All(r => r.Target != "i-0a1:30080"));
        never.SetResult();
    }

    [Fact]
    public async Task A_response_that_has_begun_is_cut_after_the_delay()
    {
        await using var rig = new Rig();
        using var client = await rig.ConnectAfterAsync(Web(rig, 0, "i-0a1"));
        await using var target = new Backend(
            async (peer, _, _) =>
            {
                await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                await peer.ReadErrorAsync();
            },
            rig.Node(1));
        await client.SendAsync(Get);
        await client.ReadUntilAsync("abc");
        await rig.ApplyAsync(Web(rig, 0, "i-0a2"));
        await client.ReadErrorAsync();
        var record = await rig.Journal.RequestAsync();
        Assert.Equal((200, "load-balancer.502.deregistration-delay", "cut"), (record.Status, record.Outcome, record.DownstreamFate));
    }

    [Fact]
    public async Task A_WebSocket_is_closed_after_the_delay()
    {
        await using var rig = new Rig();
        await using var server = await WebSocketServer.StartAsync(rig.Node(1));
        await rig.ApplyAsync(Web(rig, 1, "i-0a1"));
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri($"ws://{rig.Http}/echo"), TestContext.Current.CancellationToken);
        await rig.ApplyAsync(Web(rig, 1, "i-0a2"));
        await Assert.ThrowsAsync<WebSocketException>(async () => await client.ReceiveAsync(new byte[10], TestContext.Current.CancellationToken).WaitAsync(Limit.Wait));
        Assert.Equal("cut when the road stopped or changed", (await rig.Journal.RequestAsync()).Upgrade!.ClosedBy);
    }

    [Fact]
    public async Task A_target_that_comes_back_is_new_and_keeps_what_it_carries()
    {
        await using var rig = new Rig();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = rig.Late(release);
        target.Health = "";
        await rig.ApplyAsync(Web(rig, 1, "i-0a1"));
        using var client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        await target.RequestAsync();
        await rig.ApplyAsync(Web(rig, 3600));
        Assert.Equal("draining", rig.Report("i-0a1:30080").State);
        await rig.ApplyAsync(Web(rig, 1, "i-0a1"));
        Assert.Equal(("initial", 1), (rig.Report("i-0a1:30080").State, rig.Report("i-0a1:30080").Outstanding));
        release.SetResult();
        Assert.EndsWith("late", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_delay_runs_once_from_when_the_target_was_taken_away()
    {
        var time = new FakeTimeProvider();
        using var table = new TargetTable(time);
        var (with, without) = (Groups("i-0a1", "i-0a2"), Groups("i-0a2"));
        Run(table, with);
        var state = table.Of(with[0]).Targets[0];
        Run(table, without);
        time.Advance(TimeSpan.FromSeconds(299));
        Run(table, Groups("i-0a2"));
        Assert.Equal(("i-0a1:30080", "draining"), (table.Draining.Single().Target, state.Health.Name));
        Assert.False(state.Cut.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(state.Cut.IsCancellationRequested);
        Assert.Empty(table.Draining);

        // What comes back in time isn't cut; a change that is dropped leaves all as it was.
        Run(table, with);
        var again = table.Of(with[0]).Targets[0];
        Assert.NotSame(state, again);
        Run(table, without);
        var dropped = Groups("i-0a1", "i-0a2");
        table.Prepare(dropped);
        Assert.Same(again, table.Of(dropped[0]).Targets[0]);
        Assert.Single(table.Draining);
        Run(table, with);
        Assert.Same(again, table.Of(with[0]).Targets[0]);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((false, "initial"), (again.Cut.IsCancellationRequested, again.Health.Name));
    }

    [Fact]
    public async Task Targets_and_rules_that_come_and_go_under_load_lose_no_request()
    {
        await using var rig = new Rig();
        await using var first = Backend.Saying("ok", rig.Node(1));
        await using var second = Backend.Saying("ok", rig.Node(2));
        await rig.ApplyAsync(Web(rig, 300, "i-0a1"));
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
        for (var i = 1; i <= 30; i++)
        {
            var before = answers.ToArray();
            var edge = Web(rig, 300, (i % 3) switch { 0 => ["i-0a1"], 1 => ["i-0a1", "i-0a2"], _ => ["i-0a2"] });
            for (var rule = 1; rule <= i % 4; rule++) edge.Rule(80, rule, rule == 1 ? Forward("web") : NotFound, If("host-header", rule == 1 ? "a.example.com" : "b.example.com"));
            await rig.ApplyAsync(edge);
            await Limit.UntilAsync(() => answers.Zip(before).All(a => a.First > a.Second) || clients.Any(c => c.IsCompleted));
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        Assert.True(first.Requests.Count > 0 && second.Requests.Count > 0);
    }

    private static Edge Web(Rig rig, int delay, params string[] targets) => rig.Edge().Group(Group(delay, targets)).Listener(80, Forward("web"));

    private static TargetGroup Group(int delay, string[] targets) => new()
    {
        TargetGroupArn = AwsNames.TargetGroupArn(Scope, "web"), Name = "web", Port = 30080, Targets = [.. targets.Select(t => new TargetDescription(t))],
        HealthCheck = HealthTests.Quick, Attributes = new Dictionary<string, string> { ["deregistration_delay.timeout_seconds"] = $"{delay}" },
    };

    private static TargetGroupPlan[] Groups(params string[] targets) =>
        [.. new Edge().Group(Group(300, targets)).Listener(80, Forward("web")).CompileValid().Get<LoadBalancerSnapshot>().TargetGroups];

    private static void Run(TargetTable table, TargetGroupPlan[] groups)
    {
        table.Prepare(groups);
        table.Retain(groups);
    }
}
