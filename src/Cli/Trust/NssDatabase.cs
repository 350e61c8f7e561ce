namespace Usher.Cli.Trust;

/// <summary>
/// A database of NSS, which Chromium and Firefox read beside their own roots (NSS's certutil(1); Chromium's "Linux Cert Management" page).
/// </summary>
/// <param name="folder">The folder with <c>cert9.db</c>.</param>
/// <param name="certutil">The program.</param>
internal sealed class NssDatabase(string folder, string certutil)
{
    private string[] Database => ["-d", $"sql:{folder}"];

    internal async Task<TrustLine> AddAsync(TrustedAuthority authority, bool dryRun, CancellationToken cancellationToken)
    {
        var isThere = Exists(folder);
        var names = isThere ? await NamesAsync(cancellationToken) : [];
        if (names.Contains(authority.Nick)) return new(TrustOutcome.Already, folder, $"trusts \"{authority.Nick}\" already");
        if (dryRun) return new(TrustOutcome.Would, folder, $"would trust \"{authority.Nick}\"{(isThere ? "" : ", and would be made")}");
        if (!isThere && await MakeAsync(cancellationToken) is { } problem) return new(TrustOutcome.Failed, folder, problem);

        // C: trusted to sign servers' certificates; nothing for mail and code.
        var (code, output) = await Programs.RunAsync(
            certutil, ["-A", .. Database, "-t", "C,,", "-n", authority.Nick, "-i", authority.Path], cancellationToken);
        return code == 0
            ? new(TrustOutcome.Done, folder, $"trusts \"{authority.Nick}\" from the browser's next start on")
            : new(TrustOutcome.Failed, folder, $"certutil ended with {code}: {Programs.LastLine(output)}");
    }

    internal async Task<TrustLine> RemoveAsync(bool dryRun, CancellationToken cancellationToken)
    {
        var names = await NamesAsync(cancellationToken);
        if (names.Count == 0) return new(TrustOutcome.Already, folder, "has no CA of Usher");
        var listed = string.Join(", ", names.Select(n => $"\"{n}\""));
        if (dryRun) return new(TrustOutcome.Would, folder, $"{listed} would be removed");
        foreach (var name in names)
        {
            var (code, output) = await Programs.RunAsync(certutil, ["-D", .. Database, "-n", name], cancellationToken);
            if (code != 0) return new(TrustOutcome.Failed, folder, $"certutil -D ended with {code}: {Programs.LastLine(output)}");
        }

        return new(TrustOutcome.Done, folder, $"{listed} removed");
    }

    internal static bool Exists(string folder) => File.Exists(Path.Combine(folder, "cert9.db"));

    /// <summary>The names of Usher's CAs in it.</summary>
    private async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken)
    {
        var (code, output) = await Programs.RunAsync(certutil, ["-L", .. Database], cancellationToken);
        if (code != 0) return [];
        return
        [
            .. output.Split('\n').Where(line => line.StartsWith(TrustedAuthority.NickPrefix, StringComparison.Ordinal))
                .Select(line => line[..(line.IndexOf(')', StringComparison.Ordinal) + 1)]).Distinct(),
        ];
    }

    private async Task<string?> MakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"can't be made: {e.Message}";
        }

        var (code, output) = await Programs.RunAsync(certutil, ["-N", .. Database, "--empty-password"], cancellationToken);
        return code == 0 ? null : $"can't be made: certutil -N ended with {code}: {Programs.LastLine(output)}";
    }
}
