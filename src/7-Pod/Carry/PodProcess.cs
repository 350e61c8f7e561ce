using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>
/// A container as a process: in a session of its own, so that Ctrl-C in Usher's terminal doesn't reach it; ended with Usher by the
/// <see cref="Warden"/>. When its first process ends, what that started is ended too, as with a container's PID namespace.
/// </summary>
internal sealed class PodProcess : IRunningPod
{
    private static readonly TimeSpan OutputLimit = TimeSpan.FromSeconds(2);
    private readonly Process process;
    private readonly PodPlan pod;
    private readonly PodOutput output;
    private readonly Warden warden;
    private readonly TimeProvider time;

    private PodProcess(Process process, PodPlan pod, PodOutput output, Warden warden, TimeProvider time)
    {
        (this.process, this.pod, this.output, this.warden, this.time) = (process, pod, output, warden, time);
        ProcessId = process.Id;
        Exited = WatchAsync();
    }

    /// <inheritdoc/>
    public Task<string> Exited { get; }

    /// <inheritdoc/>
    public int? ProcessId { get; }

    private int Leader => ProcessId!.Value;

    /// <summary>Starts the pod's command.</summary>
    /// <exception cref="LaunchException">It can't be started; the message says why.</exception>
    public static PodProcess Start(PodPlan pod, IReadOnlyDictionary<string, string> environment, string logFile, long logLimit, Warden warden, TimeProvider time)
    {
        var command = pod.Command!;
        var start = new ProcessStartInfo(Programs.Setsid)
        {
            WorkingDirectory = command.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (!Directory.Exists(command.WorkingDirectory))
        {
            throw new LaunchException(
                $"the directory {command.WorkingDirectory} doesn't exist; build the application first, or mend the path", "workingDirectory");
        }

        var path = environment.GetValueOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
        start.ArgumentList.Add(Programs.Find(command.Program, command.WorkingDirectory, path) ?? throw new LaunchException(
            command.Program.Contains('/', StringComparison.Ordinal)
                ? $"{Path.Combine(command.WorkingDirectory, command.Program)} is not an executable file"
                : $"there is no program \"{command.Program}\" on PATH ({path}); install it, or name it with its path", "command"));
        foreach (var argument in command.Arguments) start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in environment) start.Environment[name] = value;

        var output = new PodOutput(logFile, logLimit);
        try
        {
            var process = Process.Start(start)!;
            warden.Guard(process.Id);
            process.StandardInput.Dispose();
            return new PodProcess(process, pod, output, warden, time);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            output.Dispose();
            throw new LaunchException($"{command.Program} can't be started: {e.Message}", "command");
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        // To the first process only, as a container runtime does: a shell that doesn't pass it on is killed after the grace period.
        if (!process.HasExited) Signals.Send(Leader, Signals.Terminate);
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
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero, new CancellationToken(canceled: true));
        process.Dispose();
        output.Dispose();
    }

    /// <summary>How an exit code is told: <c>exit code 137 (SIGKILL)</c>.</summary>
    internal static string Words(int code)
    {
        var signal = code switch { 129 => "SIGHUP", 130 => "SIGINT", 134 => "SIGABRT", 137 => "SIGKILL", 139 => "SIGSEGV", 143 => "SIGTERM", _ => null };
        return string.Create(CultureInfo.InvariantCulture, $"exit code {code}{(signal is null ? "" : $" ({signal})")}");
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
        var who = ListeningSockets.WhoHas(pod);
        return who.Length > 0 || !output.SaysInUse ? who : ListeningSockets.TriedEverywhere(pod);
    }
}
