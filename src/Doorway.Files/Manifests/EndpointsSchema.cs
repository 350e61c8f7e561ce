using System.Globalization;
using System.Net;
using k8s.Models;
using Usher.Doorway.Files.Binding;
using Usher.Doorway.Files.GatewaySchema;

namespace Usher.Doorway.Files.Manifests;

/// <summary>What the API server refuses in Endpoints, in its words (<c>validateEndpointSubsets</c> and what it calls, <c>pkg/apis/core/validation</c>). What becomes of those that it takes, is the hop's matter.</summary>
internal static class EndpointsSchema
{
    /// <summary>Checks the subsets.</summary>
    internal static void Check(SchemaCheck check, V1Endpoints endpoints)
    {
        for (var i = 0; i < (endpoints.Subsets?.Count ?? 0); i++)
        {
            var (at, subset) = ($"subsets[{i}]", endpoints.Subsets![i]);
            if (subset is not ({ Addresses.Count: > 0 } or { NotReadyAddresses.Count: > 0 })) check.Error(at, "Required value: must specify `addresses` or `notReadyAddresses`");
            for (var a = 0; a < (subset?.Addresses?.Count ?? 0); a++) Address(check, $"{at}.addresses[{a}]", subset!.Addresses[a]);
            for (var a = 0; a < (subset?.NotReadyAddresses?.Count ?? 0); a++) Address(check, $"{at}.notReadyAddresses[{a}]", subset!.NotReadyAddresses[a]);
            for (var p = 0; p < (subset?.Ports?.Count ?? 0); p++) Port(check, $"{at}.ports[{p}]", subset!.Ports[p], subset.Ports.Count > 1);
        }
    }

    private static void Address(SchemaCheck check, string at, V1EndpointAddress? address)
    {
        var text = address?.Ip ?? "";
        if (ServerNames.Address(text) is not { } ip) check.Invalid($"{at}.ip", text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        else if (Special(ip, text) is { } why) check.Invalid($"{at}.ip", text, why);
        if (address?.Hostname is { Length: > 0 } host) ServerNames.Label(check, $"{at}.hostname", host);
        if (address?.NodeName is { } node) ServerNames.Subdomain(check, $"{at}.nodeName", node);
    }

    /// <summary>ValidateNonSpecialIP.</summary>
    private static string? Special(IPAddress ip, string text)
    {
        var bytes = ip.GetAddressBytes();
        var four = bytes.Length == 4;
        if (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)) return $"may not be unspecified ({text})";
        if (IPAddress.IsLoopback(ip)) return "may not be in the loopback range (127.0.0.0/8, ::1/128)";
        if (four ? bytes[0] == 169 && bytes[1] == 254 : ip.IsIPv6LinkLocal) return "may not be in the link-local range (169.254.0.0/16, fe80::/10)";
        return (four ? bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0 : bytes[0] == 0xFF && (bytes[1] & 0x0F) == 2) ? "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)" : null;
    }

    private static void Port(SchemaCheck check, string at, Corev1EndpointPort? port, bool named)
    {
        if (port?.Name is { Length: > 0 } name) ServerNames.Label(check, $"{at}.name", name);
        else if (named) check.Error($"{at}.name", "Required value");
        if (port?.Port is null or < 1 or > 65535) check.Error($"{at}.port", string.Create(CultureInfo.InvariantCulture, $"Invalid value: {port?.Port ?? 0}: must be between 1 and 65535, inclusive"));
        // One that isn't written is TCP.
        if (port?.Protocol is not (null or "" or "TCP" or "UDP" or "SCTP")) check.Error($"{at}.protocol", $"Unsupported value: {Found.Quote(port!.Protocol)}: supported values: \"SCTP\", \"TCP\", \"UDP\"");
    }
}
