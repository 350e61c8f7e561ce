using static Usher.Journey.Tests.OtherRoads.Added;

namespace Usher.Journey.Tests.OtherRoads;

/// <summary>ingress-nginx's own examples (kubernetes/ingress-nginx, docs/examples): what is asked of each, and what comes back.</summary>
internal static class NginxRoads
{
    internal static IReadOnlyList<OtherRoad> All { get; } =
    [
        new(["http-svc.yaml", "tls-termination/ingress.yaml"], Nginx() + Secret("tls-secret", hosts: "foo.bar.com"),
            "GET http://foo.bar.com/x → 308 https://foo.bar.com/x", "GET https://foo.bar.com/x → http-svc /x >x-forwarded-proto=https", "GET h2://foo.bar.com/ → http-svc", "TLS foo.bar.com:443 → CN=foo.bar.com http-svc", "GET http://other.com/ → 404"),
        new(["http-svc.yaml", "affinity/cookie/ingress.yaml"], Nginx(), "GET http://stickyingress.example.com/x → http-svc /x <set-cookie=route=*"),
        new(["http-svc.yaml", "auth/external-auth/ingress.yaml"], Nginx(), "GET http://external-auth-01.sample.com/ → 500"),
        new(["customization/external-auth-headers/echo-service.yaml"], Nginx() + Backends("demo-auth-service:80"),
            "GET http://public-demo-echo-service.kube.local/x → demo-echo-service /x", "GET http://secure-demo-echo-service.kube.local/ → demo-echo-service"),
        new(["customization/custom-errors/custom-default-backend.yaml"], Nginx(", --default-backend-service=default/nginx-errors"), "GET http://any.example.org/x → nginx-errors"),
        new(["multi-tls/multi-tls.yaml"], Nginx() + Secret("foobar", hosts: "foo.bar.com") + Secret("barbaz", hosts: "bar.baz.com"),
            "GET https://foo.bar.com/x → http-svc /x >x-forwarded-proto=https", "GET h2://bar.baz.com/y → nginx /y", "TLS foo.bar.com:443 → CN=foo.bar.com http-svc", "TLS bar.baz.com:443 → CN=bar.baz.com nginx",
            "GET http://foo.bar.com/x → 308 https://foo.bar.com/x", "GET http://bar.baz.com/y → 308 https://bar.baz.com/y", "GET https://other.com/ → 404"),
        new(["docker-registry/deployment.yaml"], Nginx() + Ingress("docker-registry", "docker-registry", "registry.example.org", 5000), "GET http://registry.example.org/v2/ → docker-registry /v2/"),
    ];

    /// <summary>Files that are refused by name: a host is a placeholder there, which a cluster refuses too.</summary>
    internal static IReadOnlyList<(string File, string Told)> Refused { get; } = [("docker-registry/ingress-with-tls.yaml", "registry.<your domain>")];

    private static string Ingress(string name, string ns, string host, int port) =>
        $"---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{ name: {name}, namespace: {ns} }}\nspec:\n  ingressClassName: nginx\n"
        + $"  rules: [{{ host: {host}, http: {{ paths: [{{ path: /, pathType: Prefix, backend: {{ service: {{ name: {name}, port: {{ number: {port} }} }} }} }}] }} }}]\n";
}
