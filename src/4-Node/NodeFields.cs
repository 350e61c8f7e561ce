using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using k8s.Models;

namespace Usher.Node;

/// <summary>What a Node object says, read in one place.</summary>
internal static partial class NodeFields
{
    /// <summary>The label that tells the availability zone.</summary>
    public const string ZoneLabel = "topology.kubernetes.io/zone";

    /// <summary>Index of the first IPv4 InternalIP in <c>status.addresses</c>; -1 without one.</summary>
    public static int InternalIndex(V1Node node)
    {
        for (var i = 0; i < (node.Status?.Addresses?.Count ?? 0); i++)
        {
            var address = node.Status!.Addresses![i];
            if (address.Type == "InternalIP" && ParseAddress(address.Address) is not null) return i;
        }

        return -1;
    }

    /// <summary>The first IPv4 InternalIP; null without one.</summary>
    public static IPAddress? InternalIP(V1Node node) =>
        InternalIndex(node) is >= 0 and var index ? ParseAddress(node.Status.Addresses[index].Address) : null;

    /// <summary>
    /// Zone and instance of a provider id in the form that AWS's cloud provider writes (<c>aws:///us-east-1a/i-0a1b…</c>); null for any other.
    /// </summary>
    public static (string Zone, string Instance)? ParseProviderId(string text) =>
        ProviderId().Match(text) is { Success: true } match ? (match.Groups["zone"].Value, match.Groups["instance"].Value) : null;

    /// <summary>The zone of the node's label, or null.</summary>
    public static string? LabelledZone(V1Node node) => node.Metadata?.Labels?.TryGetValue(ZoneLabel, out var zone) == true ? zone : null;

    private static IPAddress? ParseAddress(string? text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text
            ? address
            : null;

    // An instance id is i- and 17 hex digits, or 8 for those from before 2016
    // (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html).
    [GeneratedRegex(@"\Aaws:///(?<zone>[a-z0-9-]+)/(?<instance>i-(?:[0-9a-f]{17}|[0-9a-f]{8}))\z", RegexOptions.CultureInvariant)]
    private static partial Regex ProviderId();
}
