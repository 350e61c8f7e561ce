using System.Diagnostics;
using System.Globalization;

namespace Usher.Pod;

/// <summary>
/// Sees to it that no pod outlives Usher, however Usher ends. One small shell, in a session of its own, knows every pod's process group by a
/// pipe from Usher; when the pipe closes, which the kernel does even after SIGKILL, it ends the groups with SIGKILL. (A parent-death signal
/// would reach a pod's first process only, not what that one started, and it fires when the starting thread ends.)
/// </summary>
internal sealed class Warden : IDisposable
{
    private const string Script = """
        exec >/dev/null 2>&1
        trap '' HUP INT TERM
        groups=' '
        while read -r word group; do
            case $word in
                add) groups="$groups$group " ;;
                del) groups="${groups%% $group *} ${groups#* $group }" ;;
            esac
        done
        for group in $groups; do kill -s KILL -- "-$group" || kill -s KILL "$group"; done
        """;

    private readonly Lock gate = new();
    private readonly HashSet<int> groups = [];
    private Process? shell;

    /// <summary>The shell; null before the first pod.</summary>
    internal int? ProcessId
    {
        get
        {
            lock (gate) return shell?.Id;
        }
    }

    /// <summary>From now on the group ends with Usher.</summary>
    public void Guard(int group)
    {
        lock (gate)
        {
            groups.Add(group);
            Tell($"add {group.ToString(CultureInfo.InvariantCulture)}");
        }
    }

    /// <summary>The group is gone; its number may be given to others.</summary>
    public void Release(int group)
    {
        lock (gate)
        {
            if (groups.Remove(group)) Tell($"del {group.ToString(CultureInfo.InvariantCulture)}");
        }
    }

    /// <summary>Ends what is left.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            shell?.StandardInput.Dispose();
            shell?.Dispose();
            shell = null;
        }
    }

    private void Tell(string line)
    {
        if (shell is { HasExited: false })
        {
            try
            {
                shell.StandardInput.WriteLine(line);
                return;
            }
            catch (IOException)
            {
                // Somebody killed it: the next one is told of all groups.
            }
        }

        shell?.Dispose();
        shell = Start();
        foreach (var group in groups) shell.StandardInput.WriteLine($"add {group.ToString(CultureInfo.InvariantCulture)}");
    }

    private static Process Start()
    {
        // All three redirected: .NET would prepare the terminal for a child that could use it.
        var start = new ProcessStartInfo(Programs.Setsid) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "/bin/sh", "-c", Script }) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.StandardInput.AutoFlush = true;
        return process;
    }
}
