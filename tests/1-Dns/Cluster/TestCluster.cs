using System.Net;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Tests;

namespace Usher.Dns.Tests;

/// <summary>
/// A cluster as manifests, hosted zones as <see cref="TestZones"/> has them, and endpoints as lines:
/// <code>
/// NAMESPACE/SERVICE PORTNAME|- ADDRESS:PORT HOSTNAME|- ready|WHY
/// </code>
/// A Service's virtual IP is its <c>clusterIP</c>, a pod's address its <c>status.podIP</c>.
/// </summary>
internal sealed class TestCluster : IServiceEndpoints
{
    public TestCluster(string yaml, string endpoints = "", string zones = "", AddressPlan? previous = null)
    {
        var state = new DesiredState([.. ClusterYaml.Read(yaml), .. TestZones.Read(zones)]);
        var context = new CompileContext(state, previous ?? AddressPlan.Empty, AwsScope.Default, Errors);
        var claims = state.All<V1Service>().Where(s => IPAddress.TryParse(s.Value.Spec.ClusterIP, out _))
            .Select(s => new AddressClaim(s.Key, AddressBlock.Service, IPAddress.Parse(s.Value.Spec.ClusterIP)))
            .Concat(state.All<V1Pod>().Select(p => new AddressClaim(p.Key, AddressBlock.Pod, IPAddress.Parse(p.Value.Status.PodIP))))
            .Concat(state.All<LoadBalancer>().Select(b => new AddressClaim(b.Key, AddressBlock.LoadBalancer, null)))
            .Concat(new ClusterDnsClaims().Claims(context));
        context = context with { Addresses = context.Addresses.Next(claims) };
        Generation = new Generation(1, state, context.Addresses, [new DnsCompiler().Compile(context), new ClusterDnsCompiler().Compile(context)]);
        Endpoints = endpoints;
    }

    public ErrorList Errors { get; } = new();

    public Generation Generation { get; }

    /// <summary>The endpoints now.</summary>
    public string Endpoints { get; set; }

    public ClusterDecision Ask(string name, RecordType type)
    {
        var view = new ClusterView(Generation.Get<ClusterSnapshot>(), Generation.Get<DnsSnapshot>().Inside, new EndpointReading(this, Generation));
        return new ClusterDecision(view, new DnsQuestion(DomainName.Of(name), type), default(Draw), null, null);
    }

    public IReadOnlyList<ServiceEndpoint> Of(Generation generation, ResourceKey service) =>
        [.. All().Where(e => e.Service == $"{service.Namespace}/{service.Name}").Select(e => e.Endpoint)];

    public IReadOnlyList<ResourceKey> ServicesAt(Generation generation, IPAddress address) =>
        [.. All().Where(e => e.Endpoint.Declared.Address.Equals(address) || e.Endpoint.Bound.Address.Equals(address)).Select(e => e.Service).Distinct().Order(StringComparer.Ordinal)
            .Select(s => new ResourceKey("", "Service", s.Split('/')[0], s.Split('/')[1]))];

    private IEnumerable<(string Service, ServiceEndpoint Endpoint)> All() => Endpoints.Split('\n').Select(l => l.Split(' ', 5)).Where(w => w.Length == 5).Select(words =>
    {
        var declared = IPEndPoint.Parse(words[2]);
        var bound = Generation.Addresses.OwnerOfDeclared(declared.Address) is { } owner ? Generation.Addresses.Bind(owner, declared.Port) : declared;
        var why = words[4] == "ready" ? null : words[4];
        return (words[0], new ServiceEndpoint(words[1] == "-" ? "" : words[1], declared, bound, words[3] == "-" ? null : words[3], why is null, why));
    });
}
