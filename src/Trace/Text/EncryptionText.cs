using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Trace.Text;

/// <summary>
/// Who decrypts and who encrypts again, in one line for each hop: what was negotiated where it was seen, else what configuration asks for. Empty for a hop
/// that does neither; that the load balancer ends the client's TLS and goes on in the plain is told by the handshake alone.
/// </summary>
public static class EncryptionText
{
    /// <summary>A hop's.</summary>
    public static string Of(HopReport hop) => (hop ?? throw new ArgumentNullException(nameof(hop))).Hop switch
    {
        Hop.LoadBalancer => Join(FromClient(hop), Onwards(hop, "target", "targetProtocol")),
        Hop.Ingress => Join(Terminated(hop), Onwards(hop, "service", "backendProtocol")),
        Hop.Pod => Decrypted(hop.Facts["tls"], $"with {Text(hop.Facts["tls"]?["certificate"])}"),
        _ => "",
    };

    private static string Join(string decrypts, string encrypts) => decrypts.Length == 0 || encrypts.Length == 0
        ? decrypts + encrypts.Replace("encrypts again", "encrypts", StringComparison.Ordinal)
        : $"{decrypts}; {encrypts}";

    private static string Decrypted(JsonNode? tls, string what) => tls?["decrypted"] is { } session ? $"decrypts {session} {what}" : "";

    /// <summary>A listener's session is told with what follows it; by configuration only that there is one.</summary>
    private static string FromClient(HopReport hop) => hop.Evidence == Evidence.Inferred && hop.Facts["targetProtocol"] is not null && (Text(hop.Facts["listener"]) is var listener && (listener.Contains("HTTPS", StringComparison.Ordinal) || listener.StartsWith("TLS:", StringComparison.Ordinal)))
        ? "decrypts what the client sends"
        : Decrypted(hop.Facts["tls"], "from the client");

    /// <summary>What ended at the ingress, with which certificate, and why with that one.</summary>
    private static string Terminated(HopReport hop)
    {
        var facts = hop.Facts;
        // A handshake that failed has a certificate and no version.
        if (facts["certificate"] is not { } certificate || (hop.Evidence == Evidence.Seen && facts["tlsVersion"] is null)) return "";
        var session = facts["tlsVersion"] is { } version ? $"decrypts {version} {facts["tlsCipher"]}" : "decrypts";
        var line = $"{session} with {certificate} ({Text(facts["certificateFrom"])})";
        return facts["certificateWhy"] is { } why ? $"{line}, since {why}" : line;
    }

    private static string Onwards(HopReport hop, string to, string protocol)
    {
        var target = Text(hop.Facts[to]);
        if (hop.Facts["tls"] is not { } tls)
        {
            // A connection that wasn't made negotiated nothing.
            if (hop.Evidence != Evidence.Inferred || hop.Facts[protocol] is null) return "";
            return hop.Hop == Hop.LoadBalancer
                ? $"encrypts again to {target} by {Text(hop.Facts["targetTlsPolicy"])} (whatever its certificate is: {Balancer(hop)} verifies none)"
                : $"encrypts again to {target}: {Text(hop.Facts[protocol])}";
        }

        if (tls["certificate"] is not { } certificate) return $"encrypts again to {target}: {Text(tls["encrypted"])}";
        var verified = tls["verified"] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;
        var how = verified ? "verified" : hop.Hop == Hop.LoadBalancer ? $"not verified, as {Balancer(hop)} never does" : "not verified: proxy-ssl-verify is off";
        return $"encrypts again {Text(tls["encrypted"])} to {target} (certificate {certificate}; {how})";
    }

    private static string Balancer(HopReport hop) => Text(hop.Facts["targetProtocol"]) == "TLS" ? "an NLB" : "an ALB";

    private static string Text(JsonNode? node) => node?.ToString() ?? "";
}
