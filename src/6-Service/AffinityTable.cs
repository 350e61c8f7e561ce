using System.Collections.Concurrent;
using System.Net;
using Usher.Model.Desired;

namespace Usher.Service;

/// <summary>
/// Which endpoint each client was sent to (<c>sessionAffinity: ClientIP</c>). As with kube-proxy each node remembers for itself, every
/// new connection starts the timeout anew, and the table is bounded: a client that finds it full of living entries is not remembered.
/// </summary>
internal sealed class AffinityTable(TimeProvider time)
{
    /// <summary>How many clients are remembered at most; an nftables set's own default size.</summary>
    public const int Limit = 65535;

    private readonly ConcurrentDictionary<Client, Entry> entries = new();
    private int count;

    /// <summary>The declared endpoint of a client; null when there is none or its time is over.</summary>
    public IPEndPoint? Find(ServicePort port, string? node, IPAddress source) =>
        port.Affinity is { } timeout && entries.TryGetValue(new Client(port.Service, port.Name, node ?? "", source), out var entry)
        && time.GetElapsedTime(entry.At) < timeout ? entry.Endpoint : null;

    /// <summary>A client was sent to an endpoint.</summary>
    public void Remember(ServicePort port, string? node, IPAddress source, IPEndPoint endpoint)
    {
        if (port.Affinity is not { } timeout) return;
        var client = new Client(port.Service, port.Name, node ?? "", source);
        var entry = new Entry(endpoint, time.GetTimestamp(), timeout);
        if (entries.ContainsKey(client))
        {
            entries[client] = entry;
            return;
        }

        if (Volatile.Read(ref count) >= Limit) Sweep();
        if (Volatile.Read(ref count) >= Limit) return;
        if (entries.TryAdd(client, entry)) Interlocked.Increment(ref count);
    }

    private void Sweep()
    {
        foreach (var (client, entry) in entries)
        {
            if (time.GetElapsedTime(entry.At) >= entry.Timeout && entries.TryRemove(client, out _)) Interlocked.Decrement(ref count);
        }
    }

    private readonly record struct Client(ResourceKey Service, string Port, string Node, IPAddress Source);

    private sealed record Entry(IPEndPoint Endpoint, long At, TimeSpan Timeout);
}
