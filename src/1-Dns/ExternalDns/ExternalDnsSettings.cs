using System.Text.RegularExpressions;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>What an external-dns is told by its flags (docs/flags.md), with its defaults.</summary>
/// <param name="Pod">Its pod.</param>
internal sealed record ExternalDnsSettings(Resource<V1Pod> Pod)
{
    private static readonly string[] Policies = ["sync", "upsert-only", "create-only"];
    private static readonly string[] Known = ["service", "ingress", .. GatewayRouteSource.Names];

    /// <summary><c>--source</c>, those that are carried out.</summary>
    public IReadOnlySet<string> Sources { get; init; } = new HashSet<string>();

    /// <summary><c>--namespace</c>; null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary><c>--annotation-filter</c>.</summary>
    public SelectorText Annotations { get; init; } = SelectorText.Everything;

    /// <summary><c>--label-filter</c>.</summary>
    public SelectorText Labels { get; init; } = SelectorText.Everything;

    /// <summary><c>--ingress-class</c>; empty for any.</summary>
    public IReadOnlyList<string> IngressClasses { get; init; } = [];

    /// <summary><c>--service-type-filter</c>; empty for all.</summary>
    public IReadOnlyList<string> ServiceTypes { get; init; } = [];

    /// <summary><c>--gateway-name</c>; null for all.</summary>
    public string? GatewayName { get; init; }

    /// <summary><c>--gateway-namespace</c>; null for all.</summary>
    public string? GatewayNamespace { get; init; }

    /// <summary><c>--gateway-label-filter</c>.</summary>
    public SelectorText GatewayLabels { get; init; } = SelectorText.Everything;

    /// <summary>The domains that it looks at.</summary>
    public DomainFilter Domains { get; init; } = new([], []);

    /// <summary><c>--aws-zone-match-parent</c>.</summary>
    public bool MatchParent { get; init; }

    /// <summary><c>--zone-id-filter</c>: ends of zone ids; empty for all.</summary>
    public IReadOnlyList<string> ZoneIds { get; init; } = [];

    /// <summary><c>--aws-zone-type</c>, <c>public</c> or <c>private</c>; null for both.</summary>
    public string? ZoneType { get; init; }

    /// <summary><c>--policy</c>.</summary>
    public string Policy { get; init; } = Policies[0];

    /// <summary>Whether <c>--registry</c> is the one that writes TXT records.</summary>
    public bool WritesTxt { get; init; }

    /// <summary><c>--txt-owner-id</c>.</summary>
    public string OwnerId { get; init; } = "default";

    /// <summary>The names of the TXT records.</summary>
    public TxtRegistry Registry { get; init; } = new("", "", "", []);

    /// <summary><c>--fqdn-template</c>; null without one.</summary>
    public FqdnTemplate? Template { get; init; }

    /// <summary><c>--combine-fqdn-annotation</c>.</summary>
    public bool CombineTemplate { get; init; }

    /// <summary><c>--ignore-hostname-annotation</c>.</summary>
    public bool IgnoreHostname { get; init; }

    /// <summary><c>--ignore-ingress-rules-spec</c>.</summary>
    public bool IgnoreRules { get; init; }

    /// <summary><c>--ignore-ingress-tls-spec</c>.</summary>
    public bool IgnoreTls { get; init; }

    /// <summary><c>--publish-internal-services</c>.</summary>
    public bool PublishInternal { get; init; }

    /// <summary><c>--publish-host-ip</c>.</summary>
    public bool PublishHostIp { get; init; }

    /// <summary><c>--always-publish-not-ready-addresses</c>.</summary>
    public bool PublishNotReady { get; init; }

    /// <summary><c>--aws-prefer-cname</c>.</summary>
    public bool PreferCname { get; init; }

    /// <summary><c>--aws-evaluate-target-health</c>.</summary>
    public bool EvaluateTargetHealth { get; init; } = true;

    /// <summary><c>--managed-record-types</c> without <c>--exclude-record-types</c>.</summary>
    public IReadOnlySet<string> RecordTypes { get; init; } = new HashSet<string> { "A", "AAAA", "CNAME" };

    /// <summary><c>--default-targets</c>.</summary>
    public IReadOnlyList<string> DefaultTargets { get; init; } = [];

    /// <summary><c>--force-default-targets</c>.</summary>
    public bool ForceDefaultTargets { get; init; }

    /// <summary><c>--min-ttl</c>, seconds; the TTL of what has none of its own. Null without one.</summary>
    public long? MinTtl { get; init; }

