using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Contracts;

namespace Usher.Pod.Tests;

/// <summary>A pod's life on a faked clock, with containers and probes that do as they are told.</summary>
public sealed class WorkerTests
{
    private readonly Clock time = new();
    private readonly PodDirectory directory = new();
    private readonly FakeLauncher launcher = new();
    private readonly FakeProber prober = new();

    [Fact]
    public async Task Without_a_readiness_probe_a_pod_is_ready_when_it_runs()
    {
        var worker = await Start("ports: [{ containerPort: 80 }]");

        Assert.Equal(new PodStatus(worker.Plan.Key, PodRuntime.StandIn, "Running", true, false, 0, 41, null), Status);
        await worker.StopAsync(CancellationToken.None);
        Assert.Empty(directory.Current);
    }

    [Fact]
    public async Task A_pod_is_ready_once_its_probe_passes_and_says_why_it_is_not()
    {
        prober.Answer = ProbeResult.Failed("HTTP probe failed with statuscode: 503");
        var worker = await Start("readinessProbe: { httpGet: { port: 80 }, periodSeconds: 1 }");
        await Wait.Until(() => Status.Message == "Readiness probe failed: HTTP probe failed with statuscode: 503", "the probe's words are told");
        Assert.False(Status.Ready);

        prober.Answer = ProbeResult.Passed;
        await Wait.Advance(time, TimeSpan.FromSeconds(1), () => Status.Ready, "it was ready");
        Assert.Null(Status.Message);
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_container_that_keeps_ending_is_restarted_at_once_and_then_after_10_and_20_seconds()
    {
        var worker = await Start("ports: []");
        var waits = new List<double>();
        for (var i = 1; i <= 3; i++)
        {
            var restarts = i;
            launcher.Last.End("exit code 3; last line on stderr: no database");
            if (i > 1) await Wait.Until(() => Status.Message?.StartsWith("CrashLoopBackOff", StringComparison.Ordinal) == true, "it waits");
            if (i == 3) Assert.Equal("CrashLoopBackOff: back-off 20s restarting failed container=c: exit code 3; last line on stderr: no database", Status.Message);
            waits.Add((await Wait.Advance(time, TimeSpan.FromSeconds(1), () => launcher.Count == restarts + 1 && Status.Ready, "it was restarted")).TotalSeconds);
        }

        Assert.Equal([0, 10, 20], waits);
        Assert.Equal(3, Status.Restarts);
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_container_that_can_not_start_again_says_so_and_is_tried_again()
    {
        var worker = await Start("ports: []");
        launcher.Failure = "there is no program \"x\"";
        launcher.Last.End("exit code 1");
        await Wait.Until(() => Status.Message?.Contains("there is no program", StringComparison.Ordinal) == true, "the failure is told");
        Assert.False(Status.Ready);

        launcher.Failure = null;
        await Wait.Advance(time, TimeSpan.FromSeconds(1), () => Status.Ready, "it was started");
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_failed_liveness_probe_stops_the_container_with_its_own_grace_and_restarts_it()
    {
        var worker = await Start("livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1, failureThreshold: 2, terminationGracePeriodSeconds: 7 }");
        prober.Answer = ProbeResult.Failed("dial tcp 10.0.1.100:80: connect: connection refused");
        var first = launcher.Last;
        await Wait.Advance(time, TimeSpan.FromSeconds(1), () => first.Stops.Count == 1, "it was stopped");

        Assert.Equal(7, first.Stops[0].TotalSeconds);
        await Wait.Until(() => launcher.Count == 2, "it was restarted");
        await Wait.Until(() => Status is { Restarts: 1, Phase: "Running" }, "the restart is counted");
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Stopping_says_terminating_at_once_and_counts_preStop_against_the_grace_period()
    {
        var worker = await Start("lifecycle: { preStop: { sleep: { seconds: 4 } } }", "terminationGracePeriodSeconds: 10", new Prober(time));
        var stopping = worker.StopAsync(CancellationToken.None);

        Assert.True(Status.Terminating);
        Assert.True(Status.Ready);
        Assert.Empty(launcher.Last.Stops);
        var waited = await Wait.Advance(time, TimeSpan.FromSeconds(1), () => stopping.IsCompleted, "it was stopped");
        Assert.Equal(4, waited.TotalSeconds);
        Assert.Equal(6, Assert.Single(launcher.Last.Stops).TotalSeconds);
        Assert.True(launcher.Last.Disposed);
    }

    [Fact]
    public async Task A_hurried_stop_waits_for_nothing()
    {
        var worker = await Start("lifecycle: { preStop: { sleep: { seconds: 4 } } }", asks: new Prober(time));
        await worker.StopAsync(new CancellationToken(canceled: true));
        Assert.True(launcher.Last.Disposed);
    }

    [Fact]
    public async Task Stopping_ends_a_back_off()
    {
        var worker = await Start("ports: []");
        launcher.Last.End("exit code 1");
        await Wait.Until(() => launcher.Count == 2 && Status.Ready, "it was restarted");
        launcher.Last.End("exit code 1");
        await Wait.Until(() => !Status.Ready, "it waits");

        await worker.StopAsync(CancellationToken.None);
        Assert.Equal(2, launcher.Count);
    }

    [Theory]
    [InlineData("Never", "exit code 0", "Succeeded")]
    [InlineData("Never", "exit code 3", "Failed")]
    [InlineData("OnFailure", "exit code 0", "Succeeded")]
    public async Task Restart_policies_that_let_it_end(string policy, string how, string phase)
    {
        var worker = await Start("ports: [{ containerPort: 80 }]", $"restartPolicy: {policy}");
        launcher.Last.End(how);
        await Wait.Until(() => Status.Phase == phase, $"it is {phase}");
        Assert.Equal(how, Status.Message);
        await worker.StopAsync(CancellationToken.None);
        Assert.Equal(1, launcher.Count);
    }

    [Fact]
    public async Task On_failure_restarts_a_failure()
    {
        var worker = await Start("ports: [{ containerPort: 80 }]", "restartPolicy: OnFailure");
        launcher.Last.End("exit code 3");
        await Wait.Until(() => launcher.Count == 2, "it was restarted");
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Waiting_for_readiness_tells_who_is_not_ready_and_why()
    {
        var readiness = new PodReadiness(directory, time);
        prober.Answer = ProbeResult.Failed("no");
        var worker = await Start("readinessProbe: { httpGet: { port: 80 }, periodSeconds: 5 }");
        var waiting = readiness.WhenSettledAsync(TimeSpan.FromSeconds(3), CancellationToken.None);
        await Wait.Advance(time, TimeSpan.FromSeconds(1), () => waiting.IsCompleted, "the limit was reached");
        Assert.Equal("Readiness probe failed: no", Assert.Single(await waiting).Message);

        prober.Answer = ProbeResult.Passed;
        waiting = readiness.WhenSettledAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
        await Wait.Advance(time, TimeSpan.FromSeconds(1), () => waiting.IsCompleted, "all were ready");
        Assert.Empty(await waiting);
        await worker.StopAsync(CancellationToken.None);
    }

    private PodStatus Status => directory.Current.Values.Single();

    private async Task<PodWorker> Start(string container, string spec = "", IProber? asks = null)
    {
        var road = new TestRoad();
        road.Publish(TestRoad.OnePod(container, spec));
        var worker = new PodWorker(road.Pod("a"), new PodTools(launcher, asks ?? prober, directory, time, NullLogger.Instance));
        await worker.StartAsync(CancellationToken.None);
        return worker;
    }
}
