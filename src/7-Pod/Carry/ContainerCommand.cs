using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Usher.Pod;

/// <summary>A command that an <c>exec</c> probe or hook runs in a container.</summary>
internal static class ContainerCommand
{
    private const int MostBytes = 10 * 1024;
    private static readonly TimeSpan OutputLimit = TimeSpan.FromSeconds(1);

    /// <summary>Runs it to its end.</summary>
    /// <param name="start">How it starts: in a session of its own, with all streams redirected.</param>
    /// <param name="command">As written, for messages.</param>
    /// <param name="warden">Ends it with Usher.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<ProbeResult> RunAsync(ProcessStartInfo start, IReadOnlyList<string> command, Warden warden, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return ProbeResult.Failed($"exec: \"{command[0]}\": {e.Message}");
        }

        using var _ = process;
        var group = process.Id;
        warden.Guard(group);
        process.StandardInput.Dispose();
        var printed = Task.WhenAll(ReadAsync(process.StandardOutput.BaseStream), ReadAsync(process.StandardError.BaseStream));
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        finally
        {
            // What it left in the background, too: nobody would end that.
            Signals.SendToGroup(group, Signals.Kill);
            Signals.Send(group, Signals.Kill);
            await process.WaitForExitAsync(CancellationToken.None);
            warden.Release(group);
        }

        if (process.ExitCode == 0) return ProbeResult.Passed;
        var said = await SaidAsync(printed);
        return ProbeResult.Failed(process.ExitCode switch
        {
            126 or 127 when said.Length > 0 => $"exec: \"{command[0]}\": {said}",
            _ => said.Length > 0 ? said : PodProcess.Words(process.ExitCode),
        });
    }

    private static async Task<string> SaidAsync(Task<string[]> printed)
    {
        try
        {
            return string.Concat(await printed.WaitAsync(OutputLimit)).Trim();
        }
        catch (TimeoutException)
        {
            // A process that left the group holds the pipes open.
            return "";
        }
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        var buffer = new byte[MostBytes];
        try
        {
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false);
            var rest = new byte[4096];
            while (await stream.ReadAsync(rest) > 0)
            {
                // Only its end is waited for.
            }

            return Encoding.UTF8.GetString(buffer, 0, length);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return "";
        }
    }
}
