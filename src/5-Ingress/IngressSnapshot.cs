using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>Every ingress controller's routes. Immutable.</summary>
internal sealed class IngressSnapshot(FrozenDictionary<IPEndPoint, ControllerPlan> byBound)
{
    /// <summary>How each controller's routes were compiled, for the next generation.</summary>
    internal IReadOnlyDictionary<ControllerImage, CompiledRoutes> Compiled { get; init; } = FrozenDictionary<ControllerImage, CompiledRoutes>.Empty;

    /// <summary>Whether there are Ingresses that no controller serves.</summary>
    internal bool HasOrphans { get; init; }

    /// <summary>How each controller's ConfigMap was read.</summary>
    internal IReadOnlyDictionary<ControllerImage, CompiledStep<NginxConfig>> Configs { get; init; } = FrozenDictionary<ControllerImage, CompiledStep<NginxConfig>>.Empty;

    /// <summary>Every port of every controller's pods.</summary>
    internal IReadOnlyList<ControllerPlan> Controllers => byBound.Values;

    /// <summary>The controller whose pod listens at a bound endpoint, or null.</summary>
    internal ControllerPlan? ControllerAt(IPEndPoint bound) => byBound.GetValueOrDefault(bound);
}

/// <summary>One port of one pod of an ingress controller.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Declared">Its address and port in the cluster.</param>
/// <param name="Bound">Where it listens on this machine.</param>
/// <param name="Class">The controller class that it serves, <c>k8s.io/ingress-nginx</c>.</param>
/// <param name="Routes">What it routes by: shared by all pods with the same arguments.</param>
internal sealed record ControllerPlan(ResourceKey Pod, IPEndPoint Declared, IPEndPoint Bound, string Class, RouteTable Routes)
{
    private readonly string portText = Declared.Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>What its ConfigMap says.</summary>
    public NginxConfig Config { get; init; } = NginxConfig.Default;

    /// <summary>Whether it is the HTTPS port, where TLS ends.</summary>
    public bool Https { get; init; }

    /// <summary>The hosts of Ingresses that nothing serves.</summary>
    public UnservedHosts Unserved { get; init; } = UnservedHosts.None;

    /// <summary>Whether <c>ssl-passthrough</c> counts, by <c>--enable-ssl-passthrough</c>.</summary>
    public bool PassesThrough { get; init; }

    /// <summary><c>http</c> or <c>https</c>, as its clients speak.</summary>
    public string Scheme => Https ? "https" : "http";

    /// <summary>The declared port as text; 443 for the HTTPS port, whichever that is, as ingress-nginx tells backends.</summary>
    public string PortText => Https ? "443" : portText;

    /// <summary>Where it dials an address from: one of the road from the pod's own, any other from what the system says, since no way leads back from there to the pod's.</summary>
    internal IPAddress? SourceTo(IPEndPoint at) => SourceTo(at, Bound);

    /// <summary>The same for any pod of the road.</summary>
    internal static IPAddress? SourceTo(IPEndPoint at, IPEndPoint own) => IPAddress.IsLoopback(at.Address) ? own.Address : null;
}

/// <summary>The routes of one controller, by host.</summary>
/// <param name="Hosts">Servers of exact hosts.</param>
/// <param name="Wildcards">Servers of wildcard hosts by their suffix, <c>.example.com</c>.</param>
/// <param name="AnyHost">The server of rules without a host, or null.</param>
/// <param name="Default">Where requests for hosts that no rule has go, or null.</param>
internal sealed record RouteTable(
    HostTable<ServerPlan> Hosts, HostTable<ServerPlan> Wildcards, ServerPlan? AnyHost, RoutePlan? Default)
{
    internal static readonly RouteTable Empty =
        new(HostTable<ServerPlan>.Empty, HostTable<ServerPlan>.Empty, null, null);

    /// <summary>What is shown in handshakes.</summary>
    public CertificateTable Certificates { get; init; } = CertificateTable.Empty;

    /// <summary>Whether a decision reads request headers.</summary>
    public bool ReadsHeaders { get; init; }

    /// <summary>Whether a server asks its clients for certificates.</summary>
    public bool AsksClients { get; init; }

    /// <summary>The controller's own default backend, <c>--default-backend-service</c>; null for none.</summary>
    public RoutePlan? Otherwise { get; init; }

    /// <summary>The smallest proxy-body-size in bytes: shorter bodies concern no decision.</summary>
    public long SmallestBody { get; init; } = LocationRules.Default.Proxy.MaxBody;

    /// <summary>The server of a rule's host as it is written, or null.</summary>
    internal ServerPlan? ServerOf(string host) => host.Length == 0 ? AnyHost : host[0] == '*' ? Wildcards.Find(host[1..]) : Hosts.Find(host);
}

/// <summary>All paths of one host.</summary>
/// <param name="Host">As written; empty for any.</param>
/// <param name="Routes">In the order in which they are tried: the first that matches wins. Longest path first, Exact before Prefix.</param>
/// <param name="Default">Where this host's other paths go, or null.</param>
internal sealed record ServerPlan(string Host, ImmutableArray<RoutePlan> Routes, RoutePlan? Default)
{
    /// <summary>Where <c>/</c> is redirected to, or null.</summary>
    public AppRoot? AppRoot { get; init; }

    /// <summary>Set when the whole host is a redirect to or from www.</summary>
    public WwwRedirect? Www { get; init; }

    /// <summary><c>auth-tls-*</c>: which certificate clients are asked for; null for none.</summary>
    public ClientCertificateRule? ClientCertificate { get; init; }

