namespace Usher.Doorway.Files.Ack;

/// <summary>Which protocols a load balancer's listeners may have, by its type; refused with ELBv2's own words.</summary>
internal static class ListenerProtocol
{
    /// <summary>Protocols that ELBv2 has and Usher hasn't.</summary>
    private static readonly string[] Missing = ["QUIC", "TCP_QUIC", "GENEVE"];

    private static readonly string[] Network = ["TCP", "TLS", "UDP", "TCP_UDP"];

    /// <summary>Checks <c>spec.protocol</c>.</summary>
    /// <param name="manifest">The listener.</param>
    /// <param name="written">What it says.</param>
    /// <param name="balancer">Its load balancer; null where there is none that could be read.</param>
    internal static void Check(AckManifest manifest, string? written, LoadBalancerSpec? balancer)
    {
        const string field = "spec.protocol";
        var network = balancer?.Type == "network";
        if (written is "HTTP" or "HTTPS")
        {
            if (network) manifest.Error(field, $"found {written}; its load balancer is a network one: Listener protocol '{written}' must be one of 'TLS, TCP, TCP_UDP, UDP'");
        }
        else if (Network.Contains(written, StringComparer.Ordinal) || Missing.Contains(written, StringComparer.Ordinal))
        {
            if (balancer is not null && !network) manifest.Error(field, $"found {written}; its load balancer is an application one: Listener protocol '{written}' must be one of 'HTTPS, HTTP'");
            else if (!Network.Contains(written, StringComparer.Ordinal)) manifest.Error(field, $"found {written}, which isn't supported yet; a network load balancer's listeners speak TCP, TLS, UDP and TCP_UDP so far");
        }
        else
        {
            manifest.OneOf(field, written, null, "HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP");
        }
    }
}
