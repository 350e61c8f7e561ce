using BenchmarkDotNet.Attributes;
using Usher.Bench.Road;
using Usher.Model.Road;

namespace Usher.Bench.Dns;

/// <summary>The name server.</summary>
public class DnsBenchmarks : RoadBenchmarks
{
    private readonly Func<int> query;

    /// <summary>Compiles the road.</summary>
    public DnsBenchmarks() => query = DnsCosts.Query(Road.Get<IGenerationSource>());

    /// <summary>Query bytes → answer bytes.</summary>
    [Benchmark]
    public int Query() => query();
}
