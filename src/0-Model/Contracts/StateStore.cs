namespace Usher.Model.Contracts;

/// <summary>
/// What must outlive a run, in small named collections of key → bytes. A batch is written whole or not at all, and is on the disk when the
/// call returns, so that neither a crash nor a loss of power takes it away. Safe from several threads and processes.
/// </summary>
public interface IStateStore
{
    /// <summary>The value under a key, or null.</summary>
    /// <exception cref="StateStoreException">The store can't be read.</exception>
    byte[]? Find(string collection, string key);

    /// <summary>The keys of a collection, ordered by their characters' numbers.</summary>
    /// <exception cref="StateStoreException">The store can't be read.</exception>
    IReadOnlyList<string> Keys(string collection);

    /// <summary>Writes a batch.</summary>
    /// <exception cref="StateStoreException">The store can't be written: nothing of the batch was.</exception>
    void Write(StateBatch batch);
}

/// <summary>Changes that belong together, done in the order in which they were added.</summary>
public sealed class StateBatch
{
    private readonly List<StateChange> changes = [];

    /// <summary>The changes.</summary>
    public IReadOnlyList<StateChange> Changes => changes;

    /// <summary>Sets a value, in the place of an older one.</summary>
    public StateBatch Put(string collection, string key, byte[] value) => With(new StateChange(StateChangeKind.Put, collection, key, value, 0));

    /// <summary>Sets a value unless the key has one.</summary>
    public StateBatch PutNew(string collection, string key, byte[] value) => With(new StateChange(StateChangeKind.PutNew, collection, key, value, 0));

    /// <summary>Takes a value away.</summary>
    public StateBatch Remove(string collection, string key) => With(new StateChange(StateChangeKind.Remove, collection, key, default, 0));

    /// <summary>Leaves a collection's last keys, and takes those before them away.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="count">How many are left at most.</param>
    public StateBatch KeepLast(string collection, int count) => With(new StateChange(StateChangeKind.KeepLast, collection, "", default, count));

    /// <summary>Leaves a key and those behind it, by their characters' numbers, and takes those before it away.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="key">The key; it need not be there.</param>
    public StateBatch KeepFrom(string collection, string key) => With(new StateChange(StateChangeKind.KeepFrom, collection, key, default, 0));

    private StateBatch With(StateChange change)
    {
        changes.Add(change);
        return this;
    }
}

/// <summary>What a change does.</summary>
public enum StateChangeKind
{
    /// <summary>Sets a value.</summary>
    Put,

    /// <summary>Sets a value where there is none.</summary>
    PutNew,

    /// <summary>Takes a value away.</summary>
    Remove,

    /// <summary>Takes all values but those of the last keys away.</summary>
    KeepLast,

    /// <summary>Takes all values of the keys before one away.</summary>
    KeepFrom,
}

/// <summary>One change of a batch.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Collection">The collection.</param>
/// <param name="Key">The key; empty for <see cref="StateChangeKind.KeepLast"/>.</param>
/// <param name="Value">The value; empty where none is set.</param>
/// <param name="Count">How many are left, for <see cref="StateChangeKind.KeepLast"/>.</param>
public sealed record StateChange(StateChangeKind Kind, string Collection, string Key, ReadOnlyMemory<byte> Value, int Count);

/// <summary>The store can't be opened, read or written; the message says why and the way out.</summary>
public sealed class StateStoreException(string message, Exception? inner = null) : Exception(message, inner);
