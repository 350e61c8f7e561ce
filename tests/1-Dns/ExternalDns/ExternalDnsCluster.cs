using System.Globalization;
using System.Text;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;
using Usher.Tests;

namespace Usher.Dns.Tests;

/// <summary>
/// Kubernetes objects as YAML, hosted zones as <see cref="TestZones"/> has them, and what external-dns makes of them. A line <c>made NAME KIND NAMESPACE/NAME …</c> among the zones says which objects a load balancer was made for.
/// </summary>
internal sealed class ExternalDnsCluster : IIngressStatus, IGatewayStatus
{
    private static readonly Dictionary<string, Type> Gateways = new()
    {
        ["gateway.networking.k8s.io/v1/Gateway"] = typeof(Gateway), ["gateway.networking.k8s.io/v1/HTTPRoute"] = typeof(HttpRoute), ["gateway.networking.k8s.io/v1/TLSRoute"] = typeof(TlsRoute), ["gateway.networking.k8s.io/v1/TCPRoute"] = typeof(TcpRoute),
    };

    private readonly DesiredState written;

    internal ExternalDnsCluster(string yaml, string zones)
    {
        var lines = zones.Split('\n').ToLookup(l => l.StartsWith("made ", StringComparison.Ordinal));
        var balancers = lines[true].Select(l => l.Split(' ')).ToDictionary(w => w[1], w => w[2..]);
        written = new DesiredState([.. ClusterYaml.Read(yaml.TrimEnd().TrimEnd('-'), Gateways), .. TestZones.Read(string.Join('\n', lines[false])).Select(r => r.Value is LoadBalancer made && balancers.TryGetValue(made.Name, out var owners)
            ? r with { Value = made with { Service = Keys(owners, "Service").Select(k => (ResourceKey?)k).FirstOrDefault(), Ingresses = [.. Keys(owners, "Ingress")] } }
            : r)]);
    }

    internal ErrorList Warnings { get; private set; } = new();

    /// <summary>What ingress-nginx writes into an Ingress's status: what its annotation <c>test/status</c> says.</summary>
    public Func<Resource<V1Ingress>, IReadOnlyList<PublishedAddress>?> In(CompileContext context) => ingress =>
        ingress.Value.Metadata.Annotations?.TryGetValue("test/status", out var status) == true ? [new PublishedAddress(status)] : null;

    /// <summary>The same of a Gateway.</summary>
    public IReadOnlyList<PublishedAddress>? Of(CompileContext context, Resource<Gateway> gateway) =>
        gateway.Value.Metadata.Annotations?.TryGetValue("test/status", out var status) == true ? [new PublishedAddress(status)] : null;

    /// <summary>An external-dns with flags.</summary>
    internal static string Pod(string flags) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: { name: external-dns, namespace: kube-system }
        spec: { containers: [{ name: external-dns, image: "registry.k8s.io/external-dns/external-dns:v0.22.0", args: [{{string.Join(", ", flags.Split(' ').Select(f => $"'{f}'"))}}] }] }
        ---

        """;

    /// <summary>An Ingress with hosts.</summary>
    internal static string Ingress(string name, string hosts, string annotations = "") => $$"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: {{name}}, namespace: shop, annotations: { {{annotations.Replace("~", DnsAnnotations.Prefix, StringComparison.Ordinal)}} } }
        spec: { rules: [{{string.Join(", ", hosts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(h => $"{{ host: '{h}' }}"))}}] }
        ---

        """;

    /// <summary>Everything that follows. What was made compiles.</summary>
    internal DesiredState Reconcile(DesiredState? previous = null, Observed? observed = null)
    {
        Warnings = new ErrorList();
        var context = new CompileContext(written, AddressPlan.Empty, AwsScope.Default, new ErrorList()) { Warnings = Warnings, Observed = observed ?? Observed.Nothing };
        var state = written.With(new ExternalDnsController([this], [this]).Reconcile(context, previous ?? DesiredState.Empty));
        Assert.Empty(context.Errors.All);

        var claims = state.All<LoadBalancer>().SelectMany(LoadBalancerNode.Of).Select(n => new AddressClaim(n.Owner, AddressBlock.LoadBalancer, null))
            .Concat(state.All<V1Node>().Select(n => new AddressClaim(n.Key, AddressBlock.Node, null))).Concat(state.All<V1Pod>().Select(p => new AddressClaim(p.Key, AddressBlock.Pod, null)))
            .Concat(state.All<V1Service>().Where(s => s.Value.Spec.ClusterIP is not null and not "None").Select(s => new AddressClaim(s.Key, AddressBlock.Service, null)));
        var compile = new CompileContext(state, AddressPlan.Empty.Next(claims), AwsScope.Default, new ErrorList());
        new DnsCompiler().Compile(compile);
        Assert.Empty(compile.Errors.All);
        return state;
    }

    /// <summary>The record sets that were made, a line each, without those of the registry unless it is asked for.</summary>
    internal static IEnumerable<string> Sets(DesiredState state, bool registry = false) =>
        state.All<RecordSet>().Select(r => r.Value).Where(r => r.MadeFor is not null && (registry || r.Type != "TXT")).OrderBy(r => r.Name, StringComparer.Ordinal).ThenBy(r => r.Type, StringComparer.Ordinal)
            .ThenBy(r => r.HostedZoneId, StringComparer.Ordinal).ThenBy(r => r.SetIdentifier, StringComparer.Ordinal).Select(r => Told(state, r));

    /// <summary>All that was made and told, as text.</summary>
    internal string Tell()
    {
        var told = new StringBuilder();
        foreach (var set in Sets(Reconcile(), registry: true)) told.Append(set).Append('\n');
        foreach (var warning in Warnings.All.Distinct()) told.Append(CultureInfo.InvariantCulture, $"{(warning.NotAccepted ? "not accepted" : "warning")}: {warning}\n");
        return told.ToString();
    }

    private static IEnumerable<ResourceKey> Keys(string[] owners, string kind) =>
        owners.Chunk(2).Where(o => o[0] == kind).Select(o => new ResourceKey(kind == "Ingress" ? "networking.k8s.io" : "", kind, o[1].Split('/')[0], o[1].Split('/')[1]));

    private static string Told(DesiredState state, RecordSet set)
    {
        var zone = state.All<HostedZone>().First(z => z.Value.Id == set.HostedZoneId).Value;
        var what = set.AliasTarget is { } alias ? $"alias {alias.DnsName} in {alias.HostedZoneId}{(alias.EvaluateTargetHealth ? "" : " blind")}"
            : $"{set.Ttl} {string.Join(" | ", set.ResourceRecords.Concat(set.AddressOwners.Select(o => $"address of {o}")))}";
        var policy = set.SetIdentifier is null ? "" : $" ({set.SetIdentifier}:{(set.Weight is null ? "" : $" weight {set.Weight}")}{(set.Failover is null ? "" : $" {set.Failover}")}{(set.MultiValueAnswer ? " multivalue" : "")})";
        return $"{(zone.PrivateZone ? "private " : "")}{zone.Name}: {set.Name} {set.Type} {what}{policy}, for {set.MadeFor}";
    }
}
