using System.Net;

namespace Usher.Model.Road;

/// <summary>The part of 127.0.0.0/8 that one road takes its addresses from: 127.N.0.0/16.</summary>
/// <param name="Network">N, 1–254.</param>
/// <param name="RealPorts">Whether ports below 1024 are bound as they are declared (needs the privilege).</param>
public sealed record LoopbackRange(byte Network, bool RealPorts = false)
{
    /// <summary>127.18.0.0/16.</summary>
    public static LoopbackRange Default { get; } = new(18);

    /// <summary>Every address of a block, in the order in which they are given out.</summary>
    public IEnumerable<IPAddress> Addresses(AddressBlock block)
    {
        var (first, last) = block switch
        {
            AddressBlock.LoadBalancer => (0, 0),
            AddressBlock.Node => (1, 15),
            AddressBlock.Service => (16, 63),
            _ => (64, 254),
        };
        for (var third = first; third <= last; third++)
        {
            for (var fourth = 1; fourth < 255; fourth++) yield return new IPAddress([127, Network, (byte)third, (byte)fourth]);
        }
    }

    /// <summary>Whether an address is of this range.</summary>
    public bool Contains(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out var length) && length == 4 && bytes[0] == 127 && bytes[1] == Network;
    }

    /// <summary><c>127.18.0.0/16</c>.</summary>
    public override string ToString() => $"127.{Network}.0.0/16";
}
