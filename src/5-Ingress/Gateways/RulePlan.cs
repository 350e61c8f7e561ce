using System.Collections.Immutable;
using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>What a rule of an HTTPRoute or GRPCRoute does with a request that matches it.</summary>
internal sealed record RulePlan
{
    /// <summary>Its name; null where none is written.</summary>
    public string? Name { get; init; }

    /// <summary>Where it is written, for people: <c>spec.rules[0]</c>.</summary>
    public required string Field { get; init; }

    /// <summary>Changes of the request's headers.</summary>
    public HeaderFilter? RequestHeaders { get; init; }

    /// <summary>Changes of the response's headers.</summary>
    public HeaderFilter? ResponseHeaders { get; init; }

    /// <summary>Answers with a redirect; null for none.</summary>
    public RedirectFilter? Redirect { get; init; }

    /// <summary>Changes host and path; null for neither.</summary>
    public RewriteFilter? Rewrite { get; init; }

    /// <summary>Answers to other origins; null for none.</summary>
    public CorsFilter? Cors { get; init; }

    /// <summary>Who gets copies.</summary>
    public ImmutableArray<MirrorFilter> Mirrors { get; init; } = [];

    /// <summary>Where requests go.</summary>
    public ImmutableArray<WeightedBackend> Backends { get; init; } = [];

    /// <summary>Why no request may be served by it, for people; null where they may. Such a rule answers 500.</summary>
    public string? Broken { get; init; }

    /// <summary>How long the whole answer may take, <c>timeouts</c>; null for as long as it likes.</summary>
    public RuleTimeout? Timeout { get; init; }

    /// <summary>How requests are sent on.</summary>
    public ForwardOptions Forward { get; init; } = GatewayForwarding.Options;

    /// <summary>The sum of the backends' weights.</summary>
    public int TotalWeight { get; init; }

    /// <summary>Whether it reads request headers.</summary>
    internal bool ReadsHeaders => Cors is not null;
}

/// <summary><c>timeouts.request</c> or <c>timeouts.backendRequest</c>, whichever ends first.</summary>
/// <param name="After">The time from the request's arrival, or from when it was sent on.</param>
/// <param name="Field">Which of both.</param>
internal sealed record RuleTimeout(TimeSpan After, string Field);

/// <summary>A backend of a rule.</summary>
/// <param name="Backend">Where requests go.</param>
/// <param name="Weight">Its share of the rule's requests.</param>
internal sealed record WeightedBackend(BackendPlan Backend, int Weight)
{
    /// <summary>Why it isn't one, for people: its share of the requests is answered 500; null where it is.</summary>
    public string? Invalid { get; init; }

    /// <summary>How the connection is secured, by a BackendTLSPolicy; null in the plain.</summary>
    public UpstreamTls? Tls { get; init; }

    /// <summary>The policy; null for none.</summary>
    public string? TlsBy { get; init; }

    /// <summary>Whether HTTP/2 is spoken: to a GRPCRoute's backends, and where the Service's port says <c>kubernetes.io/h2c</c>.</summary>
    public bool Http2 { get; init; }

    /// <summary>Changes of the request's headers for this backend only.</summary>
    public HeaderFilter? RequestHeaders { get; init; }

    /// <summary>Changes of its responses' headers.</summary>
    public HeaderFilter? ResponseHeaders { get; init; }

    /// <summary>Changes host and path for this backend only.</summary>
    public RewriteFilter? Rewrite { get; init; }

    /// <summary>A redirect for this backend's share of the requests.</summary>
    public RedirectFilter? Redirect { get; init; }

    /// <summary>Who gets copies of this backend's requests.</summary>
    public ImmutableArray<MirrorFilter> Mirrors { get; init; } = [];
}

/// <summary>A filter that answers with a copy's response thrown away.</summary>
/// <param name="Backend">Who gets it.</param>
/// <param name="Numerator">The share of requests.</param>
/// <param name="Denominator">Of how many.</param>
internal sealed record MirrorFilter(WeightedBackend Backend, int Numerator, int Denominator);

/// <summary>Where a TLSRoute's, TCPRoute's or UDPRoute's connections go.</summary>
/// <param name="Route">The route.</param>
/// <param name="Host">Its host; empty for any.</param>
/// <param name="Backends">The backends.</param>
/// <param name="TotalWeight">The sum of their weights.</param>
internal sealed record ConnectionRule(Usher.Model.Desired.ResourceKey Route, string Host, ImmutableArray<WeightedBackend> Backends, int TotalWeight)
{
    /// <summary><c>TLSRoute shop/db (db.example.com)</c>.</summary>
    internal string Label => $"{Route}{(Host.Length == 0 ? "" : $" ({Host})")}";
}
