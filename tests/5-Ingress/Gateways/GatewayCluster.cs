using System.Net;
using k8s.Models;
using Usher.Ingress.Gateways;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Tests;
using Usher.Wire.Tests.Peers;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>Manifests of the Gateway API compiled as Control compiles them, each Gateway with one pod.</summary>
internal sealed class GatewayCluster
{
    private static readonly Dictionary<string, Type> Kinds = new()
    {
        ["gateway.networking.k8s.io/v1/GatewayClass"] = typeof(GatewayClass),
        ["gateway.networking.k8s.io/v1/Gateway"] = typeof(Gateway),
        ["gateway.networking.k8s.io/v1/HTTPRoute"] = typeof(HttpRoute),
        ["gateway.networking.k8s.io/v1/GRPCRoute"] = typeof(GrpcRoute),
        ["gateway.networking.k8s.io/v1/TLSRoute"] = typeof(TlsRoute),
        ["gateway.networking.k8s.io/v1/TCPRoute"] = typeof(TcpRoute),
        ["gateway.networking.k8s.io/v1/UDPRoute"] = typeof(UdpRoute),
        ["gateway.networking.k8s.io/v1/ReferenceGrant"] = typeof(ReferenceGrant),
        ["gateway.networking.k8s.io/v1/BackendTLSPolicy"] = typeof(BackendTlsPolicy),
        ["gateway.networking.k8s.io/v1/ListenerSet"] = typeof(ListenerSet),
    };

    internal GatewayCluster(string yaml, byte network = 18)
    {
        var written = new DesiredState(ClusterYaml.Read(yaml, Kinds));
        var context = new CompileContext(written, AddressPlan.Empty, AwsScope.Default, Errors) { Warnings = Warnings };
        var derived = new GatewayReconciler().Reconcile(context, DesiredState.Empty).ToList();
        var state = written.With(derived).With(derived.Select(d => d.Value).OfType<V1Deployment>().Select((d, i) => Pod(d, i + 1)));
        var claims = state.All<V1Service>().Where(s => s.Value.Spec is { ClusterIP: not "None", Type: not "ExternalName" }).Select((s, i) => new AddressClaim(s.Key, AddressBlock.Service, IPAddress.Parse($"10.100.0.{i + 1}")))
            .Concat(state.All<V1Pod>().Select(p => new AddressClaim(p.Key, AddressBlock.Pod, IPAddress.Parse(p.Value.Status.PodIP))));
        var plan = AddressPlan.In(new LoopbackRange(network)).Next(claims);
        Generation = new Generation(1, state, plan, [new GatewayCompiler().Compile(context with { State = state, Addresses = plan })]);
    }

    internal ErrorList Errors { get; } = new();

    internal ErrorList Warnings { get; } = new();

    internal Generation Generation { get; }

    internal TestFronts Fronts { get; } = new();

    internal BalancerTable Balancers { get; } = new(TimeProvider.System);

    internal GatewaySnapshot Snapshot => Generation.Get<GatewaySnapshot>();

    /// <summary>A Service of namespace shop with one TCP port, 80 unless said.</summary>
    internal static string Service(string name, string port = "{ port: 80 }", string ns = "shop") =>
        $"---\napiVersion: v1\nkind: Service\nmetadata: {{ name: {name}, namespace: {ns} }}\nspec: {{ selector: {{ app: {name} }}, ports: [{port}] }}\n";

    /// <summary>The same without a virtual IP.</summary>
    internal static string Headless(string name, string port = "{ port: 80 }") =>
        $"---\napiVersion: v1\nkind: Service\nmetadata: {{ name: {name}, namespace: shop }}\nspec: {{ clusterIP: None, selector: {{ app: {name} }}, ports: [{port}] }}\n";

    /// <summary>A Gateway edge of namespace shop; its listeners in YAML's flow style.</summary>
    internal static string Gateway(params string[] listeners) =>
        $"---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{ name: edge, namespace: shop }}\nspec: {{ gatewayClassName: usher, listeners: [{string.Join(", ", listeners)}] }}\n";

    /// <summary>An object of the Gateway API in namespace shop; the spec in YAML's flow style, without the braces.</summary>
    internal static string Object(string kind, string name, string spec, string ns = "shop", string metadata = "") =>
        $"---\napiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata: {{ name: {name}, namespace: {ns}{metadata} }}\nspec: {{ {spec} }}\n";

    /// <summary>A ConfigMap with an authority's certificate in <c>ca.crt</c>.</summary>
    internal static string Authority(string name, TestCertificates authority) =>
        $"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: {name}, namespace: shop }}\ndata:\n  ca.crt: |\n{string.Concat(authority.Authority.ExportCertificatePem().Split('\n').Select(l => $"    {l}\n"))}";

