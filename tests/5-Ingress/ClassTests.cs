using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>Several controllers, their classes, and Ingresses that are for none of them.</summary>
public sealed class ClassTests
{
    private const string Classes = """
        apiVersion: networking.k8s.io/v1
        kind: IngressClass
        metadata: { name: nginx }
        spec: { controller: k8s.io/ingress-nginx }
        ---
        apiVersion: networking.k8s.io/v1
        kind: IngressClass
        metadata: { name: internal }
        spec: { controller: example.com/internal }
        ---
        apiVersion: networking.k8s.io/v1
        kind: IngressClass
        metadata: { name: other }
        spec: { controller: example.com/other }
        ---
        apiVersion: networking.k8s.io/v1
        kind: IngressClass
        metadata: { name: alb }
        spec: { controller: ingress.k8s.aws/alb }

        """;

    private static readonly string Controllers =
        Pod("public", "10.0.1.20", "/nginx-ingress-controller, --election-id=public")
        + Pod("private", "10.0.1.21", "/nginx-ingress-controller, --controller-class=example.com/internal, --ingress-class=internal, --watch-ingress-without-class=true")
        + Pod("team", "10.0.1.22", "/nginx-ingress-controller, --watch-namespace=team");

    [Fact]
    public void Each_controller_serves_its_own_class()
    {
        var cluster = new Cluster(
            Classes + Controllers + Service("web") + Service("admin") + Service("free") + Service("old")
            + Routes("web", $"ingressClassName: nginx, rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]")
            + Routes("admin", $"ingressClassName: internal, rules: [{Rule("a.com", Path("/", "Prefix", "admin"))}]")
            + Routes("free", $"rules: [{Rule("free.com", Path("/", "Prefix", "free"))}]").Replace("ingressClassName: nginx, ", "", StringComparison.Ordinal)
            + Routes("old", $"rules: [{Rule("old.com", Path("/", "Prefix", "old"))}]", ", annotations: { kubernetes.io/ingress.class: internal }").Replace("ingressClassName: nginx, ", "", StringComparison.Ordinal),
            standard: false).Valid();
        Assert.Empty(cluster.Warnings.All);
        string Ask(string pod, string host) => cluster.Ask($"GET http://{host}/", plan: cluster.PlanOf(pod));
        Assert.Equal(("web", "404", "404"), (Ask("public", "a.com"), Ask("public", "free.com"), Ask("public", "old.com")));
        Assert.Equal(("admin", "free", "old"), (Ask("private", "a.com"), Ask("private", "free.com"), Ask("private", "old.com")));
        // --watch-namespace: the Ingresses are in another.
        Assert.Equal("404", Ask("team", "a.com"));
    }

    [Fact]
    public void A_class_of_another_controller_is_told_once_and_stops_nothing()
    {
        var cluster = new Cluster(
            Classes + Controllers + Service("web")
            + Routes("edge", $"ingressClassName: alb, rules: [{Rule("a.com", Path("/", "Prefix", "nobody"))}]")
            + Routes("other", $"ingressClassName: other, rules: [{Rule("a.com", Path("/", "Prefix", "nobody"))}]")
            + Routes("mesh", $"ingressClassName: traefik, rules: [{Rule("a.com", Path("/", "Prefix", "nobody"))}]")
            + Routes("web", $"ingressClassName: nginx, rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]"),
            standard: false).Valid();
        Assert.Equal("web", cluster.Ask("GET http://a.com/", plan: cluster.PlanOf("public")));
        Assert.Equal(
            [
                "cluster.yaml:1: Ingress shop/mesh: spec.ingressClassName: class 'traefik' belongs to a controller that Usher doesn't run, so nothing serves this Ingress here",
                "cluster.yaml:1: Ingress shop/other: spec.ingressClassName: IngressClass other is for the controller 'example.com/other', which Usher doesn't run, so nothing serves this Ingress here",
            ],
            cluster.Warnings.All.Select(w => w.ToString()));
    }

    [Fact]
    public void A_class_that_is_taken_away_is_no_slip_of_itself()
    {
        var ingress = Service("web") + Routes("a", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]");
        var cluster = new Cluster(Pod("controller", "10.0.1.20", "/nginx-ingress-controller") + ingress, standard: false, before: new Cluster(ingress).Valid());
        Assert.Equal(
            "spec.ingressClassName: found 'nginx'; there is no such IngressClass; no IngressClass is written here; one with spec.controller k8s.io/ingress-nginx comes with ingress-nginx's manifests", Assert.Single(cluster.Warnings.All.Select(w => $"{w.Field}: {w.Message}")));
        Assert.Equal("404", cluster.Ask("GET http://a.com/"));
    }

    [Fact]
    public void The_old_annotation_is_compared_with_the_argument_of_the_controller()
    {
        var cluster = new Cluster(
            Classes + Pod("public", "10.0.1.20", "--ingress-class=edge") + Service("web")
            + Routes("web", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", ", annotations: { kubernetes.io/ingress.class: nginx }").Replace("ingressClassName: nginx, ", "", StringComparison.Ordinal),
            standard: false).Valid();
        Assert.Equal("404", cluster.Ask("GET http://a.com/", plan: cluster.PlanOf("public")));
        Assert.EndsWith("the old annotation is compared with --ingress-class, which is edge", Assert.Single(cluster.Warnings.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_controllers_pod_an_ingress_is_read_all_the_same()
    {
        var cluster = new Cluster(Classes + Routes("web", $"ingressClassName: nginx, rules: [{Rule("a.com", Path("/", "Prefix", "nobody"))}]"), standard: false);
        cluster.Valid();
        Assert.Contains(cluster.Warnings.All, w => w.Message.Contains("found 'nobody'", StringComparison.Ordinal));
        Assert.Contains(cluster.Warnings.All, w => w.Message.Contains("no pod here runs that controller", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_wrong_is_told_once_whoever_reads_it()
    {
        var cluster = new Cluster(
            Classes + Pod("one", "10.0.1.20", "--healthz-port=10255") + Pod("two", "10.0.1.21", "--healthz-port=10256")
            + Routes("web", $"ingressClassName: nginx, rules: [{Rule("a.com", Path("/", "Regex", "nobody"))}]"), standard: false);
        Assert.Single(cluster.Errors.All);
    }

    [Fact]
    public void Arguments_that_arent_carried_out_are_told()
    {
        var cluster = new Cluster(Classes + Pod("public", "10.0.1.20", "--udp-services-configmap=a/c, --tcp-services-configmap=a/b, --disable-catch-all=false"), standard: false).Valid();
        Assert.Equal("of the ingress controller's arguments, --tcp-services-configmap --udp-services-configmap isn't carried out", Assert.Single(cluster.Warnings.All).Message);
    }

    [Fact]
    public void The_controllers_own_default_backend_takes_hosts_that_nobody_has()
    {
        var cluster = new Cluster(
            Classes + Pod("public", "10.0.1.20", "--default-backend-service=shop/errors") + Service("errors") + Service("web")
            + Routes("web", $"ingressClassName: nginx, rules: [{Rule("a.com", Path("/", "Exact", "web"))}]"), standard: false).Valid();
        Assert.Equal("errors", cluster.Ask("GET http://b.com/x", plan: cluster.PlanOf("public")));
        Assert.Equal("errors", cluster.Ask("GET http://a.com/x", plan: cluster.PlanOf("public")));
    }
}
