using BenchmarkDotNet.Attributes;
using Usher.Bench.Road;
using Usher.Ingress;

namespace Usher.Bench.Ingress;

/// <summary>The ingress controller.</summary>
public class IngressBenchmarks : RoadBenchmarks
{
    private readonly Func<IngressDecision> decide;

    /// <summary>Compiles the road.</summary>
    public IngressBenchmarks() => decide = IngressCosts.Decide(Road);

    /// <summary>An exact host, and the longer of two prefixes.</summary>
    [Benchmark]
    public object Decide() => decide();
}
