using System.Diagnostics;

namespace Usher.Wire.Tests.Peers;

/// <summary>Runs a program to its end.</summary>
internal static class Run
{
    internal static async Task<(int Code, string Output)> ProgramAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit.Wait);
        return (process.ExitCode, await output + await error);
    }
}
