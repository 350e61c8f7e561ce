using System.Text.RegularExpressions;
using k8s.Models;

namespace Usher.Model.Desired;

/// <summary>What a container says of the program in it, for parts of Usher that stand for an image: its image's repository, its words.</summary>
public static partial class ContainerWords
{
    /// <summary>The image without tag and digest; empty when it has none.</summary>
    public static string Repository(V1Container container)
    {
        ArgumentNullException.ThrowIfNull(container);
        var path = (container.Image ?? "").Split('@')[0];
        var colon = path.LastIndexOf(':');
        return colon > path.LastIndexOf('/') ? path[..colon] : path;
    }

    /// <summary>Its command and arguments, with <c>$(POD_NAMESPACE)</c> as the kubelet does it: a literal, or the pod's own name and namespace by the downward API.</summary>
    public static List<string> Of(V1Container container, V1Pod pod)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(pod);
        return [.. (container.Command ?? []).Concat(container.Args ?? []).Select(w => Expand(w, container, pod))];
    }

    private static string Expand(string word, V1Container container, V1Pod pod) => !word.Contains("$(", StringComparison.Ordinal) ? word : Reference().Replace(word, match =>
    {
        var variable = container.Env?.FirstOrDefault(e => e.Name == match.Groups[1].Value);
        return variable?.Value ?? variable?.ValueFrom?.FieldRef?.FieldPath switch
        {
            "metadata.namespace" => pod.Metadata?.NamespaceProperty ?? match.Value,
            "metadata.name" => pod.Metadata?.Name ?? match.Value,
            _ => match.Value,
        };
    });

    [GeneratedRegex(@"\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)")]
    private static partial Regex Reference();
}
