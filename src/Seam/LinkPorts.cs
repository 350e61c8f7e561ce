using System.Net;

namespace Usher.Seam;

/// <summary>
/// Made-up ports for the dialling ends of links to one front: below those that Linux gives to sockets (32768 and up), each used once at a time, so that a
/// link's ends are as unique as a connection's. Thread-safe.
/// </summary>
internal sealed class LinkPorts
{
    private const int First = 1024;
    private const int Count = 32768 - First;
    private readonly Lock gate = new();
    private readonly HashSet<int> used = [];
    private int next;

    /// <summary>An end at this address, or at 127.0.0.1, which the system would choose; null when all ports are in use.</summary>
    internal IPEndPoint? TryTake(IPAddress? address)
    {
        lock (gate)
        {
            if (used.Count == Count) return null;
            int port;
            do port = First + (next++ % Count);
            while (!used.Add(port));
            if (next == Count) next = 0;
            return new IPEndPoint(address ?? IPAddress.Loopback, port);
        }
    }

    internal void GiveBack(IPEndPoint end)
    {
        lock (gate) used.Remove(end.Port);
    }
}
