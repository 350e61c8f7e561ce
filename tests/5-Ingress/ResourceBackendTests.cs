using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>Backends that are resources in a Service's place: the Ingress is accepted, and what leads to one is skipped, as in ingress-nginx.</summary>
public sealed class ResourceBackendTests
{
    private const string Bucket = "{ resource: { apiGroup: k8s.example.com, kind: StorageBucket, name: icons } }";
    private const string Icons = $"{{ path: /icons, pathType: Prefix, backend: {Bucket} }}";
    private const string Skipped = "found StorageBucket icons of k8s.example.com; ingress-nginx leads to Services alone, and skips the path: its requests are those of a less specific path of the host, else of the default backend, else 404";
    private const string SkippedByDefault = "found StorageBucket icons of k8s.example.com; ingress-nginx leads to Services alone, and skips this: requests that no path takes are for the controller's own default backend, else 404";

    private static readonly string Services = Service("web") + Service("all") + Service("canary");

    /// <summary>The spec, a request, who takes it, and the fields that a warning names.</summary>
    private static readonly Dictionary<string, (string Yaml, string Host, string Path, string Taken, string[] Warned)> Skips = new()
    {
        ["nobody else has the path"] = (Routes("api", $"rules: [{Rule("a.com", Icons, Path("/v1", "Prefix", "web"))}]"), "a.com", "/icons/x", "NotFound", ["spec.rules[0].http.paths[0].backend.resource"]),
        ["its other paths are served"] = (Routes("api", $"rules: [{Rule("a.com", Icons, Path("/v1", "Prefix", "web"))}]"), "a.com", "/v1/x", "web", ["spec.rules[0].http.paths[0].backend.resource"]),
        ["a less specific path takes it"] = (Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"), Icons)}]"), "a.com", "/icons/x", "web", ["spec.rules[0].http.paths[1].backend.resource"]),
        ["another Ingress has the same path"] = (Routes("api", $"rules: [{Rule("a.com", Icons)}]") + Routes("b", $"rules: [{Rule("a.com", Path("/icons", "Prefix", "web"))}]"), "a.com", "/icons/x", "web", ["spec.rules[0].http.paths[0].backend.resource"]),
        ["its default backend takes it"] = (Routes("api", $"defaultBackend: {To("all")}, rules: [{Rule("a.com", Icons)}]"), "a.com", "/icons/x", "all", ["spec.rules[0].http.paths[0].backend.resource"]),
        ["the host is its own still"] = (Routes("api", $"rules: [{Rule("a.com", Icons)}]") + Routes("b", $"rules: [{Rule("", Path("/", "Prefix", "web"))}]"), "a.com", "/icons/x", "NotFound", ["spec.rules[0].http.paths[0].backend.resource"]),
        ["a default backend beside rules"] = (Routes("api", $"defaultBackend: {Bucket}, rules: [{Rule("a.com", Path("/v1", "Prefix", "web"))}]"), "a.com", "/v2", "NotFound", ["spec.defaultBackend.resource"]),
        ["a default backend alone"] = (Routes("api", $"defaultBackend: {Bucket}"), "a.com", "/", "NotFound", ["spec.defaultBackend.resource"]),
        ["another catch-all"] = (Routes("api", $"defaultBackend: {Bucket}") + Routes("b", $"defaultBackend: {To("all")}"), "a.com", "/", "all", ["spec.defaultBackend.resource"]),
        ["a canary"] = (Routes("main", $"rules: [{Rule("a.com", Path("/icons", "Prefix", "web"))}]") + Routes("api", $"rules: [{Rule("a.com", Icons)}]", Annotated("canary: \"true\"", "canary-weight: \"100\"")), "a.com", "/icons", "web",
            ["spec.rules[0].http.paths[0].backend.resource"]),
        ["a regular expression beside it"] = (Routes("api", $"rules: [{Rule("a.com", Path("/v[12]", "ImplementationSpecific", "web"), Icons)}]", Annotated("use-regex: \"true\"")), "a.com", "/icons/x", "NotFound", ["spec.rules[0].http.paths[1].backend.resource"]),
    };

    public static TheoryData<string> Names => [.. Skips.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_skipped_and_told(string name)
    {
        var (yaml, host, path, taken, warned) = Skips[name];

        var cluster = new Cluster(Services + yaml).Valid();

        Assert.Equal(taken, cluster.Chosen(host, path));
        Assert.Equal(warned.Select(f => $"cluster.yaml:1: Ingress shop/api: {f}: {(f == "spec.defaultBackend.resource" ? SkippedByDefault : Skipped)}"), cluster.Warnings.All.Select(w => w.ToString()));
        Assert.Empty(cluster.Told);
    }

    [Fact]
    public void Where_a_request_goes_elsewhere_the_skipped_path_is_among_the_reasons()
    {
        var cluster = new Cluster(Services + Routes("api", $"rules: [{Rule("a.com", Icons, Path("/v1", "Prefix", "web"))}]")).Valid();
        Assert.Contains(cluster.Decide("a.com", "/icons/x").Tell().Single().Reasons, r =>
            !r.Chosen && r.Candidate == "shop/api: a.com /icons (Prefix)" && r.Why == "its backend is StorageBucket icons of k8s.example.com, and no Service: ingress-nginx skips the path");
    }

    [Fact]
    public void A_Service_in_its_place_serves_the_path()
    {
        var before = new Cluster(Services + Routes("api", $"rules: [{Rule("a.com", Icons)}]")).Valid();
        var after = new Cluster(Services + Routes("api", $"rules: [{Rule("a.com", Path("/icons", "Prefix", "web"))}]"), before: before).Valid();
        Assert.Equal(("NotFound", "web"), (before.Chosen("a.com", "/icons"), after.Chosen("a.com", "/icons")));
        Assert.Empty(after.Warnings.All);
    }
}
