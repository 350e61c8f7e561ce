using k8s.Models;

namespace Usher.Model.Desired;

/// <summary>The labels of namespaces (Kubernetes documentation, Namespaces, Automatic labelling).</summary>
public static class NamespaceLabels
{
    /// <summary>The label that an API server gives each namespace: its name.</summary>
    public const string Name = "kubernetes.io/metadata.name";

    /// <summary>Whether a namespace meets a selector. One that isn't written is taken to have the label with its name alone.</summary>
    /// <param name="state">Where namespaces are written.</param>
    /// <param name="ns">The namespace's name.</param>
    /// <param name="selector">The selector.</param>
    public static bool Meets(DesiredState state, string ns, V1LabelSelector selector)
    {
        ArgumentNullException.ThrowIfNull(state);
        var written = state.Find<V1Namespace>("", ns)?.Value.Metadata?.Labels ?? new Dictionary<string, string>();
        return LabelSelectors.Matches(selector, new Dictionary<string, string>(written, StringComparer.Ordinal) { [Name] = ns });
    }
}
