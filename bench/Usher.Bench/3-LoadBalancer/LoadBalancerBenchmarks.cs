using BenchmarkDotNet.Attributes;
using Usher.Bench.Road;
using Usher.LoadBalancer;

namespace Usher.Bench.LoadBalancer;

/// <summary>The load balancer.</summary>
public class LoadBalancerBenchmarks : RoadBenchmarks
{
    private readonly DateTimeOffset now = TimeProvider.System.GetUtcNow();
    private readonly Func<LoadBalancerDecision> decide;

    /// <summary>Compiles the road.</summary>
    public LoadBalancerBenchmarks() => decide = LoadBalancerCosts.Decide(Road);

    /// <summary>The third of three rules, then the target with the fewest outstanding requests of two.</summary>
    [Benchmark]
    public object Decide() => decide();

    /// <summary>The header of a request that brought none.</summary>
    [Benchmark]
    public object TraceId() => AmznTraceId.For(null, now).Header;
}
