using Microsoft.Extensions.DependencyInjection;
using Usher.Cli;
using Usher.Cli.Commands;
using Usher.Cli.Running;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Journey.Tests;

/// <summary>The request that <c>usher up</c> suggests: one that the road answers, by what <c>explain</c> decides.</summary>
public sealed class AnsweredRequestTests
{
    private const string Zone = """
        apiVersion: route53.services.k8s.aws/v1alpha1
        kind: HostedZone
        metadata: { name: example-com, namespace: shop }
        spec: { name: example.com }

        """;

    private static readonly Dictionary<string, (string Yaml, string? Wanted)> Cases = new()
    {
        ["an alb Ingress with a wildcard host, which no record set leads to"] = (Web + Alb("'*.example.com'", "/"), "https://any.example.com/ by address"),
        ["one with a path"] = (Web + Alb("'*.example.com'", "/app"), "https://any.example.com/app by address"),
        ["one with a wildcard that external-dns has made a record set of"] = (Web + Zone + ExternalDns("ingress") + Alb("'*.example.com'", "/"), "https://any.example.com/ by name"),
        ["one below the wildcard"] = (Web + Zone + ExternalDns("ingress") + Alb("'*.example.com'", "/a") + Alb("b.example.com", "/b", "other"), "https://b.example.com/b by name"),
        ["one without a host"] = (Web + Alb("", "/", listen: "{\"HTTP\":80}"), "http://LB/ by name"),
        ["one that listens for HTTP alone"] = (Web + Alb("a.example.com", "/app", listen: "{\"HTTP\":80}"), "http://a.example.com/app by address"),
        ["one whose answers are all redirects"] = (Web + Alb("a.example.com", "/", listen: "{\"HTTP\":80}").Replace("name: web, port: { number: 80 }", "name: away, port: { name: use-annotation }", StringComparison.Ordinal)
            .Replace("listen-ports:", "actions.away: '{\"type\":\"redirect\",\"redirectConfig\":{\"host\":\"b.example.com\",\"statusCode\":\"HTTP_302\"}}'\n    alb.ingress.kubernetes.io/listen-ports:", StringComparison.Ordinal), "http://a.example.com/ by address"),
        ["one without a target"] = (Web.Replace("app: web }, ports", "app: none }, ports", StringComparison.Ordinal) + Alb("a.example.com", "/"), null),
        ["a Gateway whose route is at the plain listener alone"] = (Web + Zone + ExternalDns("gateway-httproute") + Gateway("hostnames: [edge.example.com]"), "http://edge.example.com/ by name"),
        ["a Gateway whose route has another host than its listeners"] = (Web + Zone + ExternalDns("gateway-httproute") + Gateway("hostnames: [edge.example.org]"), null),
        ["a Gateway whose route has a path, and no record set"] = (Web + Gateway("hostnames: [edge.example.com]", "matches: [{ path: { type: PathPrefix, value: /v1 } }], "), "http://edge.example.com/v1 by address"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    private static string Web => """
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: web, namespace: shop }
        spec:
          selector: { matchLabels: { app: web } }
          template:
            metadata: { labels: { app: web } }
            spec: { containers: [{ name: web, image: "example.com/web:1", ports: [{ containerPort: 8080 }] }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: web, namespace: shop }
        spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
        ---

        """;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_first_one_that_explain_says_is_answered(string name)
    {
        var (yaml, wanted) = Cases[name];
        using var manifests = Manifests.Empty();
        manifests.Write("road.yaml", yaml);

        var (found, balancer) = await FindAsync(manifests.Path);

        Assert.Equal(wanted?.Replace("LB", balancer, StringComparison.Ordinal), found);
    }

    [Theory]
    [InlineData("samples/shop", "https://api.example.com/ by name")]
    [InlineData("samples/gateway", "http://shop.example.com/ by name")]
    [InlineData("tests/Journey/roads/nlb-tls", "https://w.example.com/ by name")]
    public async Task The_roads_here_have_one(string folder, string wanted) => Assert.Equal(wanted, (await FindAsync(Path.Combine(Tool.Root, folder))).Found);

    private static async Task<(string? Found, string? Balancer)> FindAsync(string path)
    {
        using var state = StateDirectory.Temporary();
        state.TryHold();
        await using var road = Road.ComposeToExplain(new RoadSettings { Paths = [path], DnsPort = 0, ApiPort = 0 }, state);
        var errors = new ErrorList();
        var generation = road.Compile(errors);
        Assert.True(generation is not null, string.Join('\n', errors.All));

        var found = AnsweredRequest.Of(road.Services.GetExplainer(), generation, ListenerLine.All(road.Services.GetRequiredService<ITargetHealth>(), generation));

        return (found is null ? null : $"{found.Url} by {(found.Named ? "name" : "address")}", generation.State.All<Usher.Model.Aws.LoadBalancer>().FirstOrDefault()?.Value.DnsName);
    }

    private static string Alb(string host, string path, string name = "web", string listen = "{\"HTTP\":80},{\"HTTPS\":443}") => $$"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: {{name}}
          namespace: shop
          annotations:
            alb.ingress.kubernetes.io/group.name: shop
            alb.ingress.kubernetes.io/target-type: ip
            alb.ingress.kubernetes.io/listen-ports: '[{{listen}}]'
        spec:
          ingressClassName: alb
          rules: [{ {{(host.Length == 0 ? "" : $"host: {host}, ")}}http: { paths: [{ path: {{path}}, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }]
        ---

        """;

    private static string ExternalDns(string source) => $$"""
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: external-dns, namespace: shop }
        spec:
          selector: { matchLabels: { app: external-dns } }
          template:
            metadata: { labels: { app: external-dns } }
            spec: { containers: [{ name: external-dns, image: "registry.k8s.io/external-dns/external-dns:v0.22.0", args: [--source={{source}}, --provider=aws, --txt-owner-id=t] }] }
        ---

        """;

    /// <summary>A Gateway with a plain listener and an encrypted one without a certificate.</summary>
    private static string Gateway(string hosts, string matches = "") => $$"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: GatewayClass
        metadata: { name: edge }
        spec: { controllerName: example.com/gateway-controller }
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: { name: edge, namespace: shop }
        spec:
          gatewayClassName: edge
          listeners:
            - { name: http, protocol: HTTP, port: 80, hostname: "*.example.com" }
            - { name: https, protocol: HTTPS, port: 443, hostname: "*.example.com", tls: { certificateRefs: [{ name: missing }] } }
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: { name: web, namespace: shop }
        spec:
          parentRefs: [{ name: edge, sectionName: http }]
          {{hosts}}
          rules: [{ {{matches}}backendRefs: [{ name: web, port: 80 }] }]

        """;
}
