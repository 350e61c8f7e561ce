using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Contracts;

namespace Usher.Pod.Tests;

/// <summary>Commands in real containers: exec probes, hooks, init containers and several containers of one pod.</summary>
public sealed class HookTests : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("usher-hook-").FullName;
    private readonly Warden warden = new();
    private readonly PodDirectory directory = new();
    private readonly Prober prober = new(TimeProvider.System);
    private readonly List<PodWorker> workers = [];

    [Fact]
    public async Task An_exec_probe_runs_in_the_containers_environment_and_passes_with_exit_code_0()
    {
        await Start("- { name: c, image: \"app:1\", env: [{ name: WHO, value: me }], readinessProbe: { exec: { command: [sh, -c, 'test $WHO = me && test -e ready || { echo not yet; exit 3; }'] }, periodSeconds: 1, failureThreshold: 1 } }");
        await Wait.Until(() => Status.Message == "Readiness probe failed: not yet", "the probe's words are told");
        await File.WriteAllTextAsync($"{folder}/ready", "", TestContext.Current.CancellationToken);
        await Wait.Until(() => Status.Ready, "it is ready");
    }

    [Fact]
    public async Task An_exec_probe_that_takes_too_long_is_killed_with_all_that_it_started()
    {
        await Start("- { name: c, image: \"app:1\", readinessProbe: { exec: { command: [sh, -c, 'sleep 1000 & echo $! > child; wait'] }, periodSeconds: 1, timeoutSeconds: 1 } }");
        await Wait.Until(() => Status.Message?.EndsWith("timed out after 1s", StringComparison.Ordinal) == true, "it is told");
        // The probe runs again and again, and writes the file each time.
        await Wait.Until(() => int.TryParse(File.ReadAllText($"{folder}/child"), System.Globalization.CultureInfo.InvariantCulture, out var child) && !ProcessTests.Alive(child), "its child is gone");
    }

    [Fact]
    public async Task A_command_that_is_not_there_fails_the_probe()
    {
        await Start("- { name: c, image: \"app:1\", readinessProbe: { exec: { command: [no-such-program] } } }");
        await Wait.Until(() => Status.Message?.Contains("no-such-program", StringComparison.Ordinal) == true, "it is told");
    }

    [Fact]
    public async Task Hooks_run_after_the_start_and_before_the_signal()
    {
        var worker = await Start("- { name: c, image: \"app:1\", lifecycle: { postStart: { exec: { command: [sh, -c, 'echo started >> log'] } }, preStop: { exec: { command: [sh, -c, 'echo stopping >> log'] } }, stopSignal: SIGINT } }",
            "trap 'echo signal >> log; exit 0' INT; while :; do sleep 0.05; done");
        await Wait.Until(() => Status.Ready, "it is ready");
        await worker.StopAsync(CancellationToken.None);
        Assert.Equal("started\nstopping\nsignal\n", await File.ReadAllTextAsync($"{folder}/log", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Init_containers_prepare_what_the_containers_find_each_with_a_log_of_its_own()
    {
        var worker = await Start("""
            - { name: one, image: "app:1", args: [one] }
            - { name: two, image: "app:1", args: [two] }
            """, "echo $0 $PORT; exec sleep 1000", """
            - { name: first, image: "init:1" }
            - { name: absent, image: "busybox:1", command: [sleep, forever] }
            """, TestRoad.Image("sh -c echo prepared; echo $POD_IP > made", "init:1"));
        await Wait.Until(() => Status.Ready, "it is ready");
        Assert.Equal(worker.Plan.Address!.Bound + "\n", await File.ReadAllTextAsync($"{folder}/made", TestContext.Current.CancellationToken));
        await Wait.Until(() => Log("a") == "one\n" && Log("a_two") == "two\n" && Log("a_first") == "prepared\n", "each has written its log");
        Assert.Equal((2, 2), (Status.ReadyContainers, Status.Containers));
        PodOutput.Remove(PodOutput.PathOf(folder, worker.Plan));
        Assert.Empty(Directory.GetFiles(folder, "*.log*"));
    }

    [Fact]
    public async Task A_container_that_is_killed_again_and_again_backs_off_and_says_why()
    {
        await Start("- { name: c, image: \"app:1\" }");
        var first = Status.ProcessId!.Value;
        Signals.Send(first, Signals.Kill);
        await Wait.Until(() => Status is { Restarts: 1, Ready: true } && Status.ProcessId != first, "it was restarted at once");
        Signals.Send(Status.ProcessId!.Value, Signals.Kill);
        await Wait.Until(() => Status.Reason == "CrashLoopBackOff", "it backs off");
        Assert.Equal("CrashLoopBackOff: back-off 10s restarting failed container=c: exit code 137 (SIGKILL)", Status.Message);
        Assert.Equal((1, false, "Running"), (Status.Restarts, Status.Ready, Status.Phase));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in workers) await worker.StopAsync(new CancellationToken(canceled: true));
        warden.Dispose();
        prober.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private PodStatus Status => directory.Current.Values.Single();

    private string Log(string name) => File.Exists($"{folder}/shop_{name}.log") ? File.ReadAllText($"{folder}/shop_{name}.log") : "";

    private async Task<PodWorker> Start(string containers, string script = "exec sleep 1000", string inits = "", string images = "")
    {
        var road = new TestRoad();
        road.Options = road.Options with { LogDirectory = folder, Folder = $"{folder}/run" };
        road.Publish($"""
            {images}{TestRoad.Image($"sh -c {script}")}{TestRoad.Node}apiVersion: v1
            kind: Pod
            metadata: {"{"} name: a, namespace: shop {"}"}
            spec:
              initContainers: [{Flow(inits)}]
              containers: [{Flow(containers)}]
            """, folder);
        var worker = new PodWorker(road.Pod("a"), new PodTools(new PodLauncher(road.Options, [], [], warden, TimeProvider.System), prober, directory, TimeProvider.System, NullLogger.Instance));
        await worker.StartAsync(TestContext.Current.CancellationToken);
        workers.Add(worker);
        return worker;
    }

    private static string Flow(string items) => string.Join(", ", items.Split('\n').Select(i => i.TrimStart('-', ' ')));
}
