using System.Runtime.InteropServices;

namespace Usher.Cli.Running;

/// <summary>Gives memory back to the system that the process holds and doesn't use.</summary>
internal static partial class UnusedMemory
{
    /// <summary>How often a running road does, in a millisecond. Code that proves hot is compiled again, and the compiler leaves its memory with the C library, which keeps it.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <summary>All that starting left behind and nothing will need again: the garbage too, which a road that idles would keep for long.</summary>
    internal static void ReleaseAll()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Release();
    }

    /// <summary>What the C library keeps (malloc_trim(3), of glibc; others have no such function, and little to give back).</summary>
    internal static void Release()
    {
        try
        {
            _ = Trim(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Not glibc.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint kept);
}
