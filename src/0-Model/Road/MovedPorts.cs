using System.Collections.Immutable;

namespace Usher.Model.Road;

/// <summary>
/// The ports of one owner that aren't bound where they would be, because another port of it is: beside 443, which is bound at 8443, a port 8443 is bound at 16443. Immutable; equal to another that says the same.
/// </summary>
public sealed class MovedPorts : IEquatable<MovedPorts>
{
    private readonly ImmutableArray<(int Port, int Bound)> all;

    private MovedPorts(ImmutableArray<(int Port, int Bound)> all) => this.all = all;

    /// <summary>None is moved.</summary>
    public static MovedPorts None { get; } = new([]);

    /// <summary>For the ports of an owner.</summary>
    /// <param name="ports">All of them, as declared.</param>
    /// <param name="range">Whether privileged ports are bound higher.</param>
    /// <param name="taken">Where something else of the owner is bound.</param>
    public static MovedPorts Of(IEnumerable<int> ports, LoopbackRange range, params ReadOnlySpan<int> taken)
    {
        var declared = ports.Distinct().Order().ToList();
        // Privileged ones are told as people know them: 443 is at 8443. Who else would be there makes room.
        var bound = declared.Where(p => IsPrivileged(p, range)).Select(p => p + AddressPlan.PrivilegedOffset).Concat(taken.ToArray()).ToHashSet();
        var moved = declared.Where(p => !IsPrivileged(p, range) && bound.Contains(p)).ToList();
        if (moved.Count == 0) return None;
        bound.UnionWith(declared);
        return new([.. moved.Select(p => (p, Free(p, bound)))]);
    }

    /// <summary>Where a declared port is bound, if it is one of them.</summary>
    public int? Find(int port)
    {
        foreach (var (moved, bound) in all)
        {
            if (moved == port) return bound;
        }

        return null;
    }

    /// <inheritdoc/>
    public bool Equals(MovedPorts? other) => other is not null && all.SequenceEqual(other.all);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MovedPorts);

    /// <inheritdoc/>
    public override int GetHashCode() => all.Aggregate(0, HashCode.Combine);

    private static bool IsPrivileged(int port, LoopbackRange range) => !range.RealPorts && port < AddressPlan.FirstUnprivileged;

    private static int Free(int port, HashSet<int> bound)
    {
        var free = port;
        do
        {
            free += AddressPlan.PrivilegedOffset;
            if (free > ushort.MaxValue) free = free % AddressPlan.PrivilegedOffset + AddressPlan.FirstUnprivileged;
        }
        while (!bound.Add(free));
        return free;
    }
}
