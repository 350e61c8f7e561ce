using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>What is asked: a name and a type, in class IN.</summary>
/// <param name="Name">The name, in lower case.</param>
/// <param name="Type">The type.</param>
internal sealed record DnsQuestion(DomainName Name, RecordType Type)
{
    /// <summary><c>api.example.com A</c>.</summary>
    public override string ToString() => $"{Name} {Type.Name()}";
}

/// <summary>Response codes (RFC 1035 section 4.1.1, RFC 6891 section 9).</summary>
internal enum ResponseCode
{
    NOERROR = 0,
    FORMERR = 1,
    SERVFAIL = 2,
    NXDOMAIN = 3,
    NOTIMP = 4,
    REFUSED = 5,
    BADVERS = 16,
}

/// <summary>A record set under the name that it is answered with.</summary>
/// <param name="Owner">The name: of a wildcard's set, the one that was asked.</param>
/// <param name="Set">The set.</param>
/// <param name="Zone">Its hosted zone; null for what the cluster's DNS makes up.</param>
/// <param name="Wildcard">The wildcard that it belongs to, or null.</param>
internal readonly record struct AnsweredSet(DomainName Owner, CompiledSet Set, Zone? Zone = null, DomainName? Wildcard = null);

/// <summary>How the walk for an answer ended.</summary>
internal enum DnsEnd
{
    /// <summary>With records of the type asked for.</summary>
    Found,

    /// <summary>The name exists, without this type.</summary>
    NoData,

    /// <summary>The name doesn't exist.</summary>
    NoName,

    /// <summary>No zone here is for the name.</summary>
    NoZone,

    /// <summary>A CNAME led to a name that no zone here is for.</summary>
    Left,

    /// <summary>CNAMEs led in a circle, or through too many names.</summary>
    Loop,

    /// <summary>Other name servers have the say over the name.</summary>
    Delegated,

    /// <summary>Only name servers elsewhere could tell, and none is asked.</summary>
    Elsewhere,
}

/// <summary>The answer to a question, before it is bytes.</summary>
internal sealed record DnsAnswer
{
    /// <summary>How the walk ended.</summary>
    public required DnsEnd End { get; init; }

    /// <summary>The response code.</summary>
    public ResponseCode Code => End switch
    {
        DnsEnd.NoName => ResponseCode.NXDOMAIN,
        DnsEnd.NoZone => ResponseCode.REFUSED,
        DnsEnd.Elsewhere => ResponseCode.SERVFAIL,
        _ => ResponseCode.NOERROR,
    };

    /// <summary>The AA bit: the first name of the answer is of a zone served here (RFC 1035 section 4.1.1).</summary>
    public bool Authoritative => !Resolved && (Answers.Count > 0 || End is DnsEnd.NoData or DnsEnd.NoName);

    /// <summary>True for an answer as a resolver gives it, on behalf of the zones' own servers: RA instead of AA.</summary>
    public bool Resolved { get; init; }

    /// <summary>The answer section: CNAMEs in the order in which they were followed, then what was asked for.</summary>
    public required IReadOnlyList<AnsweredSet> Answers { get; init; }

    /// <summary>The authority section: the zone's NS under records, its SOA under a negative answer, the other servers' NS in a referral.</summary>
    public AnsweredSet? Authority { get; init; }

    /// <summary>The additional section: addresses of hosts that the answer names.</summary>
    public IReadOnlyList<AnsweredSet> Additional { get; init; } = [];

    /// <summary>The zone that has the say over <see cref="Name"/>; null when none here has.</summary>
    public Zone? Zone { get; init; }

    /// <summary>The name that the walk ended at: the one asked for, or where CNAMEs led.</summary>
    public required DomainName Name { get; init; }

    /// <summary>The wildcard that stood in for <see cref="Name"/>, or null.</summary>
    public DomainName? Wildcard { get; init; }

    /// <summary>Orders the values of sets that have several.</summary>
    public required Draw Draw { get; init; }

    /// <summary>
    /// Indexes of a set's values in the order in which they are sent: a random one for several ("Choosing a routing policy", simple routing, in the
    /// Route 53 developer guide).
    /// </summary>
    /// <param name="set">The set.</param>
    /// <param name="order">Filled with its indexes; as long as it has values.</param>
    public void Order(CompiledSet set, Span<int> order)
    {
        for (var i = 0; i < order.Length; i++) order[i] = i;
        var state = Draw.Value ^ (ulong)set.Type;
        for (var last = order.Length - 1; last > 0; last--)
        {
            // SplitMix64: one draw orders every set of the answer.
            state += 0x9E3779B97F4A7C15;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            var other = new Draw(mixed ^ (mixed >> 31)).Below(last + 1);
            (order[last], order[other]) = (order[other], order[last]);
        }
    }

    /// <summary>The values of a set in the order in which they are sent.</summary>
    public IEnumerable<Rdata> Ordered(CompiledSet set)
    {
        var order = new int[set.Values.Length];
        Order(set, order);
        return order.Select(i => set.Values[i]);
    }
}
