namespace Usher.Tests;

/// <summary>Golden cases: each folder below one of <c>tests/Golden</c> is a case, with what goes in and what must come of it. <c>UPDATE_GOLDEN=1</c> writes the expectations anew.</summary>
internal static class Golden
{
    /// <summary>Whether expectations are written instead of compared.</summary>
    internal static bool Rewrites { get; } = Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";

    /// <summary>The folder of a set of cases, or a file or folder in it.</summary>
    internal static string Folder(params string[] path) => Path.Combine([Checkout.Root, "tests", "Golden", .. path]);

    /// <summary>The names of a set's cases.</summary>
    internal static TheoryData<string> Cases(string set) => [.. Directory.GetDirectories(Folder(set)).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    /// <summary>The lines of a file that say something; none where there is no file.</summary>
    internal static IEnumerable<string> Lines(string file) => File.Exists(file) ? File.ReadLines(file).Where(l => l.Length > 0 && l[0] != '#') : [];

    /// <summary>Compares what came with what is expected.</summary>
    internal static void Check(string expected, string told)
    {
        if (Rewrites)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(expected)!);
            File.WriteAllText(expected, told);
        }

        Assert.Equal(File.ReadAllText(expected), told);
    }
}
