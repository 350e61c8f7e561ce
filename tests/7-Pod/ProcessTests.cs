using System.Diagnostics;
using System.Globalization;
using System.Net;
using Usher.Model.Contracts;

namespace Usher.Pod.Tests;

/// <summary>Process pods with real processes.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("usher-process-").FullName;
    private readonly Warden warden = new();
    private readonly Prober prober = new(TimeProvider.System);

    [Fact]
    public async Task The_environment_is_a_few_inherited_variables_the_pods_identity_the_roads_and_the_pods_own()
    {
        var road = new TestRoad();
        var port = TestRoad.FreePort();
        road.Publish(TestRoad.Image("env") + TestRoad.OnePod(
            $"ports: [{{ containerPort: {port} }}, {{ containerPort: 80 }}], env: [{{ name: OTEL_SERVICE_NAME, value: users }}, {{ name: Logging__LogLevel__Microsoft.AspNetCore, value: Warning }}]"));
        var pod = road.Pod("a");
        var own = new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, ["HOME"] = "/home/me", ["LC_TIME"] = "C", ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1",
            ["USHER_API"] = "http://127.0.0.1:7070", ["ASPNETCORE_URLS"] = "http://+:1",
        };
        var environment = ProcessEnvironment.Of(pod, pod.Main, own, [new Spans()], []);
        await using (var process = PodProcess.Start(new ProcessLaunch(pod, pod.Main, environment, LogFile, 100_000, null), warden, TimeProvider.System)) Assert.Equal("exit code 0", await process.Exited);

        var lines = (await File.ReadAllLinesAsync(LogFile, TestContext.Current.CancellationToken)).Order(StringComparer.Ordinal);
        var ip = pod.Address!.Bound;
        Assert.Equal(new[]
        {
            $"ASPNETCORE_URLS=http://{ip}:{port}", "HOME=/home/me", "LC_TIME=C", "Logging__LogLevel__Microsoft.AspNetCore=Warning", "NODE_NAME=node-1",
            "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318", "OTEL_SERVICE_NAME=users", $"PATH={own["PATH"]}", $"POD_IP={ip}", "POD_NAME=a", "POD_NAMESPACE=shop", $"PORT={port}",
        }.Order(StringComparer.Ordinal), lines);
    }

    [Fact]
    public async Task It_has_a_session_of_its_own_and_no_input()
    {
        await using var process = Start("sh -c if read -r line; then echo input; else echo none; fi; exec sleep 100");
        await Wait.Until(() => Log() == "none\n", "it read to the end of its input");

        var stat = ProcStat(process.ProcessId!.Value);
        Assert.Equal(process.ProcessId.ToString(), stat.Group);
        Assert.Equal(process.ProcessId.ToString(), stat.Session);
        Assert.NotEqual(ProcStat(Environment.ProcessId).Session, stat.Session);
        Assert.Equal("0", stat.Terminal);
    }

    [Fact]
    public async Task Stopping_sends_SIGTERM_and_lets_it_finish()
    {
        await using var process = Start("sh -c trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.05; done");
        await Wait.Until(() => Log() == "up\n", "it runs");

        await process.StopAsync(TimeSpan.FromSeconds(30), CancellationToken.None);

        Assert.Equal("exit code 7", await process.Exited);
        Assert.Equal("up\nbye\n", Log());
    }

    [Fact]
    public async Task After_the_grace_period_it_is_killed()
    {
        await using var process = Start("sh -c trap '' TERM; echo up; while :; do sleep 0.05; done");
        await Wait.Until(() => Log() == "up\n", "it runs");

        await process.StopAsync(TimeSpan.FromMilliseconds(200), CancellationToken.None);

        Assert.Equal("exit code 137 (SIGKILL)", await process.Exited);
    }

    [Fact]
    public async Task A_hurried_stop_kills_at_once()
    {
        await using var process = Start("sh -c trap '' TERM; echo up; while :; do sleep 0.05; done");
        await Wait.Until(() => Log() == "up\n", "it runs");
        await process.StopAsync(TimeSpan.FromHours(1), new CancellationToken(canceled: true));
        Assert.Equal("exit code 137 (SIGKILL)", await process.Exited);
    }

    [Fact]
    public async Task What_the_first_process_started_ends_with_it()
    {
        await using var process = Start("sh -c sleep 1000 & echo $!; exit 4");
        Assert.Equal("exit code 4", await process.Exited);
        var child = int.Parse(Log(), CultureInfo.InvariantCulture);
        await Wait.Until(() => !Alive(child), "the child is gone");
    }

    [Fact]
    public async Task The_last_line_on_stderr_is_told()
    {
        await using var process = Start("sh -c echo out; echo first >&2; echo no database >&2; exit 3");
        Assert.Equal("exit code 3; last line on stderr: no database", await process.Exited);
    }

    [Theory]
    [InlineData("no-such-program", "there is no program \"no-such-program\" on PATH", "command")]
    [InlineData("./no-such-file", "no-such-file is not an executable file", "command")]
    public void A_command_that_is_not_there_is_named(string command, string message, string field)
    {
        var error = Assert.Throws<LaunchException>(() => Start(command));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(field, error.Field);
    }

    [Fact]
    public void A_working_directory_that_is_not_there_is_named()
    {
        var error = Assert.Throws<LaunchException>(() => Start("true", Path.Combine(folder, "gone")));
        Assert.Equal($"the directory {Path.Combine(folder, "gone")} doesn't exist; build the application first, or mend the path", error.Message);
        Assert.Equal("workingDirectory", error.Field);
    }

    [Fact]
    public async Task A_program_beside_the_working_directory_runs_with_its_arguments_untouched()
    {
        var script = Path.Combine(folder, "run.sh");
        await File.WriteAllTextAsync(script, "#!/bin/sh\npwd\nfor a in \"$@\"; do echo \"[$a]\"; done\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var road = new TestRoad();
        road.Publish(TestRoad.Image("./run.sh one") + TestRoad.OnePod("args: ['a b', '$HOME \"x\"', '']"), folder);
        await using var process = Start(road.Pod("a"));
        await process.Exited;
        Assert.Equal($"{folder}\n[one]\n[a b]\n[$HOME \"x\"]\n[]\n", Log());
    }

    [Fact]
    public async Task A_clash_with_a_program_that_listens_everywhere_is_diagnosed()
    {
        var port = TestRoad.FreePort();
        var road = new TestRoad();
        road.Publish(TestRoad.Image($"dotnet {Host} serve-everywhere {port}") + TestRoad.OnePod($"ports: [{{ containerPort: {port} }}], readinessProbe: {{ httpGet: {{ port: {port} }}, timeoutSeconds: 20 }}"));
        var other = new TestRoad();
        other.Publish(TestRoad.Image($"dotnet {Host} serve") + TestRoad.OnePod($"ports: [{{ containerPort: {port} }}], readinessProbe: {{ httpGet: {{ port: {port} }}, timeoutSeconds: 20 }}"));
        await using var everywhere = Start(road.Pod("a"));
        await WaitReady(road.Pod("a"), everywhere);

        // It can't even start, and is told why.
        await using var clashing = Start(other.Pod("a"), Path.Combine(folder, "second.log"));
        var how = await clashing.Exited;
        Assert.Contains($"{other.Pod("a").Address!.Bound}:{port} is taken: process {everywhere.ProcessId} (", how, StringComparison.Ordinal);
        Assert.Contains($"listens on 0.0.0.0:{port}, which is every address of this machine", how, StringComparison.Ordinal);

        // And the first would answer the other's probes.
        Assert.True((await prober.AskAsync(other.Pod("a"), other.Pod("a").Main.Probes[0], clashing, TestContext.Current.CancellationToken)).Success);
        Assert.Contains("in this pod's place", ListeningSockets.Impostor(other.Pod("a"), port, [clashing.ProcessId!.Value]), StringComparison.Ordinal);
        Assert.Null(ListeningSockets.Impostor(road.Pod("a"), port, [everywhere.ProcessId!.Value]));
    }

    [Fact]
    public async Task A_program_that_can_not_listen_everywhere_because_of_others_is_diagnosed()
    {
        var port = TestRoad.FreePort();
        var other = new TestRoad();
        other.Publish(TestRoad.OnePod($"ports: [{{ containerPort: {port} }}]"));
        await using var standIn = await StandInServer.StartAsync(other.Pod("a"), other.Pod("a").Main, TimeProvider.System, TestContext.Current.CancellationToken);
        var road = new TestRoad();
        road.Publish(TestRoad.Image($"dotnet {Host} serve-everywhere {port}") + TestRoad.OnePod($"ports: [{{ containerPort: {port} }}]"));

        await using var process = Start(road.Pod("a"));

        Assert.Contains("the program seems to bind every address (0.0.0.0)", await process.Exited, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_pod_outlives_Usher_even_when_it_is_killed(bool term)
    {
        // The pod is a shell with a child, neither of which would end by itself.
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in new[] { Host, "road", folder, "58", "--", "sh", "-c", $"sleep 1000 & echo $! > {folder}/child; trap '' TERM HUP; while :; do sleep 0.1; done" }) start.ArgumentList.Add(argument);
        using var usher = Process.Start(start)!;
        var pod = int.Parse((await usher.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, CultureInfo.InvariantCulture);
        await Wait.Until(() => File.Exists($"{folder}/child") && File.ReadAllText($"{folder}/child").EndsWith('\n'), "the pod's child runs");
        var child = int.Parse(await File.ReadAllTextAsync($"{folder}/child", TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
        Assert.True(Alive(pod) && Alive(child));

        if (term) Signals.Send(usher.Id, Signals.Terminate);
        else usher.Kill();

        await Wait.Until(() => !Alive(pod) && !Alive(child), "the pod and its child are gone");
        await usher.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Nothing_of_any_pod_outlives_Usher_when_it_is_killed()
    {
        // An init container, a sidecar, a container with a volume of its own, an exec probe and a hook, none of which would end by itself.
        var manifests = Path.Combine(folder, "pods.yaml");
        await File.WriteAllTextAsync(manifests, """
            apiVersion: v1
            kind: Pod
            metadata: { name: a, namespace: shop }
            spec:
              initContainers: [{ name: sidecar, image: "app:1", restartPolicy: Always, env: [{ name: NAME, value: sidecar }] }]
              volumes: [{ name: v, emptyDir: {} }]
              containers:
                - { name: c, image: "app:1", env: [{ name: NAME, value: container }], volumeMounts: [{ name: v, mountPath: /usher-v }],
                    readinessProbe: { exec: { command: [sh, -c, "sleep 1000 & echo $! > probe.new; mv probe.new probe; wait"] }, timeoutSeconds: 1000 } }
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: b, namespace: shop }
            spec:
              initContainers: [{ name: i, image: "app:1", env: [{ name: NAME, value: init }] }]
              containers: [{ name: c, image: "app:1" }]
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: d, namespace: shop }
            spec:
              containers:
                - { name: c, image: "app:1", env: [{ name: NAME, value: hooked }], lifecycle: { postStart: { exec: { command: [sh, -c, "sleep 1000 & echo $! > hook.new; mv hook.new hook; wait"] } } } }
            """, TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in new[] { Host, "manifests", folder, "59", manifests, "--", "sh", "-c", "trap '' TERM HUP; sleep 1000 & echo $! > $NAME.new; mv $NAME.new $NAME; while :; do sleep 0.1; done" }) start.ArgumentList.Add(argument);
        using var usher = Process.Start(start)!;
        string[] names = ["sidecar", "container", "init", "hooked", "probe", "hook"];
        await Wait.Until(() => names.All(n => File.Exists($"{folder}/{n}")), "all of them run");
        var started = names.Select(n => int.Parse(File.ReadAllText($"{folder}/{n}"), CultureInfo.InvariantCulture)).ToList();
        Assert.All(started, pid => Assert.True(Alive(pid)));

        usher.Kill();

        await Wait.Until(() => !started.Exists(Alive) && !Mentioning(folder).Any(), "all of them are gone, and who kept their namespaces");
        await usher.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    // Processes with a word in their command line or their working directory.
    private static IEnumerable<string> Mentioning(string word)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out _)))
        {
            string? line;
            try
            {
                line = File.ReadAllText($"{process}/cmdline") + new FileInfo($"{process}/cwd").LinkTarget;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            if (line.Contains(word, StringComparison.Ordinal)) yield return line;
        }
    }

    [Fact]
    public async Task A_warden_that_was_killed_is_replaced()
    {
        await using var first = Start("sleep 1000");
        var shell = warden.ProcessId!.Value;
        Signals.Send(shell, Signals.Kill);
        await Wait.Until(() => !Alive(shell), "the warden is gone");
        await using var second = Start("sleep 1000", logFile: LogFile + "2");

        warden.Dispose();

        Assert.Equal("exit code 137 (SIGKILL)", await first.Exited);
        Assert.Equal("exit code 137 (SIGKILL)", await second.Exited);
    }

    [Fact]
    public void A_table_of_sockets_is_read()
    {
        var entries = ListeningSockets.Parse(
        [
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            "   0: 0140127F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0000000000000000 100 0 0 10 0",
            "   1: 0140127F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 4243 1 0000000000000000 100 0 0 10 0",
            "   2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4244 1 0",
        ]).ToList();
        Assert.Equal([new(IPAddress.Parse("127.18.64.1"), 8080, "4242"), new(IPAddress.IPv6Any, 80, "4244")], entries);
        Assert.True(entries[1].Everywhere);
    }

    public void Dispose()
    {
        warden.Dispose();
        prober.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    internal static string Host { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Usher.Pod.Host/release/Usher.Pod.Host.dll"));

    private string LogFile => Path.Combine(folder, "pod.log");

    private string Log() => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    private PodProcess Start(string command, string? directory = null, string? logFile = null)
    {
        var road = new TestRoad();
        road.Publish(TestRoad.Image(command) + TestRoad.OnePod("ports: []"), directory ?? folder);
        return Start(road.Pod("a"), logFile);
    }

    private PodProcess Start(PodPlan pod, string? logFile = null) => PodProcess.Start(
        new ProcessLaunch(pod, pod.Main, ProcessEnvironment.Of(pod, pod.Main, Environment.GetEnvironmentVariables(), [], []), logFile ?? LogFile, 100_000, null),
        warden, TimeProvider.System);

    private async Task WaitReady(PodPlan pod, IRunningPod running)
    {
        var ready = false;
        while (!ready)
        {
            ready = (await prober.AskAsync(pod, pod.Main.Probes[0], running, TestContext.Current.CancellationToken)).Success;
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    internal static bool Alive(int pid) => File.Exists($"/proc/{pid}/stat") && ProcStat(pid).State is not ("Z" or "X" or "");

    private static (string State, string Group, string Session, string Terminal) ProcStat(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var columns = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (columns[0], columns[2], columns[3], columns[4]);
        }
        catch (IOException)
        {
            return ("", "", "", "");
        }
    }

    private sealed class Spans : IPodEnvironment
    {
        public IEnumerable<KeyValuePair<string, string>> For(PodStart start) =>
            [KeyValuePair.Create("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318"), KeyValuePair.Create("OTEL_SERVICE_NAME", "overridden by the pod")];
    }
}
