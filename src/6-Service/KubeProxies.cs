using System.Collections.Frozen;
using Usher.Model.Contracts;

namespace Usher.Service;

/// <summary>
/// Every node's kube-proxy. Rules follow endpoints after a moment, as in a cluster: a pod is asked to end at the same time as the news of it sets
/// out, and until a node has programmed it new connections still go there. A generation that was published is news like any other; a Service that is new
/// has its rules at once. While a road starts, its nodes do too: rules follow at once until every endpoint was ready, or one got lost. Before the first
/// generation, and in an explanation from files, rules are what the API server would tell.
/// </summary>
internal sealed class KubeProxies : IDisposable
{
    private readonly IPodDirectory pods;
    private readonly EndpointTable endpoints;
    private readonly ServiceOptions options;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly ITimer timer;
    private readonly List<EndpointChange> changes = [];
    private bool starting = true;
    private volatile FrozenDictionary<string, KubeProxy> proxies = FrozenDictionary<string, KubeProxy>.Empty;

    public KubeProxies(IPodDirectory pods, EndpointTable endpoints, ServiceOptions options, TimeProvider time)
    {
        this.pods = pods;
        this.endpoints = endpoints;
        this.options = options;
        this.time = time;
        timer = time.CreateTimer(_ => Run(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        pods.Changed += Heard;
    }

    /// <summary>Raised after any node's rules changed; handlers must not wait.</summary>
    public event Action? Changed;

    /// <summary>A generation was published: its endpoints are on their way to the nodes, and new nodes start with them.</summary>
    public void Publish(ServiceSnapshot snapshot)
    {
        var started = false;
        lock (gate)
        {
            var told = new EndpointChange(changes.Count == 0 ? 1 : changes[^1].Number + 1, snapshot, pods.Current, time.GetTimestamp());
            changes.Add(told);
            if (starting && told.Number > 1) started = Start(told, told.Snapshot.Lost(changes[^2].Snapshot));
            // Callers on no node have one too: a shell's curl at a virtual IP sees rules of the same age.
            proxies = snapshot.Nodes.Append("").ToFrozenDictionary(n => n, n => proxies.GetValueOrDefault(n) ?? Started(n, told));
            starting &= !told.IsWhole;
        }

        Run(always: started);
    }

    /// <summary>What a node's rules are for a port of a generation's snapshot, and what they should be by now.</summary>
    public ProxyView View(ServiceSnapshot snapshot, ServicePort port, string? node)
    {
        if (proxies.GetValueOrDefault(node ?? "") is not { Program: { } program } proxy) return new ProxyView(port, endpoints.Of(snapshot, port), null, null);
        if (program.Told.Snapshot == snapshot && ReferenceEquals(program.Told.Living, pods.Current)) return new ProxyView(port, program.Of(port), program, null);
        var known = program.Told.Snapshot == snapshot ? port : program.Told.Snapshot.PortsOf(port.Service).FirstOrDefault(p => p.Name == port.Name && p.Protocol == port.Protocol);
        if (known is null) return new ProxyView(port, endpoints.Of(snapshot, port), program, null);
        var (state, truth) = (program.Of(known), endpoints.Of(snapshot, port));
        var lag = ProxyLag.Differs(known, state, port, truth) ? new ProxyLag(proxy.Node, Behind(proxy), port, truth) : null;
        return new ProxyView(known, state, program, lag);
    }

    /// <summary>The nodes whose rules a virtual IP's connections may meet.</summary>
    public IEnumerable<string> Nodes => proxies.Count == 0 ? [""] : proxies.Keys;

    /// <inheritdoc/>
    public void Dispose()
    {
        pods.Changed -= Heard;
        timer.Dispose();
    }

    private void Heard()
    {
        var started = false;
        lock (gate)
        {
            if (changes.Count > 0)
            {
                var (last, living) = (changes[^1], pods.Current);
                if (last.Differs(living))
                {
                    var told = new EndpointChange(last.Number + 1, last.Snapshot, living, time.GetTimestamp());
                    changes.Add(told);
                    if (starting) started = Start(told, last.Loses(living));
                }
                else if (!ReferenceEquals(last.Living, living))
                {
                    var same = last with { Living = living };
                    changes[^1] = same;
                    foreach (var proxy in proxies.Values) proxy.Refresh(last, same);
                }
            }
        }

        Run(always: started || proxies.Count == 0);
    }

    // Returns whether the nodes, which start too, have it at once.
    private bool Start(EndpointChange told, bool loses)
    {
        starting = !loses;
        if (loses) return false;
        foreach (var proxy in proxies.Values) proxy.Start(told);
        starting = !told.IsWhole;
        return true;
    }

    private void Run(bool always = false)
    {
        var changed = always;
        lock (gate)
        {
            var now = time.GetTimestamp();
            foreach (var proxy in proxies.Values) changed |= proxy.Run(changes, now);
            Forget(now);
            Arm(now);
        }

        if (changed) Changed?.Invoke();
    }

    // The last is what the API server tells now; of those before it only what a node may still program is needed.
    private void Forget(long now)
    {
        var heard = changes.FindLastIndex(c => proxies.Values.All(p => c.At + p.HeardAfter <= now));
        if (heard > 0) changes.RemoveRange(0, heard);
    }

    private void Arm(long now)
    {
        var next = proxies.Values.Min(p => p.Due(changes));
        timer.Change(next is { } due ? Until(now, due) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    // Rounded up: a timer counts milliseconds, and one that fires too early would have to be set again.
    private TimeSpan Until(long now, long due) => TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, due - now) * 1000.0 / time.TimestampFrequency));

    private TimeSpan Behind(KubeProxy proxy)
    {
        lock (gate) return proxy.Unheard(changes) is { } first ? time.GetElapsedTime(first.At) : TimeSpan.Zero;
    }

    private KubeProxy Started(string node, EndpointChange told)
    {
        var proxy = new KubeProxy(node, options, time);
        proxy.Start(told);
        return proxy;
    }
}
