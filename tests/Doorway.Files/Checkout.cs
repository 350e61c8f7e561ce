namespace Usher.Doorway.Files.Tests;

/// <summary>Folders of the checkout that the tests run in.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string Sample { get; } = Path.Combine(Root, "samples", "shop");

    public static string Golden { get; } = Path.Combine(Root, "tests", "Golden", "doorway-files");

    private static string Find(string folder)
    {
        while (!File.Exists(Path.Combine(folder, "Usher.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
