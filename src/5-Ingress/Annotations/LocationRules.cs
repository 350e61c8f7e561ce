using System.Collections.Immutable;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>What an Ingress's annotations and the controller's ConfigMap say of its locations. What isn't used is null, and costs nothing.</summary>
internal sealed record LocationRules
{
    internal static readonly LocationRules Default = new();

    /// <summary>Sizes and timeouts.</summary>
    public ProxyRules Proxy { get; init; } = ProxyRules.Default;

    /// <summary><c>ssl-redirect</c>: plain requests for a host with a certificate are sent to https.</summary>
    public bool SslRedirect { get; init; } = true;

    /// <summary><c>force-ssl-redirect</c>: plain requests are sent to https, certificate or not.</summary>
    public bool ForceSslRedirect { get; init; }

    /// <summary><c>preserve-trailing-slash</c> in redirects to https.</summary>
    public bool PreserveTrailingSlash { get; init; }

    /// <summary><c>relative-redirects</c>: a redirect to a path stays one, where nginx makes a URL of the request's own host of it (nginx documentation, absolute_redirect).</summary>
    public bool RelativeRedirects { get; init; }

    /// <summary>A redirect for every request.</summary>
    public RedirectRule? Redirect { get; init; }

    /// <summary>Cross-origin headers.</summary>
    public CorsRule? Cors { get; init; }

    /// <summary>Who may come.</summary>
    public SourceRule? Sources { get; init; }

    /// <summary>How much one address may ask.</summary>
    public LimitRule? Limit { get; init; }

    /// <summary>Whose name and password is wanted.</summary>
    public BasicAuthRule? Auth { get; init; }

    /// <summary>Who else is asked about each request, by annotation or by the ConfigMap; null for nobody.</summary>
    public ExternalAuthRule? External { get; init; }

    /// <summary><c>satisfy: any</c>: one of address, user and who else is asked is enough.</summary>
    public bool SatisfyAny { get; init; }

    /// <summary><c>default-backend</c>: where requests go while the Service has no ready endpoint.</summary>
    public BackendPlan? Fallback { get; init; }

    /// <summary>How the backend is spoken to over TLS; null for plain HTTP.</summary>
    public UpstreamTls? BackendTls { get; init; }

    /// <summary>Whether the backend is spoken to over HTTP/2: <c>backend-protocol</c> GRPC and GRPCS.</summary>
    public bool BackendHttp2 { get; init; }

    /// <summary>When a request that failed is tried once more.</summary>
    public NextUpstream Next { get; init; } = NextUpstream.Default;

    /// <summary>How the backend's endpoint is chosen, as this Ingress says it.</summary>
    public BalanceRule Balance { get; init; } = BalanceRule.Default;

    /// <summary><c>x-forwarded-prefix</c>, sent with rewritten requests.</summary>
    public NginxTemplate? ForwardedPrefix { get; init; }

    /// <summary>Whose pages take the place of errors; null for nobody's.</summary>
    public ErrorPageRule? ErrorPages { get; init; }

    /// <summary><c>custom-headers</c>, in every response.</summary>
    public ImmutableArray<KeyValuePair<string, string>> CustomHeaders { get; init; } = [];

    /// <summary>What is changed in cookies and redirects; null for nothing.</summary>
    public ResponseRewrites? Rewrites { get; init; }

    /// <summary>How fast responses are sent; null for any speed.</summary>
    public PaceRule? Pace { get; init; }

    /// <summary>Where a copy of each request goes; null for nowhere.</summary>
    public MirrorRule? Mirror { get; init; }

    /// <summary>The annotations of ingress-nginx that the Ingress has.</summary>
    public ImmutableArray<string> Annotations { get; init; } = [];

    /// <summary>Whether a decision by these rules reads request headers.</summary>
    public bool ReadsHeaders => Cors is not null || Auth is not null || External is not null || Mirror is not null;
}
