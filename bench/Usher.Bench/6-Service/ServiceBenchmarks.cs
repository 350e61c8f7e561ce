using BenchmarkDotNet.Attributes;
using Usher.Bench.Road;
using Usher.Model.Contracts;

namespace Usher.Bench.Service;

/// <summary>kube-proxy.</summary>
public class ServiceBenchmarks : RoadBenchmarks
{
    private readonly Func<FrontDecision> decide;

    /// <summary>Compiles the road.</summary>
    public ServiceBenchmarks() => decide = ServiceCosts.Decide(Road);

    /// <summary>One of two endpoints.</summary>
    [Benchmark]
    public object Decide() => decide();
}
