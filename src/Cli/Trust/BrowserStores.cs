namespace Usher.Cli.Trust;

/// <summary>The databases of a person's browsers.</summary>
/// <param name="home">The home folder.</param>
internal sealed class BrowserStores(string home)
{
    private const string Install = "certutil isn't installed, which browsers' databases need; on Debian: apt-get install libnss3-tools (Fedora: nss-tools)";

    // Chromium's, newer and older; then those of packages that have a home of their own.
    private static readonly string[] Chromium = [".pki/nssdb", ".local/share/pki/nssdb", "snap/chromium/current/.pki/nssdb"];

    private static readonly string[] Firefox =
        [".mozilla/firefox", ".config/mozilla/firefox", "snap/firefox/common/.mozilla/firefox", ".var/app/org.mozilla.firefox/.mozilla/firefox"];

    internal async Task<IReadOnlyList<TrustLine>> AddAsync(TrustedAuthority authority, bool dryRun, CancellationToken cancellationToken)
    {
        if (Programs.Find("certutil") is not { } certutil) return [new(TrustOutcome.Failed, "browsers", Install)];
        var lines = new List<TrustLine>();
        foreach (var folder in Folders(orMade: true)) lines.Add(await new NssDatabase(folder, certutil).AddAsync(authority, dryRun, cancellationToken));
        return lines;
    }

    internal async Task<IReadOnlyList<TrustLine>> RemoveAsync(bool dryRun, CancellationToken cancellationToken)
    {
        var folders = Folders(orMade: false);
        if (folders.Count == 0) return [new(TrustOutcome.Absent, "browsers", $"no database is found in {home}")];
        if (Programs.Find("certutil") is not { } certutil) return [new(TrustOutcome.Failed, "browsers", Install)];
        var lines = new List<TrustLine>();
        foreach (var folder in folders) lines.Add(await new NssDatabase(folder, certutil).RemoveAsync(dryRun, cancellationToken));
        return lines;
    }

    /// <summary>The databases that are there; without any of Chromium's the one that it would look for first.</summary>
    private List<string> Folders(bool orMade)
    {
        var chromium = Chromium.Select(f => Path.Combine(home, f)).Where(NssDatabase.Exists).ToList();
        if (chromium.Count == 0 && orMade) chromium.Add(Path.Combine(home, Chromium[0]));
        var firefox = Firefox.Select(f => Path.Combine(home, f)).Where(Directory.Exists).SelectMany(Directory.GetDirectories).Where(NssDatabase.Exists);
        return [.. chromium, .. firefox.Order(StringComparer.Ordinal)];
    }
}
