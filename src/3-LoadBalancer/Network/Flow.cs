using System.Buffers.Binary;
using System.Net;
using Usher.Model.Journeys;

namespace Usher.LoadBalancer;

/// <summary>
/// A flow as a Network Load Balancer tells it from others (Elastic Load Balancing user guide, How Elastic Load Balancing works, Routing algorithm): protocol, source and destination address and port. Of a
/// TCP connection AWS hashes the sequence number too, which nobody but the kernel sees here.
/// </summary>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
/// <param name="Source">The client's end.</param>
/// <param name="Destination">The listener's end.</param>
internal readonly record struct Flow(string Protocol, IPEndPoint Source, IPEndPoint Destination)
{
    /// <summary>That of a connection, or of datagrams.</summary>
    internal static Flow Of(ConnectionId connection) => new(connection.Udp ? "udp" : "tcp", connection.From, connection.To);

    /// <summary>Whether it is of datagrams.</summary>
    internal bool Udp => Protocol == "udp";

    /// <summary>What becomes of one that leads nowhere.</summary>
    internal static string Loss(bool udp) => udp ? "dropped" : "reset";

    /// <summary>The hash of all five.</summary>
    internal ulong Hash() => Mixed(Add(Add(Start(), Source, withPort: true), Destination, withPort: true));

    /// <summary>The hash of the two addresses and the protocol alone.</summary>
    internal ulong AddressHash() => Mixed(Add(Add(Start(), Source, withPort: false), Destination, withPort: false));

    /// <summary>
    /// How much a target is worth to a flow of this hash; the one that is worth most gets it (rendezvous hashing). So a target that goes or comes moves no flows but its own.
    /// </summary>
    internal static ulong Worth(ulong hash, string target)
    {
        foreach (var c in target) hash = Step(hash, (byte)c);
        return Mixed(hash);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Protocol} {Source} → {Destination}";

    private ulong Start()
    {
        // FNV-1a, 64 bits: the same in every process and every run, which .NET's own hash codes aren't.
        var hash = 14695981039346656037UL;
        foreach (var c in Protocol) hash = Step(hash, (byte)c);
        return hash;
    }

    private static ulong Add(ulong hash, IPEndPoint end, bool withPort)
    {
        Span<byte> bytes = stackalloc byte[18];
        end.Address.TryWriteBytes(bytes, out var length);
        if (withPort)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes[length..], (ushort)end.Port);
            length += 2;
        }

        foreach (var b in bytes[..length]) hash = Step(hash, b);
        return hash;
    }

    private static ulong Step(ulong hash, byte value) => (hash ^ value) * 1099511628211UL;

    /// <summary>Spreads what differs in the last bytes over all bits (the finalizer of MurmurHash3).</summary>
    private static ulong Mixed(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return hash ^ (hash >> 33);
    }
}
