using System.Diagnostics;
using Usher.Tests;

namespace Usher.Journey.Tests;

/// <summary>What a program printed and how it ended.</summary>
internal sealed record Ended(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit code {ExitCode}\n--- output\n{Output}\n--- error\n{Error}";
}

/// <summary>Runs programs as a person would.</summary>
internal static class Tool
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>This checkout.</summary>
    internal static string Root => Checkout.Root;

    /// <summary>The built <c>usher</c>.</summary>
    internal static string Usher { get; } = Path.Combine(Root, "artifacts/bin/Usher.Cli/release/usher.dll");

    /// <summary>Runs <c>usher</c> to its end.</summary>
    internal static Task<Ended> UsherAsync(params string[] arguments) => RunAsync("dotnet", [Usher, .. arguments]);

    /// <summary>Runs a program to its end, with nothing on its standard input.</summary>
    internal static Task<Ended> RunAsync(string program, params string[] arguments) => RunAsync(Start(program, arguments));

    /// <summary>Waits for a program that was started, and gives it this as standard input.</summary>
    internal static async Task<Ended> RunAsync(Process process, string input = "")
    {
        using var started = process;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading.
        }

        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} did not end within {Limit.TotalSeconds} s: {await output} {await error}");
        }

        return new Ended(process.ExitCode, await output, await error);
    }

    internal static Process Start(string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Root,
        };
        // The person who runs the tests may have a road of their own, and a backend for spans.
        foreach (var name in start.Environment.Keys.Where(n => n == "USHER_API" || n.StartsWith("OTEL_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started");
    }
}
