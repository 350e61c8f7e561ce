using BenchmarkDotNet.Attributes;

namespace Usher.Bench.Trace;

/// <summary>The journey log.</summary>
public class TraceBenchmarks
{
    private readonly Action add = TraceCosts.Add();

    /// <summary>Keeps a request's record.</summary>
    [Benchmark]
    public void Add() => add();
}
