namespace Usher.Tests;

/// <summary>The checkout that the tests run in, and its files.</summary>
internal static class Checkout
{
    internal static string Root { get; } = Find();

    /// <summary>A file or folder of it.</summary>
    internal static string At(string path) => Path.Combine(Root, path);

    /// <summary>All files below a folder with an ending, without what is built.</summary>
    internal static IEnumerable<string> Files(string folder, string ending) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), $"*{ending}", SearchOption.AllDirectories)
            .Where(f => !Relative(f).Split('/').Any(part => part is "artifacts" or "bin" or "obj" or "node_modules" or ".git"));

    internal static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Usher.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests run outside a checkout");
    }
}
