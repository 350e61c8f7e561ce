using System.Globalization;
using System.Net;
using System.Text;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Tests;

namespace Usher.LoadBalancer.Tests;

/// <summary>Kubernetes objects as YAML, in the file cluster.yaml, and what the controller makes of them.</summary>
internal sealed class AlbCluster
{
    internal const string Prefix = "alb.ingress.kubernetes.io/";

    /// <summary>The kinds that the Kubernetes client doesn't know.</summary>
    private static readonly Dictionary<string, Type> Kinds = new() { ["elbv2.k8s.aws/v1beta1/TargetGroupBinding"] = typeof(TargetGroupBinding), ["elbv2.k8s.aws/v1beta1/IngressClassParams"] = typeof(IngressClassParams) };

    private static readonly AwsScope Scope = AwsScope.Default;
    private readonly DesiredState written;

    internal AlbCluster(string yaml, params Resource[] more) => written = new DesiredState([.. Read(yaml), .. more]);

    internal ErrorList Errors { get; } = new();

    internal ErrorList Warnings { get; } = new();

    /// <summary>What isn't accepted, as it is told.</summary>
    internal IEnumerable<string> Refused => Warnings.All.Where(w => w.NotAccepted).Select(w => w.ToString()).Distinct();

    /// <summary>A Service that has what both target types want, and one pod.</summary>
    internal static string Service(string name = "web", string annotations = "") => $$"""
        apiVersion: v1
        kind: Service
        metadata: { name: {{name}}, namespace: shop, annotations: { {{annotations}} } }
        spec: { type: NodePort, selector: { app: {{name}} }, ports: [{ name: http, port: 80, targetPort: 8080, nodePort: 30080 }] }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: {{name}}-1, namespace: shop, labels: { app: {{name}} } }
        spec: { nodeName: node-a, containers: [{ name: app, image: app, ports: [{ name: web, containerPort: 8080 }] }] }
        ---

        """;

    /// <summary>An Ingress of class alb. Annotations as YAML, their names without the prefix.</summary>
    internal static string Ingress(string name, string spec, string annotations = "") => $$"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: {{name}}, namespace: shop, annotations: { {{annotations.Replace("~", Prefix, StringComparison.Ordinal)}} } }
        spec: { ingressClassName: alb, {{spec}} }
        ---

