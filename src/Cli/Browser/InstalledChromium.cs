namespace Usher.Cli.Browser;

/// <summary>Finds a Chromium that is installed; Usher brings none.</summary>
internal static class InstalledChromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge"];

    /// <exception cref="UserException">None is found.</exception>
    internal static string Find()
    {
        if (Environment.GetEnvironmentVariable("USHER_CHROMIUM") is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : throw new UserException($"USHER_CHROMIUM names {named}, which is not there");
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Names.SelectMany(_ => folders, (name, folder) => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new UserException("--browser wants an installed Chromium: install the package chromium, or name one with USHER_CHROMIUM");
    }
}
