using System.Runtime.InteropServices;

namespace Usher.Cli.Running;

/// <summary>
/// Notices that nobody reads standard output any more, as after <c>| head -1</c>. .NET ignores SIGPIPE, and its console ignores EPIPE, so that a command which goes on would write to nobody for ever. As GNU tail does, this
/// doesn't wait for the next write: there may be none for long.
/// </summary>
internal static partial class ClosedOutput
{
    private const int StandardOutput = 1;
    private const short Error = 0x8;
    private const short HungUp = 0x10;

    /// <summary>A token that fires then, or when another does; never of its own where standard output is a file or a terminal that stays.</summary>
    internal static CancellationTokenSource LinkTo(CancellationToken other)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(other);
        // It waits in the kernel for as long as the command runs, and ends with it.
        new Thread(() => Wait(source)) { IsBackground = true, Name = "closed output" }.Start();
        return source;
    }

    /// <summary>poll(2): an error at the end that writes, of a pipe without readers; of a socket or terminal that the other side has gone. Nothing else is asked for.</summary>
    private static void Wait(CancellationTokenSource source)
    {
        var output = new PollDescriptor { File = StandardOutput };
        while (Poll(ref output, 1, Timeout.Infinite) < 0)
        {
            // A signal interrupts it; what can't be polled is not watched.
            if (Marshal.GetLastPInvokeError() != 4) return;
        }

        if ((output.Happened & (Error | HungUp)) == 0) return;
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The command has just ended by itself.
        }
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        internal int File;
        internal short Wanted;
        internal short Happened;
    }
}
