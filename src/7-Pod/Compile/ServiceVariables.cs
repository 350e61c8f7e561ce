using System.Globalization;
using k8s.Models;

namespace Usher.Pod;

/// <summary>
/// The variables that tell a container of the Services of its namespace (<c>pkg/kubelet/envvars</c>): <c>USERS_SERVICE_HOST</c>,
/// <c>USERS_SERVICE_PORT</c>, and those of Docker's links. They name the bound addresses and ports, so that a process can connect to them; the port
/// within a name is the declared one. There are none of the API server, which isn't there.
/// </summary>
internal static class ServiceVariables
{
    public static IEnumerable<KeyValuePair<string, string>> For(PodScene scene)
    {
        if (scene.Pod.Value.Spec.EnableServiceLinks == false) return [];
        return scene.Context.State.All<V1Service>().Where(s => s.Key.Namespace == scene.Pod.Key.Namespace).SelectMany(service =>
        {
            var ports = (service.Value.Spec?.Ports ?? []).Where(p => p.Protocol != "SCTP").ToList();
            return scene.Context.Addresses.Find(service.Key) is { } address && ports.Count > 0
                ? Of(Word(service.Key.Name), address.Bound.ToString(), ports, port => scene.Context.Addresses.BoundPort(address, port))
                : [];
        });
    }

    private static IEnumerable<KeyValuePair<string, string>> Of(string name, string host, List<V1ServicePort> ports, Func<int, int> bound)
    {
        yield return new($"{name}_SERVICE_HOST", host);
        yield return new($"{name}_SERVICE_PORT", Number(bound(ports[0].Port)));
        foreach (var port in ports.Where(p => !string.IsNullOrEmpty(p.Name))) yield return new($"{name}_SERVICE_PORT_{Word(port.Name)}", Number(bound(port.Port)));
        yield return new($"{name}_PORT", $"{Protocol(ports[0])}://{host}:{Number(bound(ports[0].Port))}");
        foreach (var port in ports)
        {
            var protocol = Protocol(port);
            var link = $"{name}_PORT_{Number(port.Port)}_{protocol.ToUpperInvariant()}";
            yield return new(link, $"{protocol}://{host}:{Number(bound(port.Port))}");
            yield return new($"{link}_PROTO", protocol);
            yield return new($"{link}_PORT", Number(bound(port.Port)));
            yield return new($"{link}_ADDR", host);
        }
    }

    private static string Protocol(V1ServicePort port) => port.Protocol == "UDP" ? "udp" : "tcp";

    private static string Word(string name) => name.ToUpperInvariant().Replace('-', '_').Replace('.', '_');

    private static string Number(int port) => port.ToString(CultureInfo.InvariantCulture);
}
