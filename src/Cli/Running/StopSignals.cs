using System.Runtime.InteropServices;

namespace Usher.Cli.Running;

/// <summary>Ctrl-C, SIGTERM and SIGHUP as a token: the first asks for a clean stop, and keeps the process alive for it; a second Ctrl-C ends it at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource source;
    private readonly PosixSignalRegistration[] registrations;
    private int exitCode = ExitCodes.Ok;

    internal StopSignals(CancellationToken outer)
    {
        source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, OnSignal))];
    }

    /// <summary>Fires at the first signal.</summary>
    internal CancellationToken Token => source.Token;

    /// <summary>128 and the signal's number, as shells have it; 0 when none came.</summary>
    internal int ExitCode => Volatile.Read(ref exitCode);

    /// <summary>Runs something that goes on until the stop; when it fails, everything is stopped.</summary>
    internal async Task EndsWith(Func<CancellationToken, Task> work)
    {
        try
        {
            await work(Token);
        }
        catch
        {
            await source.CancelAsync();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
        source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (source.IsCancellationRequested) return;
        context.Cancel = true;
        Volatile.Write(ref exitCode, context.Signal switch
        {
            PosixSignal.SIGINT => 130,
            PosixSignal.SIGTERM => 143,
            _ => 129,
        });
        // Not on the signal's thread: what is cancelled may take its time.
        _ = source.CancelAsync();
    }
}
