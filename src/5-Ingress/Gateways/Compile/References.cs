using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>Which references into other namespaces are permitted: those that a ReferenceGrant there allows (Gateway API, ReferenceGrant).</summary>
internal sealed class References(CompileContext context)
{
    private readonly ILookup<string, Resource<ReferenceGrant>> grants = context.State.All<ReferenceGrant>().ToLookup(g => g.Key.Namespace, StringComparer.Ordinal);

    /// <summary>Whether an object may refer to another.</summary>
    /// <param name="from">Who refers.</param>
    /// <param name="group">The other's group.</param>
    /// <param name="kind">The other's kind.</param>
    /// <param name="ns">The other's namespace.</param>
    /// <param name="name">The other's name.</param>
    internal bool Allows(in ResourceKey from, string group, string kind, string ns, string name)
    {
        if (ns == from.Namespace) return true;
        foreach (var grant in grants[ns])
        {
            foreach (var to in grant.Value.Spec.To)
            {
                if (to.Group != group || to.Kind != kind || (!string.IsNullOrEmpty(to.Name) && to.Name != name)) continue;
                foreach (var allowed in grant.Value.Spec.From)
                {
                    if (allowed.Group == from.Group && allowed.Kind == from.Kind && allowed.Namespace == from.Namespace) return true;
                }
            }
        }

        return false;
    }

    /// <summary>What is said where it isn't allowed.</summary>
    internal static string NotAllowed(in ResourceKey from, string kind, string ns, string name) =>
        $"{kind} {ns}/{name} is in another namespace, and no ReferenceGrant there lets {from.Kind}s of namespace {from.Namespace} refer to it";
}
