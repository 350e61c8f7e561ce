using System.Globalization;
using System.Runtime.InteropServices;

namespace Usher.Bench.Reload;

/// <summary>A process and those of its children that run the same program (nginx's workers, but not the pods of a road), as Linux counts them.</summary>
internal sealed partial class ProcessTree(int pid)
{
    private const int SigHup = 1;
    private const double TicksPerSecond = 100;

    /// <summary>CPU time, user and system; of children that ended too.</summary>
    internal TimeSpan Cpu => TimeSpan.FromSeconds(All().Sum(p => Stat(p, pid == p ? 4 : 2)) / TicksPerSecond);

    /// <summary>Resident memory in bytes.</summary>
    internal long Memory => All().Sum(p => Status(p, "VmRSS:")) * 1024;

    /// <summary>Tells the process to read its configuration again.</summary>
    internal void Hup() => _ = Kill(pid, SigHup);

    private IEnumerable<int> All()
    {
        var program = Program(pid);
        var children = File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(c => int.Parse(c, CultureInfo.InvariantCulture));
        return [pid, .. children.Where(c => Program(c) == program)];
    }

    private static string? Program(int process)
    {
        try
        {
            return new FileInfo($"/proc/{process}/exe").LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>utime, stime, and of children that were waited for, cutime, cstime (proc_pid_stat(5)).</summary>
    private static double Stat(int process, int fields)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ').Skip(11).Take(fields).Sum(t => double.Parse(t, CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // It ended meanwhile: its parent counts it.
            return 0;
        }
    }

    private static long Status(int process, string name)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
