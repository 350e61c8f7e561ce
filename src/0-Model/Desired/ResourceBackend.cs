using k8s.Models;

namespace Usher.Model.Desired;

/// <summary>An Ingress's backend that is another object of its namespace in a Service's place (Kubernetes, Ingress, "Resource backends"). No controller of this road leads to one.</summary>
public static class ResourceBackend
{
    /// <summary>The object, for people: <c>StorageBucket icons of k8s.example.com</c>; null for a backend that is a Service.</summary>
    public static string? Of(V1IngressBackend? backend) => backend is { Service: null, Resource: { } resource }
        ? $"{resource.Kind} {resource.Name}{(string.IsNullOrEmpty(resource.ApiGroup) ? "" : $" of {resource.ApiGroup}")}"
        : null;
}
