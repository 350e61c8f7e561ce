using System.Diagnostics;
using Usher.Tests;

[assembly: AssemblyFixture(typeof(Usher.Trace.Tests.NodeSdk))]

namespace Usher.Trace.Tests;

/// <summary>OpenTelemetry's SDK for Node, as <c>tests/Trace/node</c> pins it. Installed once into <c>artifacts/npm</c>, under the lock file's hash.</summary>
public sealed class NodeSdk
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private readonly Lazy<Task<string>> folder = new(() => NpmPackage.InstallAsync(Path.Combine(Checkout.Root, "tests", "Trace", "node")));

    /// <summary>Sends two spans.</summary>
    /// <param name="exporter"><c>http</c> (JSON), <c>proto</c> or <c>grpc</c>.</param>
    /// <param name="variables">Where to.</param>
    /// <returns>What the program printed.</returns>
    internal async Task<string> SendAsync(string exporter, params (string Name, string Value)[] variables) => await RunAsync(await folder.Value, "node", ["send.mjs", exporter], variables);

    /// <summary>The names of the semantic conventions' attributes.</summary>
    internal async Task<string[]> NamesAsync() => (await RunAsync(await folder.Value, "node", ["names.mjs"])).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<string> RunAsync(string folder, string program, IEnumerable<string> arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("OTEL_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in variables) start.Environment[name] = value;
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
            throw new TimeoutException($"{program} did not end within {Limit.TotalSeconds} s: {await output} {await error}");
        }

        return process.ExitCode == 0 && (await error).Length == 0
            ? await output
            : throw new InvalidOperationException($"{program} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {await output} {await error}");
    }
}
