using System.Diagnostics;
using System.Security.Cryptography;

namespace Usher.Tests;

/// <summary>Packages from npm that tests run for real, pinned by a lock file. Installed once into <c>artifacts/npm</c>, under its files' hash.</summary>
internal static class NpmPackage
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Installs what a folder with a <c>package.json</c> and its lock file asks for; its other files come with it.</summary>
    /// <returns>Where it is installed.</returns>
    internal static async Task<string> InstallAsync(string source)
    {
        using var files = new MemoryStream();
        foreach (var file in Directory.GetFiles(source).Order(StringComparer.Ordinal)) files.Write(await File.ReadAllBytesAsync(file));
        var hash = Convert.ToHexStringLower(SHA256.HashData(files.ToArray()).AsSpan(0, 8));
        var target = Path.Combine(Checkout.Root, "artifacts", "npm", $"{Path.GetFileName(source)}-{hash}");
        var done = Path.Combine(target, ".installed");
        // Another user may have installed it, whose files these are.
        if (File.Exists(done)) return target;
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
        var start = new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]) { WorkingDirectory = target, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"npm did not end within {Limit.TotalMinutes} min: {await output} {await error}");
        }

        if (process.ExitCode != 0) throw new InvalidOperationException($"npm ci ended with {process.ExitCode}: {await output} {await error}");
        await File.WriteAllTextAsync(done, "");
        return target;
    }
}
