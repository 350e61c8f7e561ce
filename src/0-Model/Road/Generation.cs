using Usher.Model.Desired;

namespace Usher.Model.Road;

/// <summary>
/// One immutable compiled snapshot of the whole road. A request reads the current one once and is served by it to its end.
/// </summary>
public sealed class Generation
{
    private readonly object?[] snapshots;

    /// <summary>Joins the hops' snapshots under one number.</summary>
    /// <param name="number">Counts from 1; the next generation's is one more.</param>
    /// <param name="state">The objects it was compiled from, derived ones included.</param>
    /// <param name="addresses">Who has which address.</param>
    /// <param name="snapshots">One snapshot for each hop that has one.</param>
    public Generation(long number, DesiredState state, AddressPlan addresses, IEnumerable<Snapshot> snapshots)
    {
        Number = number;
        State = state;
        Addresses = addresses;
        var all = snapshots.ToArray();
        this.snapshots = new object?[all.Length == 0 ? 0 : all.Max(s => s.Slot) + 1];
        foreach (var snapshot in all) this.snapshots[snapshot.Slot] = snapshot.Value;
    }

    /// <summary>What runs before anything was published.</summary>
    public static Generation None { get; } = new(0, DesiredState.Empty, AddressPlan.Empty, []);

    /// <summary>Counts from 1; 0 for <see cref="None"/>.</summary>
    public long Number { get; }

    /// <summary>The objects it was compiled from, derived ones included.</summary>
    public DesiredState State { get; }

    /// <summary>Who has which address.</summary>
    public AddressPlan Addresses { get; }

    /// <summary>What a person should know about the objects and what stopped nothing, objects that aren't accepted included, each said once, ordered by file and line.</summary>
    public IReadOnlyList<ConfigError> Warnings { get; init; } = [];

    /// <summary>How each compiler came to its snapshot, in their order; empty when nobody will go on from it.</summary>
    public IReadOnlyList<CompiledStep<Snapshot>> Parts { get; init; } = [];

    /// <summary>
    /// True when nobody changed an object: controllers went on from what they observed. One pod that can't start doesn't keep such a generation
    /// from being published; it waits, and says why.
    /// </summary>
    public bool IsStep { get; init; }

    /// <summary>A hop's snapshot. Costs one array access.</summary>
    /// <exception cref="InvalidOperationException">No compiler of this road makes such a snapshot.</exception>
    public T Get<T>() where T : class =>
        Find<T>() ?? throw new InvalidOperationException($"Generation {Number} has no {typeof(T).Name}");

    /// <summary>A hop's snapshot, or null before the first generation.</summary>
    public T? Find<T>() where T : class =>
        SnapshotSlot<T>.Index < snapshots.Length ? (T?)snapshots[SnapshotSlot<T>.Index] : null;
}

/// <summary>A compiled snapshot on its way into a generation.</summary>
/// <param name="Slot">The place of its type; see <see cref="Of{T}"/>.</param>
/// <param name="Value">The snapshot.</param>
public readonly record struct Snapshot(int Slot, object Value)
{
    /// <summary>Wraps a hop's snapshot.</summary>
    public static Snapshot Of<T>(T value) where T : class => new(SnapshotSlot<T>.Index, value);
}

/// <summary>Numbers the snapshot types of a process, so that a lookup by type is an array access.</summary>
internal static class SnapshotSlots
{
    private static int last = -1;

    internal static int Next() => Interlocked.Increment(ref last);
}

/// <summary>The number of one snapshot type.</summary>
internal static class SnapshotSlot<T>
{
    internal static readonly int Index = SnapshotSlots.Next();
}

/// <summary>Where hops read the running generation.</summary>
public interface IGenerationSource
{
    /// <summary>The running generation; <see cref="Generation.None"/> before the first.</summary>
    Generation Current { get; }
}
