using System.Collections.Frozen;
using System.Net;
using Usher.Model.Desired;

namespace Usher.Model.Road;

/// <summary>An owner's two addresses.</summary>
/// <param name="Declared">The one it has in AWS or in the cluster (10.0.1.10); the bound one where nothing declares it (a load balancer).</param>
/// <param name="Bound">The one that its sockets are bound to on this machine (127.x).</param>
public sealed record RoadAddress(IPAddress Declared, IPAddress Bound)
{
    /// <summary>Its ports that are bound elsewhere than others of their number.</summary>
    public MovedPorts Moved { get; init; } = MovedPorts.None;

    /// <summary>As people are shown it: <c>10.0.1.10 (127.18.1.1)</c>.</summary>
    public override string ToString() => $"{Declared} ({Bound})";
}

/// <summary>What kind of owner an address is for; each kind has a block of its own in the loopback range.</summary>
public enum AddressBlock
{
    /// <summary>Load balancers, 127.N.0.x.</summary>
    LoadBalancer,

    /// <summary>Nodes, 127.N.1.x to 127.N.15.x.</summary>
    Node,

    /// <summary>Services' virtual IPs, 127.N.16.x to 127.N.63.x.</summary>
    Service,

    /// <summary>Pods, 127.N.64.x to 127.N.254.x.</summary>
    Pod,
}

/// <summary>An owner that wants an address.</summary>
/// <param name="Owner">The object.</param>
/// <param name="Block">Its block.</param>
/// <param name="Declared">Its declared address, or null.</param>
public sealed record AddressClaim(ResourceKey Owner, AddressBlock Block, IPAddress? Declared)
{
    /// <summary>The bound address that it gets unless another owner has it already; new owners leave it free. Null for the lowest free one.</summary>
    public IPAddress? Preferred { get; init; }

    /// <summary>Whether a controller made the owner: it is given an address after those that people wrote, so that theirs are the same without it.</summary>
    public bool IsDerived { get; init; }

    /// <summary>The ports that will be bound at the address, where they are known: two of them aren't bound at one place then.</summary>
    public IEnumerable<int> Ports { get; init; } = [];
}

/// <summary>
/// Which loopback address stands for each load balancer, node, Service and pod. Immutable; the next plan keeps the addresses of
/// owners that stay, so that a reload moves nobody.
/// </summary>
public sealed class AddressPlan
{
    /// <summary>Privileged ports are bound this much higher (443 → 8443), unless real ports are asked for.</summary>
    public const int PrivilegedOffset = 8000;

    /// <summary>The lowest port that needs no privilege.</summary>
    internal const int FirstUnprivileged = 1024;

    private readonly FrozenDictionary<ResourceKey, RoadAddress> byOwner;
    private readonly FrozenDictionary<IPAddress, ResourceKey> byBound;
    private readonly FrozenDictionary<IPAddress, ResourceKey> byDeclared;
    private readonly AddressPlan? plain;
    private readonly Reads? reads;

    private AddressPlan(LoopbackRange range, IReadOnlyDictionary<ResourceKey, RoadAddress> byOwner)
    {
        Range = range;
        this.byOwner = byOwner.ToFrozenDictionary();
        byBound = byOwner.ToFrozenDictionary(pair => pair.Value.Bound, pair => pair.Key);
        byDeclared = byOwner.GroupBy(pair => pair.Value.Declared).ToFrozenDictionary(g => g.Key, g => g.First().Key);
    }

    private AddressPlan(AddressPlan plain, Reads reads)
    {
        (Range, byOwner, byBound, byDeclared) = (plain.Range, plain.byOwner, plain.byBound, plain.byDeclared);
        (this.plain, this.reads) = (plain, reads);
    }

    /// <summary>A plan without owners, in the default range.</summary>
    public static AddressPlan Empty { get; } = In(LoopbackRange.Default);

    /// <summary>The range that addresses are taken from.</summary>
    public LoopbackRange Range { get; }

    /// <summary>A plan without owners.</summary>
    public static AddressPlan In(LoopbackRange range) => new(range, new Dictionary<ResourceKey, RoadAddress>());

    /// <summary>The whole plan, for what keeps it: a step of a compile that asks for it has read all of it.</summary>
    public AddressPlan Whole
    {
        get
        {
            reads?.Add(this);
            return Plain;
        }
    }

    /// <summary>This plan, not noting what is read.</summary>
    internal AddressPlan Plain => plain ?? this;

