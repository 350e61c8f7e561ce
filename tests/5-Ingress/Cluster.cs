using System.Collections.Concurrent;
using System.Net;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Tests;

namespace Usher.Ingress.Tests;

/// <summary>Manifests compiled as Control compiles them: the class nginx, one controller pod, and Services whose endpoints a test takes away.</summary>
internal sealed class Cluster
{
    private const string Standard = """
        apiVersion: networking.k8s.io/v1
        kind: IngressClass
        metadata: { name: nginx }
        spec: { controller: k8s.io/ingress-nginx }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: controller, namespace: ingress-nginx }
        spec: { containers: [{ name: c, image: "registry.k8s.io/ingress-nginx/controller:v1.15.1", args: [/nginx-ingress-controller] }] }
        status: { podIP: 10.0.1.20 }

        """;

    internal Cluster(string yaml, byte network = 18, bool standard = true, Cluster? before = null)
    {
        var state = new DesiredState(ClusterYaml.Read((standard ? Standard : "") + yaml));
        var context = new CompileContext(state, AddressPlan.Empty, AwsScope.Default, Errors) { Warnings = Warnings, Running = before?.Generation ?? Generation.None };
        var claims = state.All<V1Service>().Where(s => s.Value.Spec is { ClusterIP: not "None", Type: not "ExternalName" }).Select((s, i) => new AddressClaim(s.Key, AddressBlock.Service, IPAddress.Parse($"10.96.0.{i + 1}")))
            .Concat(state.All<V1Pod>().Select(p => new AddressClaim(p.Key, AddressBlock.Pod, IPAddress.Parse(p.Value.Status.PodIP))));
        var plan = (before?.Generation.Addresses ?? AddressPlan.In(new LoopbackRange(network))).Next(claims);
        Generation = new Generation(1, state, plan, [new IngressCompiler().Compile(context with { Addresses = plan })]);
    }

    internal ErrorList Errors { get; } = new();

    internal ErrorList Warnings { get; } = new();

    /// <summary>What is wrong, and what isn't accepted.</summary>
    internal IEnumerable<ConfigError> Told => Errors.All.Concat(Warnings.All.Where(w => w.NotAccepted));

    /// <summary>The same, without what becomes of the object.</summary>
    internal IEnumerable<string> Refusals => Told.Select(e => e.ToString().Split([". The Ingress isn't accepted", " The Ingress isn't accepted"], StringSplitOptions.None)[0].Split(". The key counts")[0]);

    internal Generation Generation { get; }

    internal TestFronts Fronts { get; } = new();

    internal PodStart Controller
    {
        get
        {
            var pod = Generation.State.All<V1Pod>().Single();
            return new PodStart(pod.Key, pod.Value, Generation.Addresses.Of(pod.Key), Generation.Addresses);
        }
    }

    internal IPEndPoint ControllerAt => Generation.Addresses.Bind(Controller.Key, 80);

    internal ControllerPlan Plan => Generation.Get<IngressSnapshot>().ControllerAt(ControllerAt)!;

    /// <summary>The HTTP port of one of several controllers.</summary>
    internal ControllerPlan PlanOf(string pod, int port = 80) =>
        Generation.Get<IngressSnapshot>().ControllerAt(Generation.Addresses.Bind(new ResourceKey("", "Pod", "ingress-nginx", pod), port))!;

    /// <summary>A controller's pod with its own arguments.</summary>
    internal static string Pod(string name, string address, string args) =>
        $"---\napiVersion: v1\nkind: Pod\nmetadata: {{ name: {name}, namespace: ingress-nginx }}\nspec: {{ containers: [{{ name: c, image: \"registry.k8s.io/ingress-nginx/controller:v1.15.1\", args: [{args}], env: [{{ name: POD_NAMESPACE, valueFrom: {{ fieldRef: {{ fieldPath: metadata.namespace }} }} }}] }}] }}\nstatus: {{ podIP: {address} }}\n";

    /// <summary>Annotations of ingress-nginx as an Ingress's further metadata: <c>name: value</c> between commas, without the prefix.</summary>
    internal static string Annotated(params string[] annotations) => $", annotations: {{ {string.Join(", ", annotations.Select(a => "nginx.ingress.kubernetes.io/" + a))} }}";

    /// <summary>A controller that takes annotations whatever characters they have, and the class.</summary>
    internal static string Unvalidated { get; } =
        Pod("controller", "10.0.1.20", "/nginx-ingress-controller, --enable-annotation-validation=false") + "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: { name: nginx }\nspec: { controller: k8s.io/ingress-nginx }\n";

    /// <summary>The controller's ConfigMap, with the pod that reads it and the class.</summary>
    internal static string ConfigMap(params string[] keys) =>
        Pod("controller", "10.0.1.20", "/nginx-ingress-controller, --configmap=$(POD_NAMESPACE)/controller")
        + "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: { name: nginx }\nspec: { controller: k8s.io/ingress-nginx }\n"
        + $"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: controller, namespace: ingress-nginx }}\ndata: {{ {string.Join(", ", keys)} }}\n";

    /// <summary>A Service with a port named http, 80.</summary>
    internal static string Service(string name, string ports = "{ name: http, port: 80 }") =>
        $"---\napiVersion: v1\nkind: Service\nmetadata: {{ name: {name}, namespace: shop }}\nspec: {{ ports: [{ports}] }}\n";

