using System.Collections.Frozen;
using System.Runtime.InteropServices;

namespace Usher.Pod;

/// <summary>POSIX signals.</summary>
internal static partial class Signals
{
    public const int Terminate = 15;
    public const int Kill = 9;
    public const int Stop = 19;

    /// <summary>The signals that <c>lifecycle.stopSignal</c> may name, with Linux's numbers.</summary>
    public static FrozenDictionary<string, int> Numbers { get; } = new Dictionary<string, int>
    {
        ["SIGHUP"] = 1, ["SIGINT"] = 2, ["SIGQUIT"] = 3, ["SIGABRT"] = 6, ["SIGKILL"] = Kill, ["SIGUSR1"] = 10, ["SIGUSR2"] = 12, ["SIGALRM"] = 14,
        ["SIGTERM"] = Terminate, ["SIGCONT"] = 18, ["SIGSTOP"] = Stop, ["SIGTSTP"] = 20, ["SIGTTIN"] = 21, ["SIGTTOU"] = 22, ["SIGWINCH"] = 28,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Sends a signal to one process.</summary>
    public static void Send(int pid, int signal) => _ = kill(pid, signal);

    /// <summary>Sends a signal to a process and all of its group.</summary>
    public static void SendToGroup(int leader, int signal) => _ = kill(-leader, signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
