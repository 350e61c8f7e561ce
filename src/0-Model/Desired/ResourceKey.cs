namespace Usher.Model.Desired;

/// <summary>The identity of one object in the desired state, as Kubernetes names it.</summary>
/// <param name="Group">API group without version; empty for Kubernetes core.</param>
/// <param name="Kind">Kind, as in <c>kind:</c>.</param>
/// <param name="Namespace">Namespace; empty for cluster-scoped kinds.</param>
/// <param name="Name">Name within kind and namespace.</param>
public readonly record struct ResourceKey(string Group, string Kind, string Namespace, string Name)
{
    /// <summary>By namespace, then name; then kind and group.</summary>
    public static IComparer<ResourceKey> ByName { get; } = Comparer<ResourceKey>.Create(static (one, other) => ObjectTable.Compare(one, other));

    /// <summary>Where the kind is known: <c>shop/api</c>, <c>ip-10-0-1-10</c>.</summary>
    public string Short => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";

    /// <summary>As people write it: <c>Ingress shop/api</c>, <c>Node ip-10-0-1-10</c>.</summary>
    public override string ToString() => $"{Kind} {Short}";
}
