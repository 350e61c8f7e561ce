using System.Globalization;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Ingress;

/// <summary>A container that runs an ingress controller which Usher serves itself, and what its arguments say (ingress-nginx, Command line arguments).</summary>
/// <param name="Class">The controller class, <c>--controller-class</c>.</param>
/// <param name="HttpPort"><c>--http-port</c>, 80 when not given.</param>
/// <param name="HealthPort"><c>--healthz-port</c>, 10254 when not given.</param>
internal sealed record ControllerImage(string Class, int HttpPort, int HealthPort)
{
    /// <summary>The class of ingress-nginx when its arguments say nothing else.</summary>
    internal const string NginxClass = "k8s.io/ingress-nginx";

    /// <summary>A controller without arguments.</summary>
    internal static readonly ControllerImage Standard = new(NginxClass, 80, 10254);

    /// <summary>Flags that change what reaches a backend and that aren't carried out.</summary>
    private static readonly string[] NotCarriedOut =
    [
        "--tcp-services-configmap", "--udp-services-configmap", "--annotations-prefix", "--watch-namespace-selector", "--disable-catch-all",
        "--enable-topology-aware-routing", "--deep-inspect",
    ];

    /// <summary><c>--https-port</c>, 443 when not given.</summary>
    public int HttpsPort { get; init; } = 443;

    /// <summary><c>--ingress-class</c>: the value of the old annotation that it takes, <c>nginx</c> when not given.</summary>
    public string IngressClass { get; init; } = "nginx";

    /// <summary><c>--ingress-class-by-name</c>: takes the IngressClass of that name too, whatever controller that names.</summary>
    public bool ByName { get; init; }

    /// <summary><c>--watch-ingress-without-class</c>.</summary>
    public bool WithoutClass { get; init; }

    /// <summary><c>--enable-ssl-passthrough</c>.</summary>
    public bool SslPassthrough { get; init; }

    /// <summary><c>--enable-annotation-validation</c>.</summary>
    public bool ValidatesAnnotations { get; init; } = true;

    /// <summary><c>--watch-namespace</c>; null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary><c>--configmap</c>, <c>namespace/name</c>; null when not given.</summary>
    public string? ConfigMap { get; init; }

    /// <summary><c>--default-ssl-certificate</c>, <c>namespace/name</c>; null when not given.</summary>
    public string? DefaultCertificate { get; init; }

    /// <summary><c>--default-backend-service</c>, <c>namespace/name</c>; null when not given.</summary>
    public string? DefaultBackend { get; init; }

    /// <summary><c>--publish-service</c>, <c>namespace/name</c>; null when not given.</summary>
    public string? PublishService { get; init; }

    /// <summary><c>--publish-status-address</c>: addresses with commas between them; null when not given.</summary>
    public string? PublishStatusAddress { get; init; }

    /// <summary><c>--report-node-internal-ip-address</c>.</summary>
    public bool ReportNodeInternalIp { get; init; }

    /// <summary><c>--update-status</c>.</summary>
    public bool UpdateStatus { get; init; } = true;

    /// <summary>Flags that are there and aren't carried out, each in one string so that equal containers are equal.</summary>
    public string Ignored { get; init; } = "";

    /// <summary>Whether a container is an ingress controller.</summary>
    internal static bool Is(V1Container container)
    {
        var path = ContainerWords.Repository(container);
        return path.EndsWith("ingress-nginx/controller", StringComparison.Ordinal) || path.EndsWith("ingress-nginx/controller-chroot", StringComparison.Ordinal)
            || path[(path.LastIndexOf('/') + 1)..] is "nginx-ingress-controller" or "ingress-nginx-controller";
    }

    /// <summary>The controller in a pod, or null.</summary>
    internal static ControllerImage? In(V1Pod pod) => pod.Spec?.Containers?.FirstOrDefault(Is) is { } container ? Of(container, pod) : null;

    /// <summary>The pods that a controller runs in.</summary>
    internal static IReadOnlyList<(Resource<V1Pod> Pod, ControllerImage Image)> PodsIn(DesiredState state) =>
        [.. state.List<V1Pod>().Select(p => (Pod: p, Image: In(p.Value))).Where(p => p.Image is not null).Select(p => (p.Pod, p.Image!))];

    private static ControllerImage Of(V1Container container, V1Pod pod)
    {
        var words = ContainerWords.Of(container, pod);
        return new ControllerImage(Argument(words, "--controller-class") ?? NginxClass, Number(words, "--http-port", 80), Number(words, "--healthz-port", 10254))
        {
            HttpsPort = Number(words, "--https-port", 443),
            IngressClass = Argument(words, "--ingress-class") ?? "nginx",
            ByName = Flag(words, "--ingress-class-by-name"),
            WithoutClass = Flag(words, "--watch-ingress-without-class"),
            SslPassthrough = Flag(words, "--enable-ssl-passthrough"),
            ValidatesAnnotations = Argument(words, "--enable-annotation-validation") != "false",
            Namespace = Argument(words, "--watch-namespace") is { Length: > 0 } only ? only : null,
            ConfigMap = Argument(words, "--configmap"),
            DefaultCertificate = Argument(words, "--default-ssl-certificate"),
            DefaultBackend = Argument(words, "--default-backend-service"),
            PublishService = Argument(words, "--publish-service"),
            PublishStatusAddress = Argument(words, "--publish-status-address"),
            ReportNodeInternalIp = Flag(words, "--report-node-internal-ip-address"),
            UpdateStatus = Argument(words, "--update-status") != "false",
            Ignored = string.Join(' ', NotCarriedOut.Where(f => words.Exists(w => (w == f || w.StartsWith(f + "=", StringComparison.Ordinal)) && !w.EndsWith("=false", StringComparison.Ordinal)))),
        };
    }

    private static int Number(List<string> words, string name, int otherwise) =>
        int.TryParse(Argument(words, name), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static bool Flag(List<string> words, string name) => words.Contains(name) || Argument(words, name) == "true";

    /// <summary>The value of <c>--name=value</c> or <c>--name value</c>.</summary>
    private static string? Argument(List<string> words, string name)
    {
        var at = words.FindIndex(w => w == name || w.StartsWith(name + "=", StringComparison.Ordinal));
        if (at < 0) return null;
        return words[at].Length > name.Length ? words[at][(name.Length + 1)..] : words.ElementAtOrDefault(at + 1);
    }
}
