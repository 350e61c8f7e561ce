using k8s.Models;

namespace Usher.Service;

/// <summary>
/// Services of type ExternalName: a CNAME in the cluster's DNS and nothing else. kube-proxy programs nothing for them, so they have no front
/// (https://kubernetes.io/docs/concepts/services-networking/service/#externalname).
/// </summary>
internal static class ExternalNames
{
    /// <summary>Reports what the API server would refuse.</summary>
    public static void Check(Checker check, V1ServiceSpec spec)
    {
        if (string.IsNullOrEmpty(spec.ExternalName)) check.Wrong("spec.externalName", "is missing; a Service of type ExternalName names a host");
        else if (!IsHostName(spec.ExternalName))
        {
            check.Wrong("spec.externalName", $"'{spec.ExternalName}' is no host name; use labels of lower-case letters, digits and '-', with dots between, at most 253");
        }

        if (!string.IsNullOrEmpty(spec.ClusterIP) || spec.ClusterIPs is { Count: > 0 })
        {
            check.Wrong("spec.clusterIP", "is not for type ExternalName, which has no virtual IP; remove it");
        }
    }

    // A DNS subdomain (RFC 1123 §2.1); a dot at its end is taken away first, as the API server does.
    private static bool IsHostName(string name)
    {
        var host = name.EndsWith('.') ? name[..^1] : name;
        return host.Length is > 0 and <= 253 && host.Split('.').All(PortNames.IsDnsLabel);
    }
}
