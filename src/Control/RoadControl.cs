using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Control;

/// <summary>
/// Brings the road in line with the desired state, one generation after another:
/// <list type="number">
/// <item>Compile. Any error, and the running generation stays.</item>
/// <item>Prepare: every carrier starts what is new, the pods first and the edge last. Any error, and all of it is undone.</item>
/// <item>Publish, with one write.</item>
/// <item>Commit: every carrier drains and stops what is old, the edge first.</item>
/// </list>
/// </summary>
public sealed class RoadControl(RoadCompiler compiler, CurrentGeneration current, ResourceStore store, IEnumerable<ICarrier> carriers) : IDisposable
{
    // In the order of the road, from the edge to the pods.
    private readonly ICarrier[] carriers = [.. carriers];
    private readonly SemaphoreSlim oneAtATime = new(1, 1);

    /// <summary>Applies a doorway's objects.</summary>
    /// <returns>The generation now running, or null when <paramref name="errors"/> says why nothing changed.</returns>
    public async Task<Generation?> ApplyAsync(string doorway, IReadOnlyList<Resource> objects, ErrorList errors, CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken);
        var changes = new Stack<ICarrierChange>();
        try
        {
            // 1. Compile.
            var next = compiler.Compile(store.Preview(doorway, objects, errors), current.Current, errors);
            if (!errors.IsEmpty) return null;

            // 2. Prepare.
            foreach (var carrier in carriers.Reverse()) changes.Push(await carrier.PrepareAsync(next, errors, cancellationToken));
            if (!errors.IsEmpty) return null;

            // 3. Publish.
            store.Keep(doorway, objects);
            current.Publish(next);

            // 4. Commit.
            while (changes.TryPop(out var change))
            {
                await change.CommitAsync(cancellationToken);
                await change.DisposeAsync();
            }

            return next;
        }
        finally
        {
            while (changes.TryPop(out var undone)) await undone.DisposeAsync();
            oneAtATime.Release();
        }
    }

    /// <summary>Drains and stops the whole road, the edge first.</summary>
    /// <param name="cancellationToken">Ends the wait for what is in flight.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A change that is under way ends first: what it started is stopped with the rest.
        await oneAtATime.WaitAsync(CancellationToken.None);
        try
        {
            foreach (var carrier in carriers) await carrier.StopAsync(cancellationToken);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => oneAtATime.Dispose();
}
