using System.Net;
using System.Net.Sockets;

namespace Usher.Dns;

/// <summary>
/// A name below <c>cluster.local</c>, taken apart as CoreDNS' <c>kubernetes</c> plugin does: <c>[endpoint.]service.namespace.svc</c>,
/// <c>_port._protocol.service.namespace.svc</c>, <c>a-b-c-d.namespace.pod</c>. Parts that are missing on the left are null.
/// </summary>
internal readonly record struct ClusterName
{
    /// <summary>False for a name of another shape: there is no such name.</summary>
    public bool IsValid { get; private init; }

    /// <summary><c>svc</c> or <c>pod</c>; null for the zone itself and for these two names alone.</summary>
    public string? Branch { get; private init; }

    /// <summary>The namespace; always there with a branch.</summary>
    public string? Namespace { get; private init; }

    /// <summary>The Service, or the pod's address with dashes.</summary>
    public string? Service { get; private init; }

    /// <summary>The endpoint's own label.</summary>
    public string? Endpoint { get; private init; }

    /// <summary>The port's name; there together with the protocol.</summary>
    public string? Port { get; private init; }

    /// <summary>The protocol.</summary>
    public string? Protocol { get; private init; }

    /// <summary>Takes a name apart.</summary>
    /// <param name="name"><c>cluster.local</c> or a name below it, in lower case.</param>
    public static ClusterName Of(DomainName name)
    {
        var labels = name.LabelTexts.AsSpan()[..^ClusterZone.Name.Labels];
        if (labels.IsEmpty) return new ClusterName { IsValid = true };
        if (labels[^1] is not ("svc" or "pod") || labels.Length > 5) return default;
        if (labels.Length == 1) return new ClusterName { IsValid = true };
        return new ClusterName
        {
            IsValid = true,
            Branch = labels[^1],
            Namespace = labels[^2],
            Service = labels.Length > 2 ? labels[^3] : null,
            Endpoint = labels.Length == 4 ? labels[0] : null,
            // The underscores may be missing.
            Port = labels.Length == 5 ? WithoutUnderscore(labels[0]) : null,
            Protocol = labels.Length == 5 ? WithoutUnderscore(labels[1]) : null,
        };
    }

    /// <summary>The address that a pod's label stands for, or null: three single dashes are dots, any others colons.</summary>
    public static IPAddress? PodAddress(string label)
    {
        if (label.Count(c => c == '-') == 3 && !label.Contains("--", StringComparison.Ordinal)) return RecordValue.ParseAddress(label.Replace('-', '.'), AddressFamily.InterNetwork);
        var colons = label.Replace('-', ':');
        return colons.Contains(':', StringComparison.Ordinal) ? RecordValue.ParseAddress(colons, AddressFamily.InterNetworkV6) : null;
    }

    /// <summary>The address that a name of <c>in-addr.arpa</c> is about; null when it is about none.</summary>
    public static IPAddress? ReversedAddress(DomainName name)
    {
        if (name.Labels != 6 || !name.IsWithin(ClusterZone.Reverse)) return null;
        var labels = name.LabelTexts;
        return RecordValue.ParseAddress($"{labels[3]}.{labels[2]}.{labels[1]}.{labels[0]}", AddressFamily.InterNetwork);
    }

    private static string WithoutUnderscore(string label) => label.StartsWith('_') ? label[1..] : label;
}
