using System.Collections.Immutable;
using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>A filter that changes headers: set in place of what is there, added after it, taken away, in this order.</summary>
/// <param name="Set">Headers that are set.</param>
/// <param name="Add">Headers that are added.</param>
/// <param name="Remove">Headers that are taken away.</param>
internal sealed record HeaderFilter(ImmutableArray<KeyValuePair<string, string>> Set, ImmutableArray<KeyValuePair<string, string>> Add, ImmutableArray<string> Remove)
{
    /// <summary>Makes the changes.</summary>
    internal void Apply(HeaderEdits edits)
    {
        foreach (var (name, value) in Set) edits.Set(name, value);
        foreach (var name in Remove) edits.Remove(name);
        foreach (var (name, value) in Add) edits.Add(name, value);
    }
}
