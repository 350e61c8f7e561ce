using System.Collections;
using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>
/// A process pod's environment. Later ones win:
/// <list type="number">
/// <item>A few variables of Usher's own environment, by name: nothing that Usher set for itself reaches a pod.</item>
/// <item><c>POD_NAME</c>, <c>POD_NAMESPACE</c>, <c>POD_IP</c> (the bound address), <c>NODE_NAME</c>, <c>CLUSTER_DNS</c> where there is one, and with a container port <c>PORT</c> and <c>ASPNETCORE_URLS</c>.</item>
/// <item>What the road adds (<see cref="IPodEnvironment"/>), and where the container's volumes are (<see cref="VolumePaths"/>).</item>
/// <item>The variables of Services, the container's <c>envFrom</c> and its <c>env</c>.</item>
/// </list>
/// </summary>
internal static class ProcessEnvironment
{
    private static readonly HashSet<string> Inherited = new(StringComparer.Ordinal)
    {
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LANGUAGE", "TERM", "JAVA_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT",
    };

    public static Dictionary<string, string> Of(
        PodPlan pod, ContainerPlan container, IDictionary own, IEnumerable<IPodEnvironment> more, IEnumerable<KeyValuePair<string, string>> volumes)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);

        // 1. Inherited.
        foreach (DictionaryEntry variable in own)
        {
            if (variable is { Key: string name, Value: string value } && (Inherited.Contains(name) || name.StartsWith("LC_", StringComparison.Ordinal)))
            {
                all[name] = value;
            }
        }

        // 2. Who it is and where it listens.
        var address = pod.Address!;
        all["POD_NAME"] = pod.Key.Name;
        all["POD_NAMESPACE"] = pod.Key.Namespace;
        all["POD_IP"] = address.Bound.ToString();
        all["NODE_NAME"] = pod.Node ?? "";
        if (pod.ClusterDns is { } dns) all["CLUSTER_DNS"] = dns.ToString();
        if (container.Ports.FirstOrDefault() is { } port)
        {
            all["PORT"] = port.Bound.ToString(System.Globalization.CultureInfo.InvariantCulture);
            all["ASPNETCORE_URLS"] = $"http://{address.Bound}:{port.Bound}";
        }

        // 3. The road's, 4. the container's.
        var start = new PodStart(pod.Key, pod.Pod, address, pod.Addresses);
        foreach (var (name, value) in more.SelectMany(m => m.For(start)).Concat(volumes).Concat(container.Variables.Reveal())) all[name] = value;
        return all;
    }
}
