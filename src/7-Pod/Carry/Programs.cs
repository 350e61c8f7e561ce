using System.Collections.Concurrent;

namespace Usher.Pod;

/// <summary>Finds programs as a shell does.</summary>
internal static class Programs
{
    private static readonly ConcurrentDictionary<string, string?> Tools = new();

    /// <summary>The program that starts another in a session of its own.</summary>
    /// <exception cref="LaunchException">It isn't there.</exception>
    public static string Setsid => Tool("setsid");

    /// <summary>A program of the system, wherever a pod's PATH leads.</summary>
    /// <exception cref="LaunchException">It isn't there.</exception>
    public static string Tool(string name) => Tools.GetOrAdd(name, n => Find(n, "/", "/usr/bin:/bin:/usr/local/bin:/usr/sbin:/sbin"))
        ?? throw new LaunchException($"process pods need the program {name} (Debian's util-linux and coreutils); install it, or run stand-ins (--stand-in)");

    /// <summary>The program's full path, or null when there is no such executable file.</summary>
    /// <param name="name">A path, or a name without a slash.</param>
    /// <param name="directory">What a relative path is relative to.</param>
    /// <param name="path">Where to look for a name: directories between colons.</param>
    public static string? Find(string name, string directory, string path)
    {
        var candidates = name.Contains('/', StringComparison.Ordinal)
            ? [Path.Combine(directory, name)]
            : path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name));
        return candidates.FirstOrDefault(Executable);
    }

    private static bool Executable(string file) => File.Exists(file)
        && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
