using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>The Secret that an annotation names, where the Ingress may use it.</summary>
/// <param name="reader">Reads the annotations, and takes what is wrong.</param>
/// <param name="context">Where Secrets are.</param>
/// <param name="ingress">The Ingress.</param>
/// <param name="config">Says whether it may use those of other namespaces.</param>
internal readonly struct NamedSecret(SettingReader reader, CompileContext context, Resource<V1Ingress> ingress, NginxConfig config)
{
    /// <summary>Finds it; null after an error.</summary>
    /// <param name="setting">The annotation.</param>
    /// <param name="name">What it says: <c>namespace/name</c>, or <c>name</c>.</param>
    /// <param name="standard">The namespace of a name without one; empty where it has to have one.</param>
    /// <param name="missing">What is told when there is none, by its namespace.</param>
    internal Resource<V1Secret>? Find(string setting, string name, string standard, Func<string, string> missing)
    {
        var (space, own) = NamespacedName.Of(name, standard);
        var nowhere = standard.Length == 0 && space.Length == 0;
        if (!nowhere && config.Crosses(ingress.Key.Namespace, space) is { } crosses) reader.Wrong(setting, name, crosses);
        else if (context.State.Find<V1Secret>(space, own) is { } found) return found;
        else reader.Wrong(setting, name, missing(space));
        return null;
    }
}
