using System.Net.Security;

namespace Usher.LoadBalancer;

/// <summary>Which protocols a TLS listener negotiates by ALPN, the most wanted first (NLB user guide, TLS listeners, ALPN policies). The listener's order counts, not the client's.</summary>
/// <param name="Name">As the API spells it.</param>
/// <param name="Protocols">The preference list; empty for none.</param>
internal sealed record AlpnPolicy(string Name, List<SslApplicationProtocol> Protocols)
{
    private static readonly SslApplicationProtocol Http10 = new("http/1.0");

    /// <summary>ALPN isn't used: the default.</summary>
    internal static AlpnPolicy None { get; } = new("None", []);

    private static readonly AlpnPolicy[] All =
    [
        None,
        new("HTTP1Only", [SslApplicationProtocol.Http11, Http10]),
        new("HTTP2Only", [SslApplicationProtocol.Http2]),
        new("HTTP2Optional", [SslApplicationProtocol.Http11, Http10, SslApplicationProtocol.Http2]),
        new("HTTP2Preferred", [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11, Http10]),
    ];

    /// <summary>The policy of this name, which its doorway has checked.</summary>
    internal static AlpnPolicy Of(string name) => Array.Find(All, p => p.Name == name) ?? throw new ArgumentException($"{name} is no ALPN policy", nameof(name));

    /// <summary><c>HTTP2Only: h2</c>.</summary>
    internal string Text => Protocols.Count == 0 ? Name : $"{Name}: {string.Join(", ", Protocols)}";
}
