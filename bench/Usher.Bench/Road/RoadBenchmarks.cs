using BenchmarkDotNet.Attributes;

namespace Usher.Bench.Road;

/// <summary>Benchmarks that want a compiled road.</summary>
public abstract class RoadBenchmarks : IAsyncDisposable
{
    private protected BenchRoad Road { get; } = new();

    /// <inheritdoc/>
    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Road.DisposeAsync();
    }
}
