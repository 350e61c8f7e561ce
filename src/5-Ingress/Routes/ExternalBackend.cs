using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// A Service of type ExternalName as a backend. ingress-nginx asks its name server for the name every second and dials what that answers; of names, those of this cluster's own Services with a virtual IP lead somewhere on this road.
/// </summary>
internal static class ExternalBackend
{
    private const string Suffix = ".svc.cluster.local";

    /// <summary>Where the name leads; null when that is nowhere on this road.</summary>
    /// <param name="context">The desired state, and the road's addresses.</param>
    /// <param name="service">The Service of type ExternalName.</param>
    /// <param name="port">The port that the Ingress names.</param>
    /// <param name="upstream">What ingress-nginx calls the backend.</param>
    /// <param name="why">Why it leads nowhere, and what to name instead.</param>
    internal static BackendPlan? Of(CompileContext context, Resource<V1Service> service, V1ServiceBackendPort? port, string upstream, out string why)
    {
        var name = service.Value.Spec.ExternalName?.TrimEnd('.') ?? "";
        why = $"{service.Key} is an ExternalName for {name}, which is no Service of this road with a virtual IP (NAME.NAMESPACE{Suffix}); name a Service of the road";
        if (!name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) || name[..^Suffix.Length].Split('.') is not [var target, var ns]) return null;
        if (context.State.Find<V1Service>(ns, target) is not { } found || context.Addresses.Find(found.Key) is null) return null;
        var number = Number(service.Value.Spec.Ports, port);
        if (found.Value.Spec.Ports?.FirstOrDefault(p => p.Port == number && (p.Protocol ?? "TCP") == "TCP") is not { } there)
        {
            why = $"{service.Key} leads to port {number} of {found.Key}, which has the ports {string.Join(", ", found.Value.Spec.Ports?.Select(p => p.Port) ?? [])}; name one of these as its targetPort";
            return null;
        }

        return BackendPlan.Of(context, found, there, upstream) with { ExternalName = $"{service.Key.Short} ({name})", WrittenService = service.Key.Name };
    }

    /// <summary>The target port of the Service's port that is named, else the number itself (externalNamePorts).</summary>
    private static int? Number(IList<V1ServicePort>? ports, V1ServiceBackendPort? port)
    {
        var written = ports?.FirstOrDefault(p => port?.Name is { Length: > 0 } name ? p.Name == name : p.Port == port?.Number || p.TargetPort?.Value == $"{port?.Number}");
        return written is null ? port?.Number : int.TryParse(written.TargetPort?.Value, out var target) && target > 0 ? target : written.Port;
    }
}
