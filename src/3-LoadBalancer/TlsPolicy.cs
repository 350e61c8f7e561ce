using System.Security.Authentication;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>What a security policy lets a client negotiate.</summary>
/// <param name="Name">As the API spells it.</param>
/// <param name="Protocols">
/// The versions of it that this machine's OpenSSL speaks; TLS 1.0 and 1.1, which some older policies have, are never offered.
/// </param>
internal sealed record TlsPolicy(string Name, SslProtocols Protocols)
{
    /// <summary>The policy of a listener that names none.</summary>
    internal const string Standard = "ELBSecurityPolicy-2016-08";

    private const SslProtocols Tls12And13 = SslProtocols.Tls12 | SslProtocols.Tls13;
    private const string Tls10And11 = "TLS 1.0 and 1.1";
    private const string Tls11 = "TLS 1.1";

    // Protocols by policy, and those older than TLS 1.2: ALB user guide, "Security policies for your Application Load Balancer".
    private static readonly Dictionary<string, (SslProtocols Protocols, string? Older)> Known = new(StringComparer.Ordinal)
    {
        [Standard] = (SslProtocols.Tls12, Tls10And11),
        ["ELBSecurityPolicy-TLS-1-0-2015-04"] = (SslProtocols.Tls12, Tls10And11),
        ["ELBSecurityPolicy-TLS-1-1-2017-01"] = (SslProtocols.Tls12, Tls11),
        ["ELBSecurityPolicy-TLS-1-2-2017-01"] = (SslProtocols.Tls12, null),
        ["ELBSecurityPolicy-TLS-1-2-Ext-2018-06"] = (SslProtocols.Tls12, null),
        ["ELBSecurityPolicy-FS-2018-06"] = (SslProtocols.Tls12, Tls10And11),
        ["ELBSecurityPolicy-FS-1-1-2019-08"] = (SslProtocols.Tls12, Tls11),
        ["ELBSecurityPolicy-FS-1-2-2019-08"] = (SslProtocols.Tls12, null),
        ["ELBSecurityPolicy-FS-1-2-Res-2019-08"] = (SslProtocols.Tls12, null),
        ["ELBSecurityPolicy-FS-1-2-Res-2020-10"] = (SslProtocols.Tls12, null),
        ["ELBSecurityPolicy-TLS13-1-3-2021-06"] = (SslProtocols.Tls13, null),
        ["ELBSecurityPolicy-TLS13-1-2-2021-06"] = (Tls12And13, null),
        ["ELBSecurityPolicy-TLS13-1-2-Res-2021-06"] = (Tls12And13, null),
        ["ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06"] = (Tls12And13, null),
        ["ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06"] = (Tls12And13, null),
        ["ELBSecurityPolicy-TLS13-1-1-2021-06"] = (Tls12And13, Tls11),
        ["ELBSecurityPolicy-TLS13-1-0-2021-06"] = (Tls12And13, Tls10And11),
    };

    /// <summary>The policies that can be named, ordered.</summary>
    internal static IEnumerable<string> Names => Known.Keys.Order(StringComparer.Ordinal);

    /// <summary>What is said of a name that isn't among them.</summary>
    internal static string Unknown(string name) => $"found {name}; known here are {string.Join(", ", Names)}";

    /// <summary>What is said of a policy that somebody wrote for more than is offered here; null where there is nothing to say.</summary>
    internal static string? Short(string name) => Known.TryGetValue(name, out var known) && known.Older is { } older
        ? $"{name} has {older} too, which this load balancer doesn't offer: a client that speaks nothing newer fails in its handshake" : null;

    /// <summary>The policy of this name, or null.</summary>
    internal static TlsPolicy? Find(string name) => Known.TryGetValue(name, out var known) ? new TlsPolicy(name, known.Protocols) : null;

    /// <summary>A listener's policy; null, and an error, for one that isn't known. A warning where somebody wrote for more than is offered: of a listener that a controller made, that is said where its annotation stands.</summary>
    internal static TlsPolicy? Of(CompileContext context, Resource<Listener> listener)
    {
        const string field = "spec.sslPolicy";
        var name = listener.Value.SslPolicy ?? Standard;
        var found = Find(name);
        if (found is null) context.Errors.Add(listener, field, Unknown(name));
        else if (listener.Value.SslPolicy is not null && !listener.Origin.IsDerived && Short(name) is { } says) context.Warnings.Add(listener, field, says);
        return found;
    }
}