    /// <summary>What makes all of its paths regular expressions, for people; null when they aren't.</summary>
    public string? RegexBy { get; init; }

    /// <summary><c>ssl-passthrough</c>: the route of path <c>/</c>, whose Service gets the host's TLS connections as they come; null for none.</summary>
    public RoutePlan? Passthrough { get; init; }

    /// <summary>Paths that another Ingress has too, and keeps.</summary>
    public ImmutableArray<ShadowedPath> Shadowed { get; init; } = [];

    /// <summary>Paths that ingress-nginx skips, since their backends are no Services, or canaries'.</summary>
    public ImmutableArray<SkippedPath> Skipped { get; init; } = [];

    /// <summary>What was found when it was made: conflicts, and paths that are left out.</summary>
    public ImmutableArray<ConfigError> Told { get; init; } = [];

    /// <summary>The Ingresses that it was made of.</summary>
    public ImmutableArray<IngressPart> Parts { get; init; } = [];

    /// <summary>The routes by their paths; null where they are tried in order.</summary>
    public PathTrie<RoutePlan>? Index { get; } = RouteIndex.Of(Routes);

    /// <summary>Whether a decision reads request headers.</summary>
    public bool ReadsHeaders { get; } = Default?.ReadsHeaders == true || Routes.Any(r => r.ReadsHeaders);

    /// <summary>The smallest proxy-body-size in bytes.</summary>
    public long SmallestBody { get; } = Routes.Append(Default).Min(RouteCompiler.SmallestBody);

    /// <summary>Whether a path, or the default backend, leads to one of these upstreams.</summary>
    internal bool LeadsTo(HashSet<string> upstreams) => upstreams.Count > 0 && (Routes.Any(r => upstreams.Contains(r.Backend.Upstream)) || (Default is not null && upstreams.Contains(Default.Backend.Upstream)));

    /// <summary>A host that is redirected as a whole; the one before when that says the same.</summary>
    internal static ServerPlan Redirecting(string host, WwwRedirect to, ServerPlan? before) => before is not null && before.Host == host && before.Www == to ? before : new ServerPlan(host, [], null) { Www = to };
}

/// <summary>A path that another Ingress has too, and keeps.</summary>
/// <param name="Route">The path that serves nothing.</param>
/// <param name="By">The one that does.</param>
/// <param name="Why">By which rule.</param>
internal sealed record ShadowedPath(RoutePlan Route, RoutePlan By, string Why);

/// <summary><c>app-root</c>.</summary>
internal sealed record AppRoot(ResourceKey Ingress, string Path);

/// <summary><c>from-to-www-redirect</c>.</summary>
internal sealed record WwwRedirect(ResourceKey Ingress, string To);

/// <summary>How a path is compared.</summary>
internal enum PathKind
{
    /// <summary>The whole path, with case.</summary>
    Exact,

    /// <summary>Element by element.</summary>
    Prefix,

    /// <summary>By the controller's own way: as nginx does, the path's first characters.</summary>
    ImplementationSpecific,
}

/// <summary>A path of an Ingress rule, or a default backend.</summary>
/// <param name="Ingress">The object it is written in.</param>
/// <param name="Host">The rule's host; empty for any.</param>
/// <param name="Path">The path; empty for a default backend.</param>
/// <param name="Kind">How it is compared.</param>
/// <param name="Backend">Where it leads.</param>
internal sealed record RoutePlan(ResourceKey Ingress, string Host, string Path, PathKind Kind, BackendPlan Backend)
{
    /// <summary>What annotations and the ConfigMap say.</summary>
    public LocationRules Rules { get; init; } = LocationRules.Default;

    /// <summary>The path as a regular expression, where the host's paths are such.</summary>
    public Regex? Pattern { get; init; }

    /// <summary>Whether the path without its final slash is redirected to it.</summary>
    public bool Slash { get; init; }

    /// <summary>What the path becomes, or null.</summary>
    public RewriteRule? Rewrite { get; init; }

    /// <summary>Who takes a part of its requests, or null.</summary>
    public CanaryPlan? Canary { get; init; }

    /// <summary>The Host header towards the backend; null for the client's.</summary>
    public string? Vhost { get; init; }

    /// <summary>What other Ingresses with the same backend say of how its endpoints are chosen, so that it holds here too; null where this one's own holds.</summary>
    public SharedUpstream? Shared { get; init; }

    /// <summary>How its backend's endpoints are chosen.</summary>
    public BalanceRule Balance => Shared?.Balance ?? Rules.Balance;

    /// <summary>The annotations of its Ingress, but those that another's decided instead.</summary>
    internal IEnumerable<string> Annotations => Shared is null ? Rules.Annotations : Rules.Annotations.Except(BalanceSettings.Overridden(Rules, Balance).Select(o => o.Name));

    /// <summary>Why the location is denied, since an annotation can't be read; null where it isn't.</summary>
    public string? Denied { get; init; }

    /// <summary>Whether a decision reads request headers.</summary>
    public bool ReadsHeaders => Rules.ReadsHeaders || Canary is not null || Balance.ReadsHeaders;

    /// <summary><c>shop/api: api.example.com /v1/users (Prefix)</c>.</summary>
    internal string Label => Path.Length == 0 ? $"{Ingress.Short}: default backend" : LabelOf(Ingress, Host, Path, Kind);

    /// <summary>The path as its Ingress writes it.</summary>
    internal string Written => Octets.Text(Path);

    /// <summary>The label of a path.</summary>
    internal static string LabelOf(ResourceKey ingress, string host, string path, PathKind kind) => $"{ingress.Short}: {(host.Length == 0 ? "any host" : host)} {Octets.Text(path)} ({kind})";
}
