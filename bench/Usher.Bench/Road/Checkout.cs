namespace Usher.Bench.Road;

/// <summary>Files of the checkout that this was built in.</summary>
internal static class Checkout
{
    private static readonly string Root = Find();

    /// <summary>The full path of a file.</summary>
    internal static string At(string path) => Path.Combine(Root, path);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Usher.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("this runs outside a checkout");
    }
}
