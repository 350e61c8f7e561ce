using Usher.Journey.Tests;

[assembly: AssemblyFixture(typeof(SampleRoad))]
[assembly: AssemblyFixture(typeof(StandInRoad))]
[assembly: AssemblyFixture(typeof(TroubleRoad))]

namespace Usher.Journey.Tests;

/// <summary>A road that tests share which only send requests and look. Started when the first one asks.</summary>
public abstract class SharedRoad : IAsyncDisposable
{
    private readonly Lazy<Task<RunningRoad>> road;
    private readonly IDisposable? files;

    /// <param name="start">Starts it.</param>
    /// <param name="files">What it reads, if that goes with it.</param>
    private protected SharedRoad(Func<Task<RunningRoad>> start, IDisposable? files = null) => (road, this.files) = (new Lazy<Task<RunningRoad>>(start), files);

    internal Task<RunningRoad> RunsAsync() => road.Value;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (road.IsValueCreated && road.Value.IsCompletedSuccessfully) await road.Value.Result.DisposeAsync();
        files?.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The sample road, with its real application.</summary>
public sealed class SampleRoad() : SharedRoad(() => RunningRoad.StartAsync());

/// <summary>The road of <c>roads/agreement</c>, where stand-ins answer with the request as it arrived.</summary>
public sealed class StandInRoad() : SharedRoad(() => RunningRoad.StartAsync("--stand-in", "-f", Folder))
{
    internal static string Folder { get; } = Path.Combine(Tool.Root, "tests/Journey/roads/agreement");
}

/// <summary>The road of <c>roads/trouble</c>, where everything goes wrong that can.</summary>
public sealed class TroubleRoad() : SharedRoad(() => RunningRoad.StartAsync("-f", Folder))
{
    internal static string Folder { get; } = Path.Combine(Tool.Root, "tests/Journey/roads/trouble");
}