    /// <summary>A BackendTLSPolicy: Service web is web.shop.svc, by the authority of ConfigMap ca.</summary>
    internal static string WebPolicy() =>
        Object("BackendTLSPolicy", "web", "targetRefs: [{ group: \"\", kind: Service, name: web }], validation: { caCertificateRefs: [{ group: \"\", kind: ConfigMap, name: ca }], hostname: web.shop.svc }");

    /// <summary>An HTTPRoute of the Gateway edge.</summary>
    internal static string Route(string name, string spec, string metadata = "") => Object("HTTPRoute", name, $"parentRefs: [{{ name: edge }}], {spec}", metadata: metadata);

    /// <summary>A rule to a Service's port 80; what else it says before.</summary>
    internal static string Rule(string service, string matches = "", string filters = "") =>
        $"{{ {(matches.Length == 0 ? "" : $"matches: [{matches}], ")}{(filters.Length == 0 ? "" : $"filters: [{filters}], ")}backendRefs: [{{ name: {service}, port: 80 }}] }}";

    internal static string Path(string type, string value) => $"{{ path: {{ type: {type}, value: \"{value}\" }} }}";

    /// <summary>A port of the Gateway edge.</summary>
    internal GatewayPort Port(int port = 80, string gateway = "edge", bool udp = false) =>
        Snapshot.Ports.Single(p => p.Plan.Port == port && p.Plan.Gateway.Name == gateway && p.Place.Udp == udp);

    /// <summary>What a decision at a port reads of backends.</summary>
    internal LivingBackend Backends(GatewayPort at) => new(Fronts, Generation, Balancers, at.Pod);

    internal PodStartOf Pod(string gateway = "edge") => new(Generation, Snapshot.Ports.First(p => p.Plan.Gateway.Name == gateway).Pod);

    /// <summary>What an object's status says, a line each: <c>parent shop/edge: Accepted=True Accepted</c>.</summary>
    internal IEnumerable<string> Status(string kind, string name) => Snapshot.Statuses.Where(s => s.Key.Kind == kind && s.Key.Name == name)
        .SelectMany(s => s.Conditions, (s, c) => $"{(s.Part.Length == 0 ? "" : $"{s.Part}: ")}{c.Type}={c.Status} {c.Reason}");

    /// <summary>What becomes of a request (<see cref="Cluster.Written"/>): what is sent on as <c>service target</c>, or the status with where it leads.</summary>
    internal string Ask(string request, ulong draw = 0, int port = 80, string? serverName = null)
    {
        var facts = Cluster.Written(request);
        var at = Port(port);
        var handshake = at.Plan.Protocol == PortProtocol.Tls ? GatewayCertificate.For(at, serverName ?? facts.Host)?.Listener : null;
        var decision = GatewayDecision.Make(at, handshake, Backends(at), facts, new Draw(draw));
        var told = decision.Tell().Single();
        // What is told is decided again from what was recorded.
        Assert.Equal(decision.Choice, GatewayHop.Decide(at, handshake, new RecordedBackend(decision.Choice.Read), facts, new Draw(draw), new ReasonList()));
        if (GatewayAnswer.Of(decision) is { } answer) return $"{answer.Status}{(answer.Location is null ? "" : " ")}{answer.Location}";
        var rewritten = told.Facts["rewrittenTo"]?.ToString();
        return $"{decision.Choice.Backend!.Backend.Front.Service.Name}{(rewritten is null ? "" : " ")}{rewritten}";
    }

    internal GatewayCluster Valid()
    {
        Assert.Empty(Errors.All);
        Assert.DoesNotContain(Warnings.All, w => !w.Message.StartsWith("there is no GatewayClass", StringComparison.Ordinal));
        return this;
    }

    private static Resource Pod(V1Deployment of, int number)
    {
        var template = of.Spec.Template;
        var pod = new V1Pod { ApiVersion = "v1", Kind = "Pod", Metadata = new V1ObjectMeta { Name = $"{of.Metadata.Name}-0", NamespaceProperty = of.Metadata.NamespaceProperty, Labels = template.Metadata.Labels }, Spec = template.Spec, Status = new V1PodStatus { PodIP = $"10.0.1.{number}" } };
        return new Resource(new ResourceKey("", "Pod", pod.Metadata.NamespaceProperty, pod.Metadata.Name), pod, Origin.Derived);
    }
}

/// <summary>A pod of a generation, to be started.</summary>
internal sealed record PodStartOf(Generation Generation, ResourceKey Key)
{
    internal Usher.Model.Contracts.PodStart Start => new(Key, Generation.State.All<V1Pod>().Single(p => p.Key == Key).Value, Generation.Addresses.Of(Key), Generation.Addresses);
}
