using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Usher.Wire;

/// <summary>
/// The flows of one relay by their clients. Only the relay's loop adds; anybody removes. When it is full, the oldest flow that is no stream gives way, as Linux' own table lets go
/// (<c>early_drop</c> in <c>nf_conntrack_core.c</c>, which spares those that are assured).
/// </summary>
internal sealed class UdpFlowTable(int capacity)
{
    private readonly ConcurrentDictionary<SocketAddress, UdpFlow> _flows = new();
    private readonly LinkedList<UdpFlow> _single = new();
    private readonly Lock _gate = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public IEnumerable<UdpFlow> All => _flows.Select(f => f.Value);

    public bool TryFind(SocketAddress client, [NotNullWhen(true)] out UdpFlow? flow) => _flows.TryGetValue(client, out flow);

    /// <summary>Makes room for one more; false when all that are there are streams.</summary>
    public bool TryMakeRoom()
    {
        while (Count >= capacity)
        {
            UdpFlow? oldest;
            lock (_gate) oldest = _single.First?.Value;
            if (oldest is null) return false;
            oldest.End(UdpFlowEnd.GaveWay);
        }

        return true;
    }

    public void Add(UdpFlow flow)
    {
        lock (_gate) _single.AddLast(flow.Place);
        Interlocked.Increment(ref _count);
        _flows[flow.Key] = flow;
    }

    /// <summary>It is a stream from now on.</summary>
    public void Spare(UdpFlow flow)
    {
        lock (_gate)
        {
            if (flow.Place.List is not null) _single.Remove(flow.Place);
        }
    }

    /// <summary>Takes an ended flow out; once for each.</summary>
    public void Remove(UdpFlow flow)
    {
        Spare(flow);
        if (_flows.TryRemove(new(flow.Key, flow))) Interlocked.Decrement(ref _count);
    }
}
