using System.Diagnostics;

namespace Usher.Certificates.Tests;

/// <summary>The openssl command: a reader of certificates that shares no code with ours.</summary>
internal static class OpenSsl
{
    internal static async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30));
        return (process.ExitCode, await output + await error);
    }

    internal static async Task<string> Text(string path)
    {
        var (code, output) = await Run("x509", "-in", path, "-noout", "-text", "-nameopt", "RFC2253");
        Assert.Equal(0, code);
        return output;
    }
}
