using Usher.Model.Contracts;

namespace Usher.Certificates;

/// <summary>What is in the state store and can't be used: it stays there, under another key.</summary>
internal static class Damaged
{
    /// <summary>Puts something away.</summary>
    /// <returns>The key that it has now, with the first number that is free.</returns>
    /// <exception cref="StateStoreException">The store can't be read or written.</exception>
    internal static string SetAside(IStateStore store, string collection, string key, byte[] kept)
    {
        var n = 1;
        while (store.Find(collection, $"{key}.damaged-{n}") is not null) n++;
        store.Write(new StateBatch().Put(collection, $"{key}.damaged-{n}", kept).Remove(collection, key));
        return $"{key}.damaged-{n}";
    }
}
