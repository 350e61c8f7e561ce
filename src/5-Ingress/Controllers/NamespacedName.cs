namespace Usher.Ingress;

/// <summary>The name of an object as settings of ingress-nginx have it: <c>name</c>, or <c>namespace/name</c>.</summary>
internal static class NamespacedName
{
    /// <summary>Its two parts.</summary>
    /// <param name="text">As written.</param>
    /// <param name="ns">The namespace of one that names none; empty where it has to name one, for then no object is found.</param>
    internal static (string Namespace, string Name) Of(string text, string ns)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (ns, text) : (text[..slash], text[(slash + 1)..]);
    }
}
