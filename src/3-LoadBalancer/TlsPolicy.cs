using System.Security.Authentication;

namespace Usher.LoadBalancer;

/// <summary>What a security policy lets a client negotiate.</summary>
/// <param name="Name">As the API spells it.</param>
/// <param name="Protocols">
/// The versions of it that this machine's OpenSSL speaks; TLS 1.0 and 1.1, which some older policies have, are never offered.
/// </param>
internal sealed record TlsPolicy(string Name, SslProtocols Protocols)
{
    private const SslProtocols Tls12And13 = SslProtocols.Tls12 | SslProtocols.Tls13;

    // Protocols by policy: ALB user guide, "Security policies for your Application Load Balancer".
    private static readonly Dictionary<string, SslProtocols> Known = new(StringComparer.Ordinal)
    {
        ["ELBSecurityPolicy-2016-08"] = SslProtocols.Tls12,
        ["ELBSecurityPolicy-TLS-1-2-2017-01"] = SslProtocols.Tls12,
        ["ELBSecurityPolicy-TLS-1-2-Ext-2018-06"] = SslProtocols.Tls12,
        ["ELBSecurityPolicy-FS-1-2-2019-08"] = SslProtocols.Tls12,
        ["ELBSecurityPolicy-FS-1-2-Res-2019-08"] = SslProtocols.Tls12,
        ["ELBSecurityPolicy-FS-1-2-Res-2020-10"] = SslProtocols.Tls12,
        ["ELBSecurityPolicy-TLS13-1-3-2021-06"] = SslProtocols.Tls13,
        ["ELBSecurityPolicy-TLS13-1-2-2021-06"] = Tls12And13,
        ["ELBSecurityPolicy-TLS13-1-2-Res-2021-06"] = Tls12And13,
        ["ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06"] = Tls12And13,
        ["ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06"] = Tls12And13,
    };

    /// <summary>The policies that can be named, ordered.</summary>
    internal static IEnumerable<string> Names => Known.Keys.Order(StringComparer.Ordinal);

    /// <summary>What is said of a name that isn't among them.</summary>
    internal static string Unknown(string name) => $"found {name}; known here are {string.Join(", ", Names)}";

    /// <summary>The policy of this name, or null.</summary>
    internal static TlsPolicy? Find(string name) => Known.TryGetValue(name, out var protocols) ? new TlsPolicy(name, protocols) : null;
}