    /// <summary>The plan for these claims: owners that stay keep their address, new ones get the lowest free one of their block. The very same plan when it is.</summary>
    /// <exception cref="InvalidOperationException">A block is full.</exception>
    public AddressPlan Next(IEnumerable<AddressClaim> claims)
    {
        var wanted = claims.OrderBy(c => c.IsDerived).ThenBy(c => c.Owner.Namespace, StringComparer.Ordinal).ThenBy(c => c.Owner.Name, StringComparer.Ordinal).ToList();
        // An owner that leaves still listens while the next plan's owners start: its address is free only one plan later.
        var taken = byOwner.Values.Select(address => address.Bound).ToHashSet();
        var next = new Dictionary<ResourceKey, RoadAddress>();
        var preferred = wanted.Select(c => c.Preferred).OfType<IPAddress>().Where(a => !taken.Contains(a)).ToHashSet();
        var free = Enum.GetValues<AddressBlock>().ToDictionary(b => b, b => Range.Addresses(b).Where(a => !taken.Contains(a) && !preferred.Contains(a)).GetEnumerator());
        foreach (var claim in wanted)
        {
            var bound = byOwner.GetValueOrDefault(claim.Owner)?.Bound;
            if (bound is null && claim.Preferred is { } address && preferred.Contains(address) && !next.Values.Any(a => a.Bound.Equals(address))) bound = address;
            if (bound is null)
            {
                var candidates = free[claim.Block];
                if (!candidates.MoveNext()) throw new InvalidOperationException($"no loopback address is left in the block for {claim.Block}");
                bound = candidates.Current;
            }

            next[claim.Owner] = new RoadAddress(claim.Declared ?? bound, bound) { Moved = MovedPorts.Of(claim.Ports, Range) };
        }

        return next.Count == byOwner.Count && next.All(pair => byOwner.GetValueOrDefault(pair.Key) == pair.Value) ? Plain : new AddressPlan(Range, next);
    }

    /// <summary>The same plan, which notes what is read of it.</summary>
    internal AddressPlan Noting(Reads noted) => new(Plain, noted);

    /// <summary>The owner's addresses.</summary>
    /// <exception cref="KeyNotFoundException">The owner has none.</exception>
    public RoadAddress Of(ResourceKey owner) => Find(owner) ?? throw new KeyNotFoundException($"{owner} has no address");

    /// <summary>The owner's addresses, or null.</summary>
    public RoadAddress? Find(ResourceKey owner)
    {
        var found = byOwner.GetValueOrDefault(owner);
        reads?.Add(owner, found);
        return found;
    }

    /// <summary>Who a bound address stands for, or null.</summary>
    public ResourceKey? OwnerOf(IPAddress bound)
    {
        reads?.Add(this);
        return byBound.TryGetValue(bound, out var owner) ? owner : null;
    }

    /// <summary>Who has this declared address, or null.</summary>
    public ResourceKey? OwnerOfDeclared(IPAddress declared)
    {
        reads?.Add(this);
        return byDeclared.TryGetValue(declared, out var owner) ? owner : null;
    }

    /// <summary>Where an owner's declared port is really bound.</summary>
    public IPEndPoint Bind(ResourceKey owner, int port)
    {
        var address = Of(owner);
        return new(address.Bound, BoundPort(address, port));
    }

    /// <summary>Where a declared port is bound at a bound address, whoever has that.</summary>
    public IPEndPoint BindAt(IPAddress bound, int port) => OwnerOf(bound) is { } owner ? Bind(owner, port) : new(bound, BoundPort(port));

    /// <summary>The port that stands for an owner's declared one.</summary>
    /// <param name="address">The owner's addresses; null for one that has none.</param>
    /// <param name="port">The declared port.</param>
    public int BoundPort(RoadAddress? address, int port) => address?.Moved.Find(port) ?? BoundPort(port);

    /// <summary>The port that stands for a declared one, of an owner that has no other at that place.</summary>
    public int BoundPort(int port) => Range.RealPorts || port >= FirstUnprivileged || port == 0 ? port : port + PrivilegedOffset;

    /// <summary>How a bound endpoint is called in AWS or in the cluster: <c>10.0.1.10:30080</c>. An unknown one is returned as it is.</summary>
    /// <param name="bound">A bound endpoint.</param>
    /// <param name="declaredPort">Its declared port, when known.</param>
    public IPEndPoint Declared(IPEndPoint bound, int? declaredPort = null) =>
        OwnerOf(bound.Address) is { } owner ? new IPEndPoint(Of(owner).Declared, declaredPort ?? bound.Port) : bound;
}
