using System.Diagnostics;
using System.Globalization;
using Usher.Trace.Meters.Exposition;

namespace Usher.Cli.Metrics;

/// <summary>
/// Usher's own process under the names that Prometheus' client libraries give (Prometheus documentation, Writing client libraries, Standard and runtime collectors). Pods are processes of their own and not in it.
/// </summary>
internal static class ProcessMetrics
{
    internal static IEnumerable<MetricFamily> Of(Process process)
    {
        yield return MetricFamily.Single("process_cpu_seconds", MetricKind.Counter, "User and system CPU time spent in seconds.", process.TotalProcessorTime.TotalSeconds, "seconds");
        yield return Bytes("process_resident_memory_bytes", "Resident memory size in bytes.", process.WorkingSet64);
        yield return Bytes("process_virtual_memory_bytes", "Virtual memory size in bytes.", process.VirtualMemorySize64);
        yield return MetricFamily.Single("process_start_time_seconds", MetricKind.Gauge, "Start time of the process since 1970 in seconds.", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0, "seconds");
        yield return MetricFamily.Single("process_threads", MetricKind.Gauge, "Number of threads.", process.Threads.Count);
        yield return MetricFamily.Single("process_open_fds", MetricKind.Gauge, "Number of open file descriptors.", Directory.GetFileSystemEntries("/proc/self/fd").Length);
        if (MostFiles() is { } most) yield return MetricFamily.Single("process_max_fds", MetricKind.Gauge, "Maximum number of open file descriptors.", most);
        yield return Bytes("dotnet_gc_heap_size_bytes", "What the managed heap holds, garbage included.", GC.GetTotalMemory(forceFullCollection: false));
        yield return MetricFamily.Single("dotnet_gc_allocated_bytes", MetricKind.Counter, "Bytes allocated on the managed heap.", GC.GetTotalAllocatedBytes(), "bytes");
        yield return MetricFamily.Of("dotnet_gc_collections", MetricKind.Counter, "Garbage collections; a generation's count has those of the older ones.",
            Enumerable.Range(0, GC.MaxGeneration + 1).Select(g => MetricSample.Of(GC.CollectionCount(g), ("generation", g.ToString(CultureInfo.InvariantCulture)))));
        yield return MetricFamily.Single("dotnet_gc_pause_seconds", MetricKind.Counter, "How long collections stopped everything.", GC.GetTotalPauseDuration().TotalSeconds, "seconds");
    }

    private static MetricFamily Bytes(string name, string help, long value) => MetricFamily.Single(name, MetricKind.Gauge, help, value, "bytes");

    /// <summary>The soft limit of /proc/self/limits (proc(5)); null where it says none.</summary>
    private static long? MostFiles() => File.ReadLines("/proc/self/limits").FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal)) is { } line
        && long.TryParse(line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : null;
}
