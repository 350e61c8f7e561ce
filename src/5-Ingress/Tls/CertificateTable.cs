namespace Usher.Ingress;

/// <summary>The certificates of a controller's servers, by host (<c>*.example.com</c> for a wildcard), and the default one.</summary>
internal sealed record CertificateTable(HostTable<CertificatePlan> Hosts, CertificatePlan Default)
{
    internal static readonly CertificateTable Empty = new(HostTable<CertificatePlan>.Empty, CertificatePlan.OfFake("no --default-ssl-certificate is given"));

    /// <summary>The certificate of a host's server: of the exact name, else of the wildcard with one label less; null when it has none (ingress-nginx's certificate.lua).</summary>
    internal CertificatePlan? Of(string host)
    {
        if (host.EndsWith('.')) host = host[..^1];
        if (Hosts.Count == 0) return null;
        if (Hosts.Find(host) is { } exact) return exact;
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 ? Hosts.Find($"*{host[dot..]}") : null;
    }

    /// <summary>The certificate for a handshake, and why.</summary>
    internal (CertificatePlan Certificate, string Why) Choose(string? serverName)
    {
        if (serverName is null) return (Default, Join("the client named no server (no SNI), so the default certificate is shown", Default.Why));
        if (Of(serverName.ToLowerInvariant()) is { } own) return (own, own.Why.Length > 0 ? own.Why : $"it is that of the Ingress with host {serverName}");
        return (Default, Join($"no Ingress with TLS has host {serverName}, so the default certificate is shown", Default.Why));
    }

    private static string Join(string first, string second) => second.Length == 0 ? first : $"{first}; {second}";
}
