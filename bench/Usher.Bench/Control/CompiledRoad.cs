using System.Runtime.Versioning;
using Microsoft.Extensions.DependencyInjection;
using Usher.Cli.Running;
using Usher.Control;
using Usher.Doorway.Files;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Bench.Control;

/// <summary>A road of which one generation after the other is compiled, and nothing is started.</summary>
[SupportedOSPlatform("linux")]
internal sealed class CompiledRoad : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("usher-bench-").FullName;
    private readonly ResourceStore store = new();
    private readonly StateDirectory state;
    private readonly ServiceProvider services;
    private readonly RoadCompiler compiler;
    private Generation running = Generation.None;

    internal CompiledRoad()
    {
        state = StateDirectory.Open(folder);
        services = Usher.Cli.Running.Road.Explaining(new RoadSettings { Paths = [], StandIn = true, DnsPort = 0, ApiPort = 0 }, state).BuildServiceProvider();
        compiler = services.GetRequiredService<RoadCompiler>();
    }

    /// <summary>Compiles the next generation, which runs from then on.</summary>
    /// <param name="objects">All that manifests say.</param>
    /// <param name="errors">What was wrong with reading them.</param>
    /// <exception cref="InvalidOperationException">There are errors.</exception>
    internal Generation Compile(IReadOnlyList<Resource> objects, ErrorList errors)
    {
        var desired = store.Preview(FilesDoorway.Name, objects, errors);
        running = compiler.Compile(desired, running, errors);
        if (!errors.IsEmpty) throw new InvalidOperationException(string.Join('\n', errors.All));
        store.Keep(FilesDoorway.Name, objects, desired);
        return running;
    }

    public void Dispose()
    {
        services.Dispose();
        state.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
