using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>All that a container is started with as a process.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Container">The container.</param>
/// <param name="Environment">Its environment.</param>
/// <param name="LogFile">Where its output goes.</param>
/// <param name="LogLimit">Most bytes of that file.</param>
/// <param name="Space">Its mount namespace; null for the machine's.</param>
internal sealed record ProcessLaunch(
    PodPlan Pod, ContainerPlan Container, IReadOnlyDictionary<string, string> Environment, string LogFile, long LogLimit, MountNamespace? Space);

/// <summary>
/// A container as a process: in a session of its own, so that Ctrl-C in Usher's terminal doesn't reach it; ended with Usher by the
/// <see cref="Warden"/>. When its first process ends, what that started is ended too, as with a container's PID namespace.
/// </summary>
internal sealed class PodProcess : IRunningPod, ICommandRunner
{
    private static readonly TimeSpan OutputLimit = TimeSpan.FromSeconds(2);
    private readonly Process process;
    private readonly ProcessLaunch launch;
    private readonly PodOutput output;
    private readonly Warden warden;
    private readonly TimeProvider time;

    private PodProcess(Process process, ProcessLaunch launch, PodOutput output, Warden warden, TimeProvider time)
    {
        (this.process, this.launch, this.output, this.warden, this.time) = (process, launch, output, warden, time);
        ProcessId = process.Id;
        Exited = WatchAsync();
    }

    /// <inheritdoc/>
    public Task<string> Exited { get; }

    /// <inheritdoc/>
    public int? ProcessId { get; }

    private int Leader => ProcessId!.Value;

    /// <summary>Finds the container's program.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="LaunchException">It, or its directory, isn't there.</exception>
    public static string Find(ContainerPlan container, IReadOnlyDictionary<string, string> environment)
    {
        var command = container.Command!;
        if (!Directory.Exists(command.WorkingDirectory))
        {
            throw new LaunchException($"the directory {command.WorkingDirectory} doesn't exist; build the application first, or mend the path", command.Source, "workingDirectory");
        }

        // One in a volume is there once that is mounted.
        if (container.Mounts.Any(m => command.Program.StartsWith(m.Path + "/", StringComparison.Ordinal))) return command.Program;
        var path = PathOf(environment);
        return Programs.Find(command.Program, command.WorkingDirectory, path) ?? throw new LaunchException(
            command.Program.Contains('/', StringComparison.Ordinal)
                ? $"{Path.Combine(command.WorkingDirectory, command.Program)} is not an executable file"
                : $"there is no program \"{command.Program}\" on PATH ({path}); install it, or name it with its path", command.Source, "command");
    }

    /// <summary>Starts the container's command; the namespace is the process's from then on.</summary>
    /// <exception cref="LaunchException">It can't be started; the message says why.</exception>
    public static PodProcess Start(ProcessLaunch launch, Warden warden, TimeProvider time)
    {
        PodOutput? output = null;
        var command = launch.Container.Command!;
        try
        {
            var program = Find(launch.Container, launch.Environment);
            output = new PodOutput(launch.LogFile, launch.LogLimit);
            var start = Session(launch, [.. Heeding(launch.Container.StopSignal), program, .. command.Arguments.Select(a => VolumePaths.Expand(a, launch.Environment))]);
            var process = Process.Start(start)!;
            warden.Guard(process.Id);
            process.StandardInput.Dispose();
            return new PodProcess(process, launch, output, warden, time);
        }
        catch (Exception e)
        {
            output?.Dispose();
            launch.Space?.Dispose();
            if (e is Win32Exception or IOException) throw new LaunchException($"{command.Program} can't be started: {e.Message}", command.Source, "command");
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        // To the first process only, as a container runtime does: a shell that doesn't pass it on is killed after the grace period.
        if (!process.HasExited) Signals.Send(Leader, launch.Container.StopSignal);
        try
        {
            await Exited.WaitAsync(grace, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            if (!process.HasExited)
            {
                Signals.SendToGroup(Leader, Signals.Kill);
                Signals.Send(Leader, Signals.Kill);
            }

            await Exited;
        }
    }

    /// <inheritdoc/>
    public Task<ProbeResult> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken) =>
        ContainerCommand.RunAsync(Session(launch, command), command, warden, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero, new CancellationToken(canceled: true));
        process.Dispose();
        output.Dispose();
        launch.Space?.Dispose();
    }

    /// <summary>How an exit code is told: <c>exit code 137 (SIGKILL)</c>.</summary>
    internal static string Words(int code)
    {
        var signal = code switch { 129 => "SIGHUP", 130 => "SIGINT", 131 => "SIGQUIT", 134 => "SIGABRT", 137 => "SIGKILL", 138 => "SIGUSR1", 139 => "SIGSEGV", 140 => "SIGUSR2", 143 => "SIGTERM", _ => null };
        return string.Create(CultureInfo.InvariantCulture, $"exit code {code}{(signal is null ? "" : $" ({signal})")}");
    }

    private static string PathOf(IReadOnlyDictionary<string, string> environment) => environment.GetValueOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");

    // Who started Usher in the background had signals ignored, and a shell can't take that back; a container starts with none ignored.
    private static string[] Heeding(int signal) => signal is Signals.Terminate or Signals.Kill or Signals.Stop
        ? []
        : [Programs.Tool("env"), $"--default-signal={Signals.Numbers.First(n => n.Value == signal).Key[3..]}", "--"];

    // A command in the container, in a session of its own.
    private static ProcessStartInfo Session(ProcessLaunch launch, IReadOnlyList<string> command)
    {
        var folder = launch.Container.Command!.WorkingDirectory;
        var start = new ProcessStartInfo(Programs.Setsid)
        {
            WorkingDirectory = launch.Space is null ? folder : "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in launch.Space?.Enter(folder) ?? []) start.ArgumentList.Add(word);
        foreach (var word in command) start.ArgumentList.Add(word);
        start.Environment.Clear();
        foreach (var (name, value) in launch.Environment) start.Environment[name] = value;
        return start;
    }

    private async Task<string> WatchAsync()
    {
        var pumps = Task.WhenAll(
            output.PumpAsync(process.StandardOutput.BaseStream, isError: false), output.PumpAsync(process.StandardError.BaseStream, isError: true));
        await process.WaitForExitAsync();
        Signals.SendToGroup(Leader, Signals.Kill);
        warden.Release(Leader);

        // A process that left the group may hold the pipes open; it isn't waited for.
        try
        {
            await pumps.WaitAsync(OutputLimit, time);
        }
        catch (TimeoutException)
        {
            process.StandardOutput.Dispose();
            process.StandardError.Dispose();
        }

        var how = Words(process.ExitCode);
        if (output.LastError is { } line) how += $"; last line on stderr: {line}";
        return process.ExitCode == 0 || Clash() is not { Length: > 0 } clash ? how : $"{how}; {clash}";
    }

    private string Clash()
    {
        // A sibling's ports are no concern of an init container.
        if (launch.Container.Role == ContainerRole.Init) return "";
        var who = ListeningSockets.WhoHas(launch.Pod, launch.Container.Ports);
        return who.Length > 0 || !output.SaysInUse ? who : ListeningSockets.TriedEverywhere(launch.Pod, launch.Container.Ports);
    }
}
