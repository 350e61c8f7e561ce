using Usher.Model.Contracts;
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
/// A change is either somebody's (<see cref="ApplyAsync"/>) or a step that the controllers take from what they observe; one at a time.
/// </summary>
/// <param name="compiler">Makes generations.</param>
/// <param name="current">Where they are published.</param>
/// <param name="store">What people wrote.</param>
/// <param name="carriers">In the order of the road, from the edge to the pods.</param>
/// <param name="loop">Asks for the controllers' steps.</param>
/// <param name="time">The clock of what is observed.</param>
/// <param name="pods">Who lives; null for a road without pods.</param>
public sealed class RoadControl(
    RoadCompiler compiler, CurrentGeneration current, ResourceStore store, IEnumerable<ICarrier> carriers, ReconcileLoop loop, TimeProvider time,
    IPodDirectory? pods = null) : IAsyncDisposable, IDisposable
{
    private readonly ICarrier[] carriers = [.. carriers];
    private readonly SemaphoreSlim oneAtATime = new(1, 1);
    private bool stopped;

    /// <summary>Raised after a generation was published and committed, in order; handlers must not wait.</summary>
    public event Action<Generation>? Published;

    /// <summary>Applies a doorway's objects. What the controllers do from there on (a rolling update, say) goes on in later generations.</summary>
    /// <returns>The generation now running, or null when <paramref name="errors"/> says why nothing changed.</returns>
    public Task<Generation?> ApplyAsync(string doorway, IReadOnlyList<Resource> objects, ErrorList errors, CancellationToken cancellationToken) => AloneAsync(errors, async () =>
    {
        var due = new DueTimes();
        var desired = store.Preview(doorway, objects, errors);
        var next = compiler.Compile(desired, current.Current, Observe(), due, errors);
        if (!await BringAsync(next, () => store.Keep(doorway, objects, desired), errors, cancellationToken)) return null;
        // The pods may have changed since they were observed.
        if (!stopped) loop.Begin(StepAsync, pods);
        return next;
    }, cancellationToken);

    /// <summary>Reports what is wrong with a doorway's objects by themselves, beside others of it that couldn't be read, as <see cref="RoadCompiler.CheckEach"/> does. Nothing changes.</summary>
    public Task CheckEachAsync(string doorway, IReadOnlyList<Resource> readable, ErrorList errors, CancellationToken cancellationToken) => AloneAsync(errors, () =>
    {
        compiler.CheckEach(store.Preview(doorway, readable, new ErrorList()), current.Current, errors);
        return Task.FromResult<Generation?>(null);
    }, cancellationToken);

    /// <summary>Lets the controllers go on from what is observed now.</summary>
    /// <param name="errors">Collects what is wrong; the running generation stays then.</param>
    /// <param name="cancellationToken">Ends the wait for a change that is under way.</param>
    /// <returns>When to ask again, though nothing changes; null for never.</returns>
    public Task<DateTimeOffset?> StepAsync(ErrorList errors, CancellationToken cancellationToken) => AloneAsync(errors, async () =>
    {
        if (stopped) return (DateTimeOffset?)null;
        var due = new DueTimes();
        var next = compiler.Follow(store.Current, current.Current, Observe(), due, errors);
        if (next is not null) await BringAsync(next, () => { }, errors, cancellationToken);
        return due.Next;
    }, cancellationToken);

    /// <summary>Drains and stops the whole road, the edge first. Nothing can be applied from then on.</summary>
    /// <param name="cancellationToken">Ends the wait for what is in flight.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await loop.StopAsync();
        // A change that is under way ends first: what it started is stopped with the rest.
        await oneAtATime.WaitAsync(CancellationToken.None);
        try
        {
            stopped = true;
            foreach (var carrier in carriers) await carrier.StopAsync(cancellationToken);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await loop.StopAsync();
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => oneAtATime.Dispose();

    private Observed Observe() => pods is null ? Observed.Nothing with { Now = time.GetUtcNow() } : new Observed(time.GetUtcNow(), pods.Current);

    /// <summary>
    /// One change at a time. A road that runs goes on whatever is wrong with one before it is published, a fault in Usher included; a road that starts ends with it, and so does one whose change is published and not yet carried out.
    /// </summary>
    private async Task<T?> AloneAsync<T>(ErrorList errors, Func<Task<T?>> change, CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken);
        var before = current.Current;
        try
        {
            return await change();
        }
        catch (Exception e) when (e is not OperationCanceledException && before != Generation.None && ReferenceEquals(current.Current, before))
        {
            errors.Add(Fault(e));
            return default;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    private static ConfigError Fault(Exception e) =>
        new(null, 0, "", "", $"a fault in Usher itself: {e.Message}{(e.TargetSite is { DeclaringType: { } type } method ? $" (in {type.Name}.{method.Name})" : "")}; it came with the last change, which is left out");

    private async Task<bool> BringAsync(Generation next, Action keep, ErrorList errors, CancellationToken cancellationToken)
    {
        // 1. Compiled.
        if (!errors.IsEmpty) return false;
        var changes = new Stack<ICarrierChange>();
        try
        {
            // 2. Prepare.
            foreach (var carrier in carriers.Reverse()) changes.Push(await carrier.PrepareAsync(next, errors, cancellationToken));
            if (!errors.IsEmpty) return false;

            // 3. Publish.
            keep();
            current.Publish(next);

            // 4. Commit.
            while (changes.TryPop(out var change))
            {
                await change.CommitAsync(cancellationToken);
                await change.DisposeAsync();
            }

            Published?.Invoke(next);
            return true;
        }
        finally
        {
            while (changes.TryPop(out var undone)) await undone.DisposeAsync();
        }
    }
}
