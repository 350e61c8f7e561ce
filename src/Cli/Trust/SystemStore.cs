namespace Usher.Cli.Trust;

/// <summary>
/// The system's store, which curl, wget, git and most programs trust: a file in a folder, and a program that makes the store from it anew
/// (update-ca-certificates(8) on Debian and its like, update-ca-trust(8) on Fedora and its like).
/// </summary>
/// <param name="root">Where the system's folders are; <c>/</c> but in tests.</param>
internal sealed class SystemStore(string root)
{
    /// <param name="Folder">Where its own certificates lie.</param>
    /// <param name="Ending">How their files end.</param>
    /// <param name="Program">What makes the store anew.</param>
    /// <param name="Fresh">The option with which that also forgets what is gone; empty when it always does.</param>
    private sealed record Kind(string Folder, string Ending, string Program, string Fresh);

    private static readonly Kind[] Kinds =
    [
        new("usr/local/share/ca-certificates", ".crt", "update-ca-certificates", "--fresh"),
        new("etc/pki/ca-trust/source/anchors", ".pem", "update-ca-trust", ""),
    ];

    internal async Task<TrustLine> AddAsync(TrustedAuthority authority, bool dryRun, CancellationToken cancellationToken)
    {
        if (Found() is not { } kind) return Absent();
        var (file, store) = (Path.Combine(root, kind.Folder, authority.FileName + kind.Ending), $"system store ({Path.Combine(root, kind.Folder)})");
        if (File.Exists(file) && await File.ReadAllTextAsync(file, cancellationToken) == authority.Pem) return new(TrustOutcome.Already, store, $"has {Path.GetFileName(file)} already");
        if (dryRun) return new(TrustOutcome.Would, store, $"would get {Path.GetFileName(file)}, then {kind.Program} would run");
        try
        {
            await File.WriteAllTextAsync(file, authority.Pem, cancellationToken);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(TrustOutcome.Failed, store, $"{Reason(e)}: sudo install -m 0644 {authority.Path} {file} && sudo {kind.Program}");
        }

        return await UpdateAsync(kind, [], store, $"got {Path.GetFileName(file)}", cancellationToken);
    }

    internal async Task<TrustLine> RemoveAsync(bool dryRun, CancellationToken cancellationToken)
    {
        if (Found() is not { } kind) return Absent();
        var store = $"system store ({Path.Combine(root, kind.Folder)})";
        var files = Directory.GetFiles(Path.Combine(root, kind.Folder), $"{TrustedAuthority.FilePrefix}*{kind.Ending}");
        var names = string.Join(", ", files.Select(Path.GetFileName));
        if (files.Length == 0) return new(TrustOutcome.Already, store, "has no CA of Usher");
        if (dryRun) return new(TrustOutcome.Would, store, $"{names} would be removed, then {kind.Program} would run");
        try
        {
            foreach (var file in files) File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(TrustOutcome.Failed, store, $"{Reason(e)}: sudo rm {string.Join(' ', files)} && sudo {kind.Program} {kind.Fresh}".TrimEnd());
        }

        return await UpdateAsync(kind, kind.Fresh.Length == 0 ? [] : [kind.Fresh], store, $"{names} removed", cancellationToken);
    }

    private async Task<TrustLine> UpdateAsync(Kind kind, string[] options, string store, string done, CancellationToken cancellationToken)
    {
        var (code, output) = await Programs.RunAsync(Programs.Find(kind.Program)!, [.. Arguments(kind), .. options], cancellationToken);
        return code == 0
            ? new(TrustOutcome.Done, store, $"{done}, {kind.Program} ran")
            : new(TrustOutcome.Failed, store, $"{done}, but {kind.Program} ended with {code}: {Programs.LastLine(output)}; run it yourself: sudo {kind.Program}");
    }

    /// <summary>Below another root the folders are named, so that the machine's own stay as they are.</summary>
    private string[] Arguments(Kind kind) => kind.Program switch
    {
        "update-ca-certificates" when root != "/" =>
        [
            "--localcertsdir", Path.Combine(root, kind.Folder), "--etccertsdir", Path.Combine(root, "etc/ssl/certs"),
            "--certsconf", Path.Combine(root, "etc/ca-certificates.conf"), "--certsdir", Path.Combine(root, "usr/share/ca-certificates"),
            "--hooksdir", Path.Combine(root, "etc/ca-certificates/update.d"),
        ],
        "update-ca-trust" when root != "/" => ["extract", "--output", Path.Combine(root, "etc/pki/ca-trust/extracted")],
        _ => [],
    };

    private Kind? Found() => Kinds.FirstOrDefault(k => Directory.Exists(Path.Combine(root, k.Folder)) && Programs.Find(k.Program) is not null);

    private static TrustLine Absent() => new(TrustOutcome.Absent, "system store",
        $"none is found: no folder with its program ({string.Join(", ", Kinds.Select(k => $"/{k.Folder} with {k.Program}"))}); on Debian it is the package ca-certificates");

    private static string Reason(Exception e) => e is UnauthorizedAccessException ? "needs root" : e.Message;
}
