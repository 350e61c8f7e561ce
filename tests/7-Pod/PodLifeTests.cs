using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Contracts;

namespace Usher.Pod.Tests;

/// <summary>Pods of several containers on a faked clock: init containers, sidecars, hooks, and the order of the end.</summary>
public sealed class PodLifeTests
{
    private readonly Clock time = new();
    private readonly PodDirectory directory = new();
    private readonly FakeLauncher launcher = new();
    private readonly FakeProber prober = new();

    [Fact]
    public async Task Init_containers_run_one_after_another_and_each_must_succeed()
    {
        var worker = await Start("- { name: i1, image: \"app:1\" }\n- { name: i2, image: \"app:1\" }", "- { name: a, image: \"app:1\" }");
        Assert.Equal(("Pending", "Init:0/2"), (Status.Phase, Status.Reason));
        await Launched("i1");

        launcher.Latest("i1").End("exit code 1");
        await Launched("i1 i1");
        launcher.Latest("i1").End("exit code 1; last line on stderr: no database");
        await Wait.Until(() => Status.Reason == "Init:CrashLoopBackOff", "it backs off");
        Assert.Equal("init container i1: CrashLoopBackOff: back-off 10s restarting failed container=i1: exit code 1; last line on stderr: no database", Status.Message);
        await Wait.Advance(time, TimeSpan.FromSeconds(1), () => launcher.Count == 3, "it was tried again");
        launcher.Latest("i1").End("exit code 0");
        await Launched("i1 i1 i1 i2");
        Assert.Equal(("Init:1/2", 2), (Status.Reason, Status.Restarts));

        launcher.Latest("i2").End("exit code 0");
        await Launched("i1 i1 i1 i2 a");
        await Wait.Until(() => Status.Ready, "it is ready");
        Assert.Equal(("Running", "Running", 0), (Status.Phase, Status.Reason, Status.Restarts));
        await worker.StopAsync(CancellationToken.None);
        Assert.Empty(directory.Current);
        Assert.Equal(["set up", "stop a", "tear down"], launcher.Calls);
    }

