using System.Globalization;
using k8s.Models;

namespace Usher.LoadBalancer;

/// <summary>A Service's ports by what names them.</summary>
internal static class ServicePorts
{
    /// <summary>The port of a name or number; null when there is none.</summary>
    internal static V1ServicePort? Find(V1Service service, string port) =>
        service.Spec?.Ports?.FirstOrDefault(p => p.Name == port || p.Port.ToString(CultureInfo.InvariantCulture) == port);

    /// <summary>All of them, for people.</summary>
    internal static string All(V1Service service) =>
        string.Join(", ", (service.Spec?.Ports ?? []).Select(p => p.Name is { Length: > 0 } name ? string.Create(CultureInfo.InvariantCulture, $"{name} ({p.Port})") : p.Port.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The number of a port's targets, where that is one; 1 where it has a name, as the controller has it.</summary>
    internal static int Target(V1ServicePort port) =>
        int.TryParse(port.TargetPort?.Value ?? port.Port.ToString(CultureInfo.InvariantCulture), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;
}
