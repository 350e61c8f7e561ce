using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace Usher.Wire;

/// <summary>Writes headers of the PROXY protocol's version 2 (section 2.2), with a checksum (section 2.2.3).</summary>
public static class ProxyHeaderWriter
{
    private const int Fixed = 16;
    private const byte Version2 = 0x20, ProxyCommand = 0x01, Inet = 0x10, Inet6 = 0x20, Stream = 0x01, Datagram = 0x02;
    private const byte Crc32c = 0x03;
    private const int CrcLength = 4;
    private const int TlvHead = 3;

    /// <summary>A connection's header.</summary>
    /// <param name="source">The client's end.</param>
    /// <param name="destination">The end that it connected to, of the same address family.</param>
    /// <param name="datagrams">Whether it is UDP.</param>
    public static byte[] Write(IPEndPoint source, IPEndPoint destination, bool datagrams = false)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        var size = source.AddressFamily == AddressFamily.InterNetwork ? 4 : 16;
        var header = Begin((byte)(Version2 | ProxyCommand), (byte)((size == 4 ? Inet : Inet6) | (datagrams ? Datagram : Stream)), 2 * size + 4);
        var at = header.AsSpan(Fixed);
        source.Address.TryWriteBytes(at, out _);
        destination.Address.TryWriteBytes(at[size..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(at[(2 * size)..], (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(at[(2 * size + 2)..], (ushort)destination.Port);
        return Sum(header);
    }

    /// <summary>The header of a connection that the proxy makes for itself, as a health check: LOCAL, without addresses.</summary>
    public static byte[] WriteLocal() => Sum(Begin(Version2, 0, 0));

    private static byte[] Begin(byte versionAndCommand, byte familyAndTransport, int addresses)
    {
        var header = new byte[Fixed + addresses + TlvHead + CrcLength];
        ProxyHeaderReader.Signature.CopyTo(header);
        header[12] = versionAndCommand;
        header[13] = familyAndTransport;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), (ushort)(header.Length - Fixed));
        header[^(TlvHead + CrcLength)] = Crc32c;
        header[^(CrcLength + 1)] = CrcLength;
        return header;
    }

    /// <summary>Fills in the checksum, which is that of the header with zeros in its place.</summary>
    private static byte[] Sum(byte[] header)
    {
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(header.Length - CrcLength), Checksum(header));
        return header;
    }

    internal static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var b in bytes) sum = BitOperations.Crc32C(sum, b);
        return ~sum;
    }
}
