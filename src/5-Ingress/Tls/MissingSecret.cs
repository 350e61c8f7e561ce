namespace Usher.Ingress;

/// <summary>What cert-manager would do for an Ingress or a Gateway, which isn't run here (cert-manager documentation, Annotated Ingress resource and Annotated Gateway resource).</summary>
internal static class MissingSecret
{
    private static readonly string[] Annotations = ["cert-manager.io/cluster-issuer", "cert-manager.io/issuer", "kubernetes.io/tls-acme"];

    /// <summary>What is said of a Secret after that it isn't there; empty where cert-manager wouldn't make it.</summary>
    /// <param name="annotations">The object's.</param>
    internal static string WouldMake(IDictionary<string, string>? annotations)
    {
        if (Annotations.FirstOrDefault(a => annotations?.ContainsKey(a) == true) is not { } name) return "";
        return $", which cert-manager would make ({name}: {annotations![name]}), and it isn't run here: write one of type kubernetes.io/tls";
    }
}
