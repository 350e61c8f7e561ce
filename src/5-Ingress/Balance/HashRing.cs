using System.Collections.Immutable;
using System.Text;

namespace Usher.Ingress;

/// <summary>
/// A consistent hash over names, as lua-resty-balancer's chash makes it for ingress-nginx: 160 points for each name, by CRC-32, and a key belongs to the last point that isn't beyond it. A name
/// that comes or goes moves only the keys that are then or were its own. Immutable.
/// </summary>
internal sealed class HashRing
{
    private const int PointsOfOne = 160;
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(i => Enumerable.Range(0, 8).Aggregate((uint)i, (c, _) => (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1))];
    private readonly uint[] points;
    private readonly int[] owners;

    internal HashRing(ImmutableArray<string> names)
    {
        points = new uint[names.Length * PointsOfOne];
        owners = new int[points.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var (seed, previous) = (Crc(names[i]), 0u);
            for (var point = 0; point < PointsOfOne; point++)
            {
                // Goes on from the name's own sum with the bytes of the point before.
                var hash = seed;
                for (var shift = 0; shift < 32; shift += 8) hash = Table[(byte)(hash ^ (previous >> shift))] ^ (hash >> 8);
                previous = ~hash;
                (points[(i * PointsOfOne) + point], owners[(i * PointsOfOne) + point]) = (previous, i);
            }
        }

        // Points that meet belong to the name that is first in its own order, whatever the order of the list.
        Array.Sort(points, owners);
        for (var i = points.Length - 1; i > 0; i--)
        {
            if (points[i] == points[i - 1] && string.CompareOrdinal(names[owners[i]], names[owners[i - 1]]) < 0) (owners[i], owners[i - 1]) = (owners[i - 1], owners[i]);
        }
    }

    /// <summary>The index of the name that a key belongs to.</summary>
    internal int Find(string key)
    {
        var at = Array.BinarySearch(points, Crc(key));
        if (at < 0) at = Math.Max(~at - 1, 0);
        while (at > 0 && points[at - 1] == points[at]) at--;
        return owners[at];
    }

    private static uint Crc(string text)
    {
        var sum = uint.MaxValue;
        foreach (var one in Encoding.Latin1.GetBytes(text)) sum = Table[(byte)(sum ^ one)] ^ (sum >> 8);
        return ~sum;
    }
}
