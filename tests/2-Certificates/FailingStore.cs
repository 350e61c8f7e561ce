using Usher.Model.Contracts;

namespace Usher.Certificates.Tests;

/// <summary>A store that refuses some of its collections, as one on a bad or full disk does.</summary>
internal sealed class FailingStore(IStateStore inner, string? unreadable = null, string? unwritable = null) : IStateStore
{
    public byte[]? Find(string collection, string key) => collection == unreadable ? throw new StateStoreException("the disk is bad") : inner.Find(collection, key);

    public IReadOnlyList<string> Keys(string collection) => inner.Keys(collection);

    public void Write(StateBatch batch)
    {
        if (batch.Changes.Any(c => c.Collection == unwritable)) throw new StateStoreException("the disk is full");
        inner.Write(batch);
    }
}
