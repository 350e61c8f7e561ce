using System.Globalization;
using k8s.Models;

namespace Usher.Ingress;

/// <summary>A container that runs an ingress controller which Usher serves itself.</summary>
/// <param name="Class">The controller class, <c>--controller-class</c>.</param>
/// <param name="HttpPort"><c>--http-port</c>, 80 when not given.</param>
/// <param name="HealthPort"><c>--healthz-port</c>, 10254 when not given.</param>
internal sealed record ControllerImage(string Class, int HttpPort, int HealthPort)
{
    /// <summary>The class of ingress-nginx when its arguments say nothing else.</summary>
    internal const string NginxClass = "k8s.io/ingress-nginx";

    /// <summary>Reads a container's image and arguments; null when it is something else.</summary>
    internal static ControllerImage? Of(V1Container container)
    {
        if (container.Image is null || !container.Image.Contains("ingress-nginx/controller", StringComparison.Ordinal)) return null;
        var words = (container.Command ?? []).Concat(container.Args ?? []).ToList();
        return new ControllerImage(
            Argument(words, "--controller-class") ?? NginxClass, Number(words, "--http-port", 80), Number(words, "--healthz-port", 10254));
    }

    /// <summary>The controller in a pod, or null.</summary>
    internal static ControllerImage? In(V1Pod pod) => pod.Spec?.Containers?.Select(Of).FirstOrDefault(i => i is not null);

    private static int Number(List<string> words, string name, int otherwise) =>
        int.TryParse(Argument(words, name), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    /// <summary>The value of <c>--name=value</c> or <c>--name value</c>.</summary>
    private static string? Argument(List<string> words, string name)
    {
        var at = words.FindIndex(w => w == name || w.StartsWith(name + "=", StringComparison.Ordinal));
        if (at < 0) return null;
        return words[at].Length > name.Length ? words[at][(name.Length + 1)..] : words.ElementAtOrDefault(at + 1);
    }
}
