namespace Usher.Ingress;

/// <summary>How a backend's endpoint is chosen; ingress-nginx's names for them are those of its Lua modules.</summary>
internal enum BalanceMethod
{
    /// <summary><c>round_robin</c>.</summary>
    RoundRobin,

    /// <summary><c>ewma</c>: of two at random, the one that answered faster of late.</summary>
    Ewma,

    /// <summary><c>chash</c>: by a hash of the request.</summary>
    Hash,

    /// <summary><c>chashsubset</c>: by a hash of the request, one of some.</summary>
    HashSubset,

    /// <summary><c>sticky_balanced</c>: by a hash of the cookie.</summary>
    StickyBalanced,

    /// <summary><c>sticky_persistent</c>: the endpoint that the cookie names.</summary>
    StickyPersistent,
}

/// <summary>
/// How the requests of a backend are spread over its endpoints: <c>service-upstream</c>, <c>load-balance</c>, <c>upstream-hash-by*</c>, <c>affinity*</c> (ingress-nginx documentation, Annotations; its balancer.lua).
/// </summary>
internal sealed record BalanceRule
{
    /// <summary>How many endpoints a subset has, unless <c>upstream-hash-by-subset-size</c> says.</summary>
    internal const int SubsetSize = 3;

    internal static readonly BalanceRule Default = new();

    /// <summary><c>service-upstream</c>: the Service's virtual IP is the only endpoint.</summary>
    public bool ServiceUpstream { get; init; }

    /// <summary><c>load-balance</c> is <c>ewma</c>, not <c>round_robin</c>.</summary>
    public bool Ewma { get; init; }

    /// <summary><c>upstream-hash-by</c>, or null.</summary>
    public HashKey? HashBy { get; init; }

    /// <summary><c>upstream-hash-by-subset-size</c>, where <c>upstream-hash-by-subset</c> is on; 0 where it isn't.</summary>
    public int Subset { get; init; }

    /// <summary><c>affinity: cookie</c>, or null.</summary>
    public SessionCookie? Cookie { get; init; }

    /// <summary>Of a canary: <c>affinity-canary-behavior: legacy</c>, so that it doesn't take over the affinity of what it is a canary of.</summary>
    public bool LegacyCanary { get; init; }

    /// <summary>What chooses (balancer.lua, get_implementation): a cookie before a hash, a hash before the rest.</summary>
    public BalanceMethod Method =>
        Cookie is { } cookie ? cookie.Persistent ? BalanceMethod.StickyPersistent : BalanceMethod.StickyBalanced
        : HashBy is not null ? Subset > 0 ? BalanceMethod.HashSubset : BalanceMethod.Hash
        : Ewma ? BalanceMethod.Ewma : BalanceMethod.RoundRobin;

    /// <summary>Whether a decision by it reads request headers.</summary>
    public bool ReadsHeaders => Cookie is not null || HashBy is { ReadsHeaders: true };

    /// <summary>Its name, as ingress-nginx has it.</summary>
    internal string Name => Method switch
    {
        BalanceMethod.Ewma => "ewma",
        BalanceMethod.Hash => "chash",
        BalanceMethod.HashSubset => "chashsubset",
        BalanceMethod.StickyBalanced => "sticky_balanced",
        BalanceMethod.StickyPersistent => "sticky_persistent",
        _ => "round_robin",
    };

    /// <summary>Reads the annotations; the ConfigMap's rule itself where there are none.</summary>
    /// <param name="reader">The annotations.</param>
    /// <param name="config">What the ConfigMap says.</param>
    /// <param name="warn">Told of an annotation, and what becomes of it.</param>
    internal static BalanceRule Read(SettingReader reader, BalanceRule config, Action<string, string> warn)
    {
        var rule = ReadShared(reader, config, warn);
        var by = reader.Text("upstream-hash-by") is { } text ? HashKey.Read(reader, text) : null;
        var size = reader.Number("upstream-hash-by-subset-size", 0, int.MaxValue) ?? 0;
        var subset = reader.Flag("upstream-hash-by-subset") ?? false;
        if (by is null && subset) warn("upstream-hash-by-subset", "changes nothing without upstream-hash-by");
        rule = rule with { HashBy = by, Subset = by is null || !subset ? 0 : size == 0 ? SubsetSize : size, Cookie = SessionCookie.Read(reader, warn) };
        switch (reader.Text("affinity-canary-behavior"))
        {
            case null or "sticky": break;
            case "legacy": rule = rule with { LegacyCanary = true }; break;
            case var other: reader.Wrong("affinity-canary-behavior", other, "sticky or legacy is wanted"); break;
        }

        return rule == config ? config : rule;
    }

    /// <summary>Reads what the ConfigMap and annotations have in common: <c>service-upstream</c> and <c>load-balance</c>.</summary>
    internal static BalanceRule ReadShared(SettingReader reader, BalanceRule before, Action<string, string> warn)
    {
        var rule = reader.Flag("service-upstream") is { } upstream ? before with { ServiceUpstream = upstream } : before;
        switch (reader.Text("load-balance"))
        {
            case null: return rule;
            case "round_robin": return rule with { Ewma = false };
            case "ewma": return rule with { Ewma = true };
            case var other:
                // balancer.lua: "is not supported, falling back to round_robin".
                warn("load-balance", $"found '{other}'; ingress-nginx has round_robin and ewma, and falls back to round_robin");
                return rule with { Ewma = false };
        }
    }
}