        """;

    /// <summary>One rule with one path that leads to web.</summary>
    internal static string Rule(string host = "", string path = "/", string type = "Prefix", string service = "web", string port = "number: 80") =>
        $"rules: [{{ {(host.Length == 0 ? "" : $"host: {host}, ")}http: {{ paths: [{Path(path, type, service, port)}] }} }}]";

    internal static string Path(string path, string type = "Prefix", string service = "web", string port = "number: 80") =>
        $"{{ path: '{path}', pathType: {type}, backend: {{ service: {{ name: {service}, port: {{ {port} }} }} }} }}";

    /// <summary>Who else refuses listeners.</summary>
    internal IReadOnlyList<IListenerTrial> Trials { get; init; } = [];

    /// <summary>The first names of certificates that aren't issued.</summary>
    internal IReadOnlyList<string> Pending { get; init; } = [];

    /// <summary>Who will make record sets.</summary>
    internal IReadOnlyList<IRecordSetForecast> Forecasts { get; init; } = [];

    /// <summary>Everything that follows.</summary>
    internal DesiredState Reconcile(DesiredState? previous = null, Observed? observed = null)
    {
        return written.With(new LoadBalancerController(Trials, Forecasts, new Statuses(Pending)).Reconcile(Context(observed), previous ?? DesiredState.Empty));
    }

    /// <summary>The same as a road that explains itself.</summary>
    internal Generation Compile()
    {
        var state = Reconcile();
        var context = Context(null) with { State = state };
        var pods = state.All<V1Pod>().Select((p, i) => new AddressClaim(p.Key, AddressBlock.Pod, IPAddress.Parse($"10.0.1.{i + 10}")));
        context = context with { Addresses = AddressPlan.In(new LoopbackRange(18)).Next(new LoadBalancerClaims().Claims(context).Concat(pods)) };
        return new Generation(1, state, context.Addresses, [new LoadBalancerCompiler().Compile(context)]) { Warnings = Warnings.All };
    }

    /// <summary>A written pod as it is made while this generation runs.</summary>
    internal V1Pod Admit(string pod, DesiredState running) => new GateInjection().For(Context(null), running)(Written<V1Pod>(pod));

    private CompileContext Context(Observed? observed) => new(written, AddressPlan.Empty, Scope, Errors) { Warnings = Warnings, Observed = observed ?? Observed.Nothing };

    /// <summary>The same, without an error.</summary>
    internal DesiredState Valid()
    {
        var state = Reconcile();
        Assert.Empty(Errors.All);
        Assert.Empty(Refused);
        return state;
    }

    /// <summary>A written object of namespace shop.</summary>
    internal T Written<T>(string name) where T : class => written.Find<T>("shop", name)!.Value;

    /// <summary>Gives an Ingress one more annotation, its name without the prefix.</summary>
    internal void Annotate(string ingress, string name, string value) => written.Find<V1Ingress>("shop", ingress)!.Value.Metadata.Annotations[Prefix + name] = value;

    /// <summary>The rules of a port in order: <c>host-header a.com; path-pattern /x → forward k8s-…</c>.</summary>
    internal IEnumerable<string> Rules(int port = 80) => Valid().All<ListenerRule>().Where(r => r.Key.Name.Contains($":{port}:", StringComparison.Ordinal)).OrderBy(r => r.Value.Priority).Select(r => Told(r.Value));

    internal static string Told(ListenerRule rule) => $"{string.Join("; ", rule.Conditions.Select(Told))} → {string.Join(", ", rule.Actions.Select(Told))}{string.Concat(rule.Transforms.Select(t => $" {t.Type} {t.Rewrites[0].Regex} {t.Rewrites[0].Replace}"))}";

    /// <summary>All that was made, as text.</summary>
    internal static string Tell(DesiredState state)
    {
        var told = new StringBuilder();
        foreach (var balancer in state.All<Model.Aws.LoadBalancer>())
        {
            var value = balancer.Value;
            Line($"{balancer.Key}: {value.Name} {value.Scheme} {value.DnsName} in {string.Join(" ", value.AvailabilityZones)}{Told(value.Attributes)}, of {value.Service?.ToString() ?? balancer.Origin.File}");
            foreach (var listener in state.All<Listener>().Where(l => l.Value.LoadBalancerArn == value.LoadBalancerArn).OrderBy(l => l.Value.Port))
            {
                var certificates = listener.Value.Certificates.Select(a => state.All<Certificate>().First(c => c.Value.CertificateArn == a).Value.DomainName);
                Line($"  {listener.Key}: {listener.Value.Protocol}:{listener.Value.Port}{(listener.Value.Protocol is "HTTPS" or "TLS" ? $" {listener.Value.SslPolicy} {string.Join(" ", certificates)}{(listener.Value.AlpnPolicy == "None" ? "" : $" {listener.Value.AlpnPolicy}")}" : "")}{Told(listener.Value.Attributes)}");
                foreach (var rule in state.All<ListenerRule>().Where(r => r.Value.ListenerArn == listener.Value.ListenerArn).OrderBy(r => r.Value.Priority)) Line($"    {rule.Value.Priority} {Told(rule.Value)}, of {rule.Value.Ingress}");
                Line($"    default → {string.Join(", ", listener.Value.DefaultActions.Select(Told))}{(listener.Value.Ingress is { } ingress ? $", of {ingress}" : "")}");
            }
        }

        foreach (var group in state.All<TargetGroup>())
        {
            var (value, check) = (group.Value, group.Value.HealthCheck);
            Line($"{group.Key}: {value.TargetType} {value.Protocol} {value.ProtocolVersion} {value.Port}{Told(value.Attributes)}");
            Line($"  check {check.Protocol} {check.Port} {check.Path} every {check.IntervalSeconds} s for {check.TimeoutSeconds} s, {check.HealthyThresholdCount} and {check.UnhealthyThresholdCount}, {check.Matcher}");
            foreach (var target in value.Targets) Line($"  {target.Pod?.ToString() ?? target.Id}:{target.Port}");
        }

        return told.ToString();

        void Line(FormattableString text) => told.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Told(IReadOnlyDictionary<string, string> attributes) => string.Concat(attributes.Select(a => $", {a.Key}={a.Value}"));

    private static string Told(RuleCondition condition) =>
        $"{condition.Field} {condition.HttpHeaderName}{(condition.HttpHeaderName is null ? "" : " ")}{string.Join(" ", condition.Values.Concat(condition.RegexValues.Select(r => $"regex {r}")).Concat(condition.QueryStrings.Select(q => $"{q.Key}={q.Value}")))}";

    private static string Told(RuleAction action) => action switch
    {
        { Redirect: { } r } => $"redirect {r.StatusCode} {r.Protocol}://{r.Host}:{r.Port}{r.Path}?{r.Query}",
        { FixedResponse: { } f } => $"fixed-response {f.StatusCode} {f.ContentType} {f.MessageBody}".TrimEnd(),
        { JwtValidation: { } j } => $"jwt-validation {j.Issuer} {j.JwksEndpoint}",
        _ => $"forward {string.Join(" ", action.TargetGroups.Select(t => $"{t.TargetGroupArn.Split('/')[1]} {t.Weight}"))}{(action.StickinessSeconds is { } seconds ? $" sticky {seconds}" : "")}",
    };

    private static IEnumerable<Resource> Read(string yaml)
    {
        foreach (var (name, zone) in new[] { ("node-a", "us-east-1a"), ("node-b", "us-east-1b") })
        {
            yield return new Resource(new ResourceKey("", "Node", "", name), new V1Node
            {
                Metadata = new V1ObjectMeta { Name = name, Labels = new Dictionary<string, string> { ["zone"] = zone[^1..] } }, Spec = new V1NodeSpec { ProviderID = $"aws:///{zone}/i-{name}" },
            }, Origin.Derived);
        }

        foreach (var written in ClusterYaml.Read(yaml.TrimEnd().TrimEnd('-'), Kinds)) yield return written;
    }

    private sealed class Statuses(IReadOnlyList<string> pending) : ICertificateStatuses
    {
        Func<Certificate, string?> ICertificateStatuses.Pending(CompileContext context) => c => pending.Contains(c.DomainName) ? "its record isn't there" : null;
    }
}

/// <summary>Somebody who will make record sets.</summary>
internal sealed class Forecast(Func<CompileContext, IReadOnlyList<RecordSet>> sets) : IRecordSetForecast
{
    public IReadOnlyList<RecordSet> Of(CompileContext context, DesiredState previous) => sets(context);
}