    [Theory]
    [InlineData("restartPolicy: Never", "", "Succeeded")]
    [InlineData("restartPolicy: OnFailure", "", "Succeeded")]
    [InlineData("restartPolicy: OnFailure", ", ports: [{ containerPort: 8080 }]", "Running")]
    [InlineData("restartPolicy: Always", "", "Running")]
    public async Task A_stand_in_of_a_pod_that_is_to_end_ends_at_once(string policy, string more, string phase)
    {
        var worker = await Start("", $"- {{ name: a, image: \"nobody/has:1\"{more} }}", policy);
        await Wait.Until(() => Status.Phase == phase, phase);
        if (phase == "Succeeded") Assert.Equal(("Completed", "a stand-in succeeds at once", 0), (Status.Reason, Status.Message, launcher.Count));
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task An_init_container_that_fails_ends_a_pod_that_is_never_restarted()
    {
        var worker = await Start("- { name: s, image: \"app:1\", restartPolicy: Always }\n- { name: i, image: \"app:1\" }", "- { name: a, image: \"app:1\" }", "restartPolicy: Never");
        await Launched("s i");
        launcher.Latest("i").End("exit code 3");
        await Wait.Until(() => Status.Phase == "Failed" && launcher.Latest("s").Stops.Count == 1, "it failed, and its sidecar was stopped");
        Assert.Equal("Init:Error", Status.Reason);
        await worker.StopAsync(CancellationToken.None);
        Assert.Equal("s i", launcher.Order);
    }

    [Fact]
    public async Task A_sidecar_is_started_once_its_startup_probe_passes_and_stops_after_the_others_the_last_first()
    {
        prober.Answer = ProbeResult.Failed("no");
        var worker = await Start(
            "- { name: s1, image: \"app:1\", restartPolicy: Always, startupProbe: { tcpSocket: { port: 1 }, periodSeconds: 1, failureThreshold: 100 } }\n- { name: s2, image: \"app:1\", restartPolicy: Always }",
            "- { name: a, image: \"app:1\" }\n- { name: b, image: \"app:1\" }");
        await Launched("s1");
        await Wait.Until(() => Status.Message == "init container s1: Startup probe failed: no", "it isn't started");
        Assert.Equal("Init:0/2", Status.Reason);

        prober.Answer = ProbeResult.Passed;
        await Wait.Advance(time, TimeSpan.FromSeconds(1), () => launcher.Order == "s1 s2 a b", "the others started");
        await Wait.Until(() => Status.Ready, "it is ready");
        Assert.Equal((4, 4), (Status.ReadyContainers, Status.Containers));

        // One that ends is started again, however the pod is.
        launcher.Latest("s2").End("exit code 0");
        await Wait.Until(() => Status is { Ready: true, Restarts: 1 }, "it was restarted");

        await worker.StopAsync(CancellationToken.None);
        var stops = launcher.Calls.Where(c => c.StartsWith("stop", StringComparison.Ordinal)).ToList();
        Assert.Equal(["stop a", "stop b"], stops.Take(2).Order());
        Assert.Equal(["stop s2", "stop s1"], stops.Skip(2));
    }

    [Fact]
    public async Task A_pod_whose_containers_have_all_ended_stops_its_sidecars()
    {
        var worker = await Start("- { name: s, image: \"app:1\", restartPolicy: Always }", "- { name: a, image: \"app:1\" }\n- { name: b, image: \"app:1\" }", "restartPolicy: OnFailure");
        await Launched("s a b");
        launcher.Latest("a").End("exit code 0");
        launcher.Latest("b").End("exit code 0");
        await Wait.Until(() => Status.Phase == "Succeeded" && launcher.Latest("s").Stops.Count == 1, "it is over");
        Assert.Equal("Completed", Status.Reason);
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_container_that_fails_leaves_the_others_alone()
    {
        var worker = await Start("", "- { name: a, image: \"app:1\" }\n- { name: b, image: \"app:1\" }");
        await Launched("a b");
        var a = launcher.Latest("a");
        launcher.Latest("b").End("exit code 1");
        await Launched("a b b");
        launcher.Latest("b").End("exit code 1");
        await Wait.Until(() => Status.Reason == "CrashLoopBackOff", "it backs off");
        Assert.Equal((false, 1, "Running"), (Status.Ready, Status.ReadyContainers, Status.Phase));
        Assert.Empty(a.Stops);
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task The_next_container_and_the_probes_wait_for_the_postStart_hook()
    {
        prober.Hook = new TaskCompletionSource<ProbeResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var worker = await Start("", "- { name: a, image: \"app:1\", lifecycle: { postStart: { exec: { command: [x] } } } }\n- { name: b, image: \"app:1\" }");
        Assert.Equal("a", launcher.Order);
        Assert.Equal((false, "container a: its postStart hook hasn't ended yet"), (Status.Ready, Status.Message));

        prober.Hook.SetResult(ProbeResult.Passed);
        await Wait.Until(() => Status.Ready, "it is ready");
        Assert.Equal("a b", launcher.Order);
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_container_whose_postStart_hook_fails_is_ended_and_started_again()
    {
        prober.Hook = FakeProber.Done(ProbeResult.Failed("no such table"));
        var worker = await Start("", "- { name: a, image: \"app:1\", lifecycle: { postStart: { exec: { command: [x] } } } }");
        await Wait.Until(() => Status.Reason == "CrashLoopBackOff", "it backs off");
        Assert.Equal("CrashLoopBackOff: back-off 10s restarting failed container=a: PostStartHookError: no such table", Status.Message);
        Assert.All(launcher.All, p => Assert.Single(p.Stops));
        await worker.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData(10, 4, 6)]
    [InlineData(10, 9, 2)]
    [InlineData(5, 60, 2)]
    [InlineData(0, 60, 2)]
    public async Task A_preStop_hook_counts_against_the_grace_period_and_leaves_two_seconds(int grace, int hook, int left)
    {
        prober.Hook = new TaskCompletionSource<ProbeResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var worker = await Start("", "- { name: a, image: \"app:1\", lifecycle: { preStop: { exec: { command: [x] } } } }", $"terminationGracePeriodSeconds: {grace}");
        var stopping = worker.StopAsync(CancellationToken.None);
        var started = time.GetUtcNow();
        await Wait.Advance(time, TimeSpan.FromSeconds(1), () => stopping.IsCompleted || (time.GetUtcNow() - started).TotalSeconds >= hook, "the hook ends or has had its time");
        prober.Hook.TrySetResult(ProbeResult.Passed);
        await Wait.Until(() => stopping.IsCompleted, "it was stopped");
        Assert.Equal(left, Assert.Single(launcher.Last.Stops).TotalSeconds);
        Assert.Equal(grace > 0 ? 1 : 0, prober.Hooks.Count);
    }

    [Fact]
    public async Task A_container_that_a_probe_ends_gets_its_preStop_hook_too()
    {
        var worker = await Start("", "- { name: a, image: \"app:1\", lifecycle: { preStop: { exec: { command: [x] } } }, livenessProbe: { tcpSocket: { port: 1 }, periodSeconds: 1, failureThreshold: 1 } }");
        prober.Answer = ProbeResult.Failed("no");
        await Wait.Advance(time, TimeSpan.FromSeconds(1), () => launcher.All[0].Stops.Count == 1, "it was ended");
        Assert.NotEmpty(prober.Hooks);
        prober.Answer = ProbeResult.Passed;
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Stopping_while_an_init_container_runs_starts_nothing_more()
    {
        var worker = await Start("- { name: i, image: \"app:1\" }", "- { name: a, image: \"app:1\" }");
        await Launched("i");
        await worker.StopAsync(CancellationToken.None);
        Assert.Equal("i", launcher.Order);
        Assert.Single(launcher.Last.Stops);
        Assert.Empty(directory.Current);
    }

    [Fact]
    public async Task A_stand_in_for_an_init_container_succeeds_at_once()
    {
        var worker = await Start("- { name: i, image: \"busybox\" }", "- { name: a, image: \"app:1\" }");
        Assert.Equal("a", launcher.Order);
        Assert.True(Status.Ready);
        Assert.Equal(["spec.initContainers[0]"], worker.Plan.NotApplied);
        await worker.StopAsync(CancellationToken.None);
    }

    private PodStatus Status => directory.Current.Values.Single();

    [Fact]
    public async Task A_pod_that_is_active_for_longer_than_it_may_be_has_failed_and_is_not_started_again()
    {
        var worker = await Start("- { name: s, image: \"app:1\", restartPolicy: Always }", "- { name: a, image: \"app:1\" }", "activeDeadlineSeconds: 30");
        await Launched("s a");
        await Wait.Until(() => Status.Ready, "it is ready");

        var waited = await Wait.Advance(time, TimeSpan.FromSeconds(1), () => Status.Phase == "Failed", "it failed");

        Assert.Equal(30, waited.TotalSeconds);
        Assert.Equal(("DeadlineExceeded", "Pod was active on the node longer than the specified deadline", false), (Status.Reason, Status.Message, Status.Ready));
        Assert.Equal(["set up", "stop a", "stop s"], launcher.Calls);
        Assert.Equal("s a", launcher.Order);
        await worker.StopAsync(CancellationToken.None);
        Assert.Empty(directory.Current);
    }

    [Theory]
    [InlineData("restartPolicy: Never", "Succeeded")]
    [InlineData("restartPolicy: OnFailure", "Succeeded")]
    public async Task One_that_ended_before_its_deadline_stays_as_it_ended(string policy, string phase)
    {
        var worker = await Start("", "- { name: a, image: \"app:1\" }", $"activeDeadlineSeconds: 30\n  {policy}");
        await Launched("a");
        launcher.Latest("a").End("exit code 0");
        await Wait.Until(() => Status.Phase == phase, "it ended");
        time.Advance(TimeSpan.FromSeconds(60));

        await worker.StopAsync(CancellationToken.None);

        Assert.DoesNotContain("stop a", launcher.Calls);
    }

    private Task Launched(string order) => Wait.Until(() => launcher.Order == order, $"{order} were launched");

    private async Task<PodWorker> Start(string inits, string containers, string spec = "enableServiceLinks: true")
    {
        var road = new TestRoad();
        road.Publish($"""
            {TestRoad.Image("run")}{TestRoad.Node}apiVersion: v1
            kind: Pod
            metadata: {"{"} name: a, namespace: shop {"}"}
            spec:
              {spec}
              initContainers: [{Flow(inits)}]
              containers: [{Flow(containers)}]
            """);
        var worker = new PodWorker(road.Pod("a"), new PodTools(launcher, prober, directory, time, NullLogger.Instance));
        await worker.StartAsync(CancellationToken.None);
        return worker;
    }

    private static string Flow(string items) => string.Join(", ", items.Split('\n').Select(i => i.TrimStart('-', ' ')));
}