    /// <summary>An Ingress of class nginx; the spec in YAML's flow style, without the braces.</summary>
    internal static string Routes(string name, string spec, string metadata = "") =>
        $"---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{ name: {name}, namespace: shop{metadata} }}\nspec: {{ {(spec.Contains("ingressClassName", StringComparison.Ordinal) ? "" : "ingressClassName: nginx, ")}{spec} }}\n";

    internal static string Rule(string? host, params string[] paths) => $"{{ {(host is null ? "" : $"host: \"{host}\", ")}http: {{ paths: [{string.Join(", ", paths)}] }} }}";

    internal static string Path(string path, string type, string service) => $"{{ path: \"{path}\", pathType: {type}, backend: {To(service)} }}";

    internal static string To(string service) => $"{{ service: {{ name: {service}, port: {{ number: 80 }} }} }}";

    internal Cluster Valid()
    {
        Assert.Empty(Errors.All);
        return this;
    }

    /// <summary>Where a Service's port is bound.</summary>
    internal IPEndPoint ServiceAt(string name, int port = 80) => Generation.Addresses.Bind(new ResourceKey("", "Service", "shop", name), port);

    internal static RequestFacts Facts(string host, string path) =>
        new() { Method = "GET", Scheme = "http", Host = host, Path = path, Source = IPAddress.Parse("127.18.0.1") };

    internal IngressDecision Decide(string host, string path) => IngressDecision.Make(Plan, new LivingBackends(Fronts, Generation), Facts(host, path));

    /// <summary>A request as people write it: <c>GET http://a.com/x Header=value …</c>, with <c>_</c> for a space in a value.</summary>
    internal static RequestFacts Written(string request)
    {
        var words = request.Split(' ');
        var uri = words[1];
        var scheme = uri[..uri.IndexOf("://", StringComparison.Ordinal)];
        var rest = uri[(scheme.Length + 3)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (host, port) = RequestFacts.SplitHost(rest[..slash]);
        var (path, query) = RequestFacts.SplitTarget(rest[slash..]);
        return new RequestFacts
        {
            Method = words[0], Scheme = scheme, Host = host, HostPort = port, Path = path, Query = query, Source = IPAddress.Parse("127.18.0.1"),
            Headers = [.. words.Skip(2).Select(h => KeyValuePair.Create(h[..h.IndexOf('=', StringComparison.Ordinal)], h[(h.IndexOf('=', StringComparison.Ordinal) + 1)..].Replace('_', ' ')))],
        };
    }

    /// <summary>What becomes of a request (<see cref="Written"/>): what is sent on as <c>service target</c>, or the status with where it leads.</summary>
    internal string Ask(string request, ulong draw = 0, ControllerPlan? plan = null)
    {
        var decision = IngressDecision.Make(plan ?? Plan, new LivingBackends(Fronts, Generation), Written(request), new Draw(draw));
        // What is told is decided again from what was recorded.
        Assert.Equal(decision.Choice, decision.Replay(new ReasonList()));
        var told = decision.Tell().Single();
        if (IngressAnswer.Of(decision) is { } answer) return $"{answer.Status}{(answer.Location is null ? "" : " ")}{answer.Location}";
        var rewritten = told.Facts["rewrittenTo"]?.ToString();
        return $"{decision.Choice.Backend!.Front.Service.Name}{(rewritten is null ? "" : " ")}{rewritten}";
    }

    /// <summary>The Service that a request goes to, or what becomes of it.</summary>
    internal string Chosen(string host, string path)
    {
        var choice = Decide(host, path).Choice;
        return choice.Verdict == IngressVerdict.Forward ? choice.Backend!.Front.Service.Name : choice.Verdict.ToString();
    }
}

/// <summary>Services that have one endpoint, at the virtual IP's own place, unless a test says otherwise.</summary>
internal sealed class TestFronts : IServiceFronts
{
    private readonly ConcurrentDictionary<ServiceFront, FrontEndpoints> standard = new();

    internal HashSet<string> Empty { get; } = [];

    /// <summary>The endpoints of Services by name.</summary>
    internal ConcurrentDictionary<string, FrontEndpoints> Pods { get; } = new();

    /// <summary>How often endpoints were asked for.</summary>
    internal int Asked { get; private set; }

    public FrontEndpoints EndpointsOf(Generation generation, ServiceFront front)
    {
        Asked++;
        return Empty.Contains(front.Service.Name) ? FrontEndpoints.None
            : Pods.GetValueOrDefault(front.Service.Name) ?? standard.GetOrAdd(front, f => new FrontEndpoints([new FrontEndpoint(null, $"{f.Service.Name}-1", f.Declared, f.Bound)]));
    }

    public event Action? Changed
    {
        add { }
        remove { }
    }

    public IReadOnlyList<ServiceFront> All(Generation generation) => throw new NotSupportedException();

    public bool HasEndpoints(Generation generation, ServiceFront front) => !Empty.Contains(front.Service.Name);

    /// <summary>Asked only for the reason why nothing is ready.</summary>
    public FrontDecision Decide(Generation generation, ServiceFront front, IPAddress source) =>
        Empty.Contains(front.Service.Name) ? new FrontDecision(new NothingReady(), null, null) : throw new NotSupportedException();

    private sealed class NothingReady : IDecision
    {
        public IEnumerable<HopAccount> Tell() => [new HopAccount(Hop.Endpoint, "none", "none") { Reasons = [new Reason("web-1", false, "its readiness probe failed")] }];
    }
}