    /// <summary>Reads a pod's flags. What isn't carried out is told; null when nothing comes of this external-dns.</summary>
    internal static ExternalDnsSettings? Read(CompileContext context, Resource<V1Pod> pod, V1Container container)
    {
        var flags = new ExternalDnsArguments(container, pod.Value);
        void Warn(string message) => context.Warnings.Add(pod, $"spec.containers[{pod.Value.Spec.Containers.IndexOf(container)}].args", message);
        if (flags.One("provider") is var provider && provider is not "aws")
        {
            Warn($"external-dns has --provider={provider}: its record sets would go elsewhere; here are Route 53's hosted zones, which --provider=aws writes to");
            return null;
        }

        if (flags.Is("dry-run"))
        {
            Warn("external-dns has --dry-run, so that it makes no record sets");
            return null;
        }

        var ignored = flags.Names.Where(n => ExternalDnsFlags.Of(n) == ExternalDnsFlagState.Ignored).Order(StringComparer.Ordinal).ToList();
        if (ignored.Count > 0) Warn($"external-dns has {string.Join(", ", ignored.Select(n => $"--{n}"))}, which {(ignored.Count == 1 ? "is" : "are")} not carried out here");
        var sources = flags.All("source").ToHashSet(StringComparer.Ordinal);
        var others = sources.Where(s => !Known.Contains(s)).Order(StringComparer.Ordinal).ToList();
        if (others.Count > 0) Warn($"external-dns has {string.Join(", ", others.Select(s => $"--source={s}"))}, of which nothing comes here; there are {string.Join(", ", Known)}");
        if (sources.Count == 0) Warn($"external-dns has no --source, without which it doesn't start; write --source={string.Join(" --source=", Known[..2])}");

        return new ExternalDnsSettings(pod)
        {
            Sources = sources,
            Namespace = flags.One("namespace"),
            Annotations = Selector(flags, "annotation-filter", Warn),
            Labels = Selector(flags, "label-filter", Warn),
            IngressClasses = flags.All("ingress-class"),
            ServiceTypes = [.. flags.All("service-type-filter").Where(t => t.Length > 0)],
            GatewayName = flags.One("gateway-name"),
            GatewayNamespace = flags.One("gateway-namespace"),
            GatewayLabels = Selector(flags, "gateway-label-filter", Warn),
            Domains = new DomainFilter(flags.All("domain-filter"), flags.All("exclude-domains"), Expression(flags, "regex-domain-filter", Warn), Expression(flags, "regex-domain-exclusion", Warn)),
            MatchParent = flags.Is("aws-zone-match-parent"),
            ZoneIds = [.. flags.All("zone-id-filter").Where(i => i.Length > 0)],
            ZoneType = flags.One("aws-zone-type"),
            Policy = Word(flags, "policy", Policies, Warn),
            WritesTxt = Word(flags, "registry", ["txt", "noop", "dynamodb", "aws-sd"], Warn) == "txt",
            OwnerId = flags.One("txt-owner-id") ?? "default",
            Registry = new TxtRegistry(flags.One("txt-prefix") ?? "", flags.One("txt-suffix") ?? "", flags.One("txt-wildcard-replacement") ?? "", new DomainFilter(flags.All("domain-filter"), []).Domains),
            Template = Named(flags, Warn),
            CombineTemplate = flags.Is("combine-fqdn-annotation"),
            IgnoreHostname = flags.Is("ignore-hostname-annotation"),
            IgnoreRules = flags.Is("ignore-ingress-rules-spec"),
            IgnoreTls = flags.Is("ignore-ingress-tls-spec"),
            PublishInternal = flags.Is("publish-internal-services"),
            PublishHostIp = flags.Is("publish-host-ip"),
            PublishNotReady = flags.Is("always-publish-not-ready-addresses"),
            PreferCname = flags.Is("aws-prefer-cname"),
            EvaluateTargetHealth = flags.Is("aws-evaluate-target-health", standard: true),
            RecordTypes = Types(flags),
            DefaultTargets = flags.All("default-targets"),
            ForceDefaultTargets = flags.Is("force-default-targets"),
            MinTtl = flags.One("min-ttl") is { } ttl && GoDuration.Seconds(ttl) is > 0 and var seconds ? seconds : null,
        };
    }

    private static HashSet<string> Types(ExternalDnsArguments flags)
    {
        var managed = flags.All("managed-record-types");
        return [.. (managed.Count == 0 ? ["A", "AAAA", "CNAME"] : managed).Except(flags.All("exclude-record-types"))];
    }

    private static string Word(ExternalDnsArguments flags, string name, string[] words, Action<string> warn)
    {
        if (flags.One(name) is not { } word) return words[0];
        if (words.Contains(word)) return word;
        warn($"external-dns has --{name}={word}, which is none of {string.Join(", ", words)}; it goes on with {words[0]} here");
        return words[0];
    }

    private static SelectorText Selector(ExternalDnsArguments flags, string name, Action<string> warn)
    {
        if (flags.One(name) is not { } text) return SelectorText.Everything;
        if (SelectorText.Parse(text) is { } read) return read;
        warn($"external-dns has --{name}={text}, which is no selector (a=b, a!=b, a in (b, c), a, !a); it isn't carried out");
        return SelectorText.Everything;
    }

    private static Regex? Expression(ExternalDnsArguments flags, string name, Action<string> warn)
    {
        if (flags.One(name) is not { } text) return null;
        try
        {
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            warn($"external-dns has --{name}={text}, which is no regular expression without backtracking; it isn't carried out");
            return null;
        }
    }

    private static FqdnTemplate? Named(ExternalDnsArguments flags, Action<string> warn)
    {
        if (flags.All("fqdn-template") is not { Count: > 0 } texts) return null;
        var text = string.Join(',', texts);
        if (FqdnTemplate.Parse(text) is { } read) return read;
        warn($"external-dns has --fqdn-template={text}; of templates .Name, .Namespace, .Kind, .Labels.x and index .Labels \"x\" are carried out, annotations likewise, so no names come of this one");
        return null;
    }
}
