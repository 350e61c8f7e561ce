using System.Security.Cryptography;
using Usher.Wire.Tests.Peers;

namespace Usher.Journey.Tests.OtherRoads;

/// <summary>What other people's manifests leave out, made from names.</summary>
internal static class Added
{
    /// <summary>The Service of the ingress controller.</summary>
    internal const string Controller = "ingress-nginx-controller";

    /// <summary>Services, each with a Deployment of one pod whose image is a stand-in's: <c>ns/name:port</c>, without namespace in the default one, with <c>/UDP</c> behind the port for datagrams.</summary>
    internal static string Backends(params string[] names) => string.Concat(names.Select(written =>
    {
        var udp = written.EndsWith("/UDP", StringComparison.Ordinal);
        var (name, port) = (written.Split(':')[0], written.Split(':')[1].Replace("/UDP", "", StringComparison.Ordinal));
        var (ns, own) = name.Contains('/', StringComparison.Ordinal) ? (name.Split('/')[0], name.Split('/')[1]) : ("default", name);
        return Service(own, ns, $"{{ port: {port}{(udp ? ", protocol: UDP" : "")} }}") + Deployment(own, ns, $"example.org/{own}:1", $"{{ containerPort: {port}{(udp ? ", protocol: UDP" : "")} }}");
    }));

    internal static string Service(string name, string ns, string port) =>
        $"---\napiVersion: v1\nkind: Service\nmetadata: {{ name: {name}, namespace: {ns} }}\nspec: {{ selector: {{ app: {name} }}, ports: [{port}] }}\n";

    internal static string Deployment(string name, string ns, string image, string port) =>
        $"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: {name}, namespace: {ns} }}\nspec:\n  selector: {{ matchLabels: {{ app: {name} }} }}\n  template:\n"
        + $"    metadata: {{ labels: {{ app: {name} }} }}\n    spec: {{ containers: [{{ name: c, image: \"{image}\", ports: [{port}] }}] }}\n";

    /// <summary>A Gateway of the default namespace unless said, and its class; without listeners, one of HTTP at 80. <c>name:PROTOCOL:port</c> is a listener.</summary>
    internal static string Gateway(string name, string ns = "default", string className = "example", params string[] listeners) =>
        Class(className) + $"---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{ name: {name}, namespace: {ns} }}\nspec:\n  gatewayClassName: {className}\n  listeners:\n"
        + string.Concat((listeners.Length == 0 ? ["http:HTTP:80"] : listeners).Select(l => $"    - {{ name: {l.Split(':')[0]}, protocol: {l.Split(':')[1]}, port: {l.Split(':')[2]} }}\n"));

    internal static string Class(string name) => $"---\napiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {{ name: {name} }}\nspec: {{ controllerName: example.org/gateways }}\n";

    /// <summary>A namespace; its labels in YAML's flow style, without the braces.</summary>
    internal static string Namespace(string name, string labels = "") => $"---\napiVersion: v1\nkind: Namespace\nmetadata: {{ name: {name}, labels: {{ {labels} }} }}\n";

    /// <summary>A TLS Secret whose certificate, signed by itself, is for these hosts.</summary>
    internal static string Secret(string name, string ns = "default", params string[] hosts)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = TestCertificates.SelfSigned(key, hosts);
        return $"---\napiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata: {{ name: {name}, namespace: {ns} }}\nstringData:\n{Pem("tls.crt", certificate.ExportCertificatePem())}{Pem("tls.key", key.ExportPkcs8PrivateKeyPem())}";
    }

    /// <summary>A ConfigMap with a certificate in <c>ca.crt</c>, in the default namespace.</summary>
    internal static string Authority(string name, string pem) => $"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: {name} }}\ndata:\n{Pem("ca.crt", pem)}";

    /// <summary>An ingress controller of class nginx with its Service.</summary>
    internal static string Nginx(string arguments = "") =>
        Namespace("ingress-nginx") + "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: { name: nginx }\nspec: { controller: k8s.io/ingress-nginx }\n"
        + Service(Controller, "ingress-nginx", "{ name: http, port: 80 }, { name: https, port: 443 }")
        + Deployment(Controller, "ingress-nginx", "registry.k8s.io/ingress-nginx/controller:v1.15.1", "{ containerPort: 80 }, { containerPort: 443 }").Replace(
            "name: c,", $"name: c, args: [/nginx-ingress-controller, --ingress-class=nginx{arguments}], readinessProbe: {{ httpGet: {{ path: /healthz, port: 10254 }}, periodSeconds: 1 }},", StringComparison.Ordinal);

    private static string Pem(string key, string pem) => $"  {key}: |\n{string.Concat(pem.TrimEnd().Split('\n').Select(l => $"    {l}\n"))}";
}
