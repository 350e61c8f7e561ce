using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Usher.Service;

/// <summary>
/// The ranges that virtual IPs and NodePorts are taken from. A Service without a number of its own starts looking at the hash of its name, so
/// that the same manifests always give the same numbers and a new Service moves no other. As in Kubernetes the lower part of each range is left to
/// numbers that people write (https://kubernetes.io/docs/reference/networking/virtual-ips/#avoiding-collisions and
/// https://kubernetes.io/docs/concepts/services-networking/service/#avoid-nodeport-collisions).
/// </summary>
internal static class ServiceNumbers
{
    /// <summary>The first NodePort.</summary>
    public const int FirstNodePort = 30000;

    /// <summary>The last NodePort.</summary>
    public const int LastNodePort = 32767;

    // The band left to people is min(max(16, size/16), 256) for addresses and min(max(16, size/32), 128) for ports.
    private const int AddressBand = 256;
    private const int PortBand = (LastNodePort - FirstNodePort + 1) / 32;
    private const uint Network = (10u << 24) | (100u << 16);
    private const int AddressCount = 65535;

    /// <summary>A virtual IP of 10.100.0.0/16 (what EKS uses by default) that is free; null when none is.</summary>
    public static IPAddress? FreeAddress(string name, Func<IPAddress, bool> taken)
    {
        var size = AddressCount - AddressBand;
        var start = Hash(name) % (uint)size;
        for (var i = 0; i < AddressCount - 1; i++)
        {
            // The written band comes last, in order.
            var host = i < size ? AddressBand + ((start + (uint)i) % (uint)size) : (uint)(i - size + 1);
            var address = OfNumber(Network + host);
            if (!taken(address)) return address;
        }

        return null;
    }

    /// <summary>A NodePort that is free; null when none is.</summary>
    public static int? FreeNodePort(string name, Func<int, bool> taken)
    {
        var first = FirstNodePort + PortBand;
        var size = LastNodePort - first + 1;
        var start = Hash(name) % (uint)size;
        for (var i = 0; i <= LastNodePort - FirstNodePort; i++)
        {
            var port = i < size ? first + (int)((start + (uint)i) % (uint)size) : FirstNodePort + i - size;
            if (!taken(port)) return port;
        }

        return null;
    }

    /// <summary>An IPv4 address in its usual form that a Service may have; null otherwise.</summary>
    public static IPAddress? ParseAddress(string? text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text
            ? address
            : null;

    private static IPAddress OfNumber(uint number) => new([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);

    /// <summary>Five characters, as generated names of Kubernetes have them (<c>rand.String</c>), the same for the same text.</summary>
    public static string Suffix(string text)
    {
        const string characters = "bcdfghjklmnpqrstvwxz2456789";
        var hash = Hash(text);
        return string.Create(5, hash, (suffix, rest) =>
        {
            for (var i = 0; i < suffix.Length; i++, rest /= (uint)characters.Length) suffix[i] = characters[(int)(rest % (uint)characters.Length)];
        });
    }

    // FNV-1a: the same in every process, which string.GetHashCode isn't.
    private static uint Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(text)) hash = (hash ^ b) * 16777619u;
        return hash;
    }
}
