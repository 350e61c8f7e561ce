using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>Desired state → snapshot, and every error with its object, field and message.</summary>
public sealed class CompilerTests
{
    private const string Classless = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: api, namespace: shop }\nspec: { ";
    private static readonly string Web = Service("web");
    private static readonly string Fine = $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]";

    private static readonly Dictionary<string, (string Yaml, string Error)> Wrong = new()
    {
        // IngressClasses
        ["no class"] = (Web + Classless + Fine + " }\n", "spec: names no ingressClassName and no IngressClass is the default, so no controller would serve it; there are nginx"),
        ["unknown class"] = (Web + Routes("api", "ingressClassName: other, " + Fine), "spec.ingressClassName: found 'other'; there is no such IngressClass; there are nginx"),
        ["misspelt class"] = (Web + Routes("api", "ingressClassName: nginxx, " + Fine), "spec.ingressClassName: found 'nginxx'; there is no such IngressClass; there are nginx. Did you mean nginx?"),
        ["unknown class by annotation"] = (
            Web + Classless.Replace("namespace: shop", "namespace: shop, annotations: { kubernetes.io/ingress.class: other }", StringComparison.Ordinal) + Fine + " }\n",
            "metadata.annotations.kubernetes.io/ingress.class: found 'other'; there is no such IngressClass; there are nginx"),

        // RouteCompiler
        ["nothing in it"] = (Routes("api", "rules: []"), "spec: has neither rules nor a defaultBackend; one of them is wanted"),
        ["path type"] = (Web + Routes("api", $"rules: [{Rule("a.com", Path("/", "Regex", "web"))}]"),
            "spec.rules[0].http.paths[0].pathType: found 'Regex'; Exact, Prefix or ImplementationSpecific is wanted"),
        ["no backend"] = (Web + Routes("api", $"rules: [{Rule("a.com", "{ path: /, pathType: Prefix }")}]"), "spec.rules[0].http.paths[0].backend: is missing"),
        ["host with a port"] = (Web + Routes("api", $"rules: [{Rule("a.com:80", Path("/", "Prefix", "web"))}]"),
            "spec.rules[0].host: found 'a.com:80'; a DNS name is wanted, with * only as the whole first label"),
        ["star inside a host"] = (Web + Routes("api", $"rules: [{Rule("a.*.com", Path("/", "Prefix", "web"))}]"),
            "spec.rules[0].host: found 'a.*.com'; a DNS name is wanted, with * only as the whole first label"),
        ["star in a label"] = (Web + Routes("api", $"rules: [{Rule("a*.com", Path("/", "Prefix", "web"))}]"),
            "spec.rules[0].host: found 'a*.com'; a DNS name is wanted, with * only as the whole first label"),
        ["snippet"] = (Web + Routes("api", Fine, Annotated("configuration-snippet: return 418")),
            "metadata.annotations.nginx.ingress.kubernetes.io/configuration-snippet: nginx configuration as text isn't run here; say it with an annotation of its own, or in the application"),
        ["misspelt annotation"] = (Web + Routes("api", Fine, Annotated("rewrite-targt: /")),
            "metadata.annotations.nginx.ingress.kubernetes.io/rewrite-targt: is no annotation of ingress-nginx; did you mean rewrite-target?"),
    };

    public static TheoryData<string> Names => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void One_thing_wrong_is_one_error(string name)
    {
        var (yaml, error) = Wrong[name];
        var told = new Cluster(yaml).Refusals;
        Assert.Equal([$"cluster.yaml:1: Ingress shop/api: {error}"], told);
    }

    [Theory]
    [InlineData("rewrite-targt: /", "did you mean rewrite-target? The Ingress isn't accepted, and nothing serves it")]
    [InlineData("configuration-snippet: return 418", "or in the application. The Ingress isn't accepted, and nothing serves it")]
    public void What_becomes_of_an_Ingress_begins_a_sentence(string annotation, string end) =>
        Assert.EndsWith(end, Assert.Single(new Cluster(Web + Routes("api", Fine, Annotated(annotation))).Told).Message, StringComparison.Ordinal);

    /// <summary>As on a cluster: the Ingress is taken, and its requests are answered 503 until what it names is there.</summary>
    [Theory]
    [InlineData("web", "{ name: http, port: 80 }", "none", "number: 80", "no-service", "backend.service.name: found 'none'; namespace shop has the Services web")]
    [InlineData("web", "{ name: http, port: 8080 }, { port: 9090 }", "web", "number: 80", "no-service-port", "backend.service.port: found 80; Service shop/web has the ports http (8080), 9090")]
    [InlineData("web", "{ name: http, port: 80 }", "web", "name: grpc", "no-service-port", "backend.service.port: found 'grpc'; Service shop/web has the ports http (80)")]
    public void A_Service_or_port_that_is_not_there_is_a_warning_and_a_503(string service, string ports, string named, string port, string code, string told)
    {
        var cluster = new Cluster(Service(service, ports) + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", named).Replace("number: 80", port, StringComparison.Ordinal))}]")).Valid();
        var field = $"spec.rules[0].http.paths[0].{told}";
        Assert.Equal($"cluster.yaml:1: Ingress shop/api: {field}. Requests are answered 503 until it is there", Assert.Single(cluster.Warnings.All).ToString());
        var decision = cluster.Decide("a.com", "/x");
        var answer = IngressAnswer.Of(decision);
        Assert.Equal((503, $"ingress.503.{code}", $"Ingress shop/api {field}"), (answer!.Status, answer.Outcome, answer.Problem));
    }

    [Fact]
    public void An_Ingress_of_a_class_that_is_not_there_stops_no_other()
    {
        var cluster = new Cluster(Web + Routes("slip", $"ingressClassName: ngnix, {Fine}") + Routes("api", $"rules: [{Rule("good.com", Path("/", "Prefix", "web"))}]")).Valid();
        Assert.Equal("Ingress shop/slip", Assert.Single(cluster.Told).Object);
        Assert.Equal("web", cluster.Chosen("good.com", "/"));
    }

    [Fact]
    public void A_class_that_is_not_there_hides_nothing_else()
    {
        var cluster = new Cluster(Web + Routes("api", $"ingressClassName: other, rules: [{Rule("a.com", Path("api", "Prefx", "web"))}]"));
        Assert.Equal(
            ["spec.ingressClassName", "spec.rules[0].http.paths[0].pathType"],
            cluster.Told.Select(e => e.Field).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Everything_wrong_is_told_together()
    {
        var cluster = new Cluster(Web + Routes("api",
            $"rules: [{Rule("a_b.com", Path("/", "Prefix", "web"))}, {Rule("b.com", Path("x", "Regex", "none"))}]"));
        Assert.Equal(
            ["spec.rules[0].host", "spec.rules[1].http.paths[0].pathType"],
            cluster.Errors.All.Select(e => e.Field).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_classes_it_says_so() =>
        Assert.Contains("no IngressClass is written here", Assert.Single(new Cluster(Web + Routes("api", Fine), standard: false).Told).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("annotations: { kubernetes.io/ingress.class: nginx }", "")]
    [InlineData("labels: {}", ", annotations: { ingressclass.kubernetes.io/is-default-class: \"true\" }")]
    public void The_class_can_be_the_old_annotation_or_the_default(string metadata, string classMetadata)
    {
        var cluster = new Cluster(
            Web + Classless.Replace("namespace: shop", "namespace: shop, " + metadata, StringComparison.Ordinal) + Fine + " }\n"
            + $"---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {{ name: standard{classMetadata} }}\nspec: {{ controller: k8s.io/ingress-nginx }}\n").Valid();
        Assert.Equal("web", cluster.Chosen("a.com", "/"));
    }

    [Fact]
    public void A_backend_is_the_services_virtual_ip_by_port_number_or_name()
    {
        var cluster = new Cluster(Service("web", "{ name: http, port: 80 }, { name: admin, port: 9090 }") + Routes("api",
            $"rules: [{Rule("a.com", Path("/", "Prefix", "web"), Path("/admin", "Prefix", "web").Replace("number: 80", "name: admin", StringComparison.Ordinal))}]")).Valid();
        var root = cluster.Decide("a.com", "/").Choice.Route!.Backend;
        var admin = cluster.Decide("a.com", "/admin").Choice.Route!.Backend;
        Assert.Equal(("shop/web:http", "10.96.0.1:80", "127.18.16.1:8080"), (root.Label, root.Front.Declared.ToString(), root.Front.Bound.ToString()));
        Assert.Equal(("shop/web:admin", "10.96.0.1:9090", "127.18.16.1:9090"), (admin.Label, admin.Front.Declared.ToString(), admin.Front.Bound.ToString()));
    }

    [Theory]
    [InlineData("registry.k8s.io/ingress-nginx/controller:v1.15.1", "[/nginx-ingress-controller]", "k8s.io/ingress-nginx 80 10254")]
    [InlineData("registry.k8s.io/ingress-nginx/controller:v1.15.1@sha256:abc",
        "[--http-port=8081, --healthz-port, '10000', --controller-class=example.com/own]", "example.com/own 8081 10000")]
    [InlineData("mirror.example.com/ingress-nginx/controller:v1", "[--http-port]", "k8s.io/ingress-nginx 80 10254")]
    [InlineData("nginx:1", "[]", null)]
    public void A_controller_is_known_by_its_image_and_arguments(string image, string args, string? expected)
    {
        var cluster = new Cluster($"apiVersion: v1\nkind: Pod\nmetadata: {{ name: p, namespace: shop }}\nspec: {{ containers: [{{ name: side, image: \"busybox:1\" }}, {{ name: c, image: \"{image}\", args: {args} }}] }}\nstatus: {{ podIP: 10.0.1.9 }}\n", standard: false);
        var found = ControllerImage.In(cluster.Controller.Pod);
        Assert.Equal(expected, found is null ? null : $"{found.Class} {found.HttpPort} {found.HealthPort}");
        if (found is not null) Assert.NotNull(cluster.Generation.Get<IngressSnapshot>().ControllerAt(cluster.Generation.Addresses.Bind(cluster.Controller.Key, found.HttpPort)));
    }
}
