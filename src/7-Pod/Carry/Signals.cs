using System.Runtime.InteropServices;

namespace Usher.Pod;

/// <summary>POSIX signals.</summary>
internal static partial class Signals
{
    public const int Terminate = 15;
    public const int Kill = 9;

    /// <summary>Sends a signal to one process.</summary>
    public static void Send(int pid, int signal) => _ = kill(pid, signal);

    /// <summary>Sends a signal to a process and all of its group.</summary>
    public static void SendToGroup(int leader, int signal) => _ = kill(-leader, signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
