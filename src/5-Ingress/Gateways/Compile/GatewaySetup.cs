using System.Net.Security;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>Everything that routes are compiled against: Gateways with their listeners, grants and policies. The same object while nothing of that changes.</summary>
internal sealed class GatewaySetup
{
    private GatewaySetup(CompileContext context)
    {
        References = new References(context);
        var certificates = new CertificateRefs(context, References);
        Gateways = [.. GatewayClasses.Served(context.State)];
        var compiler = new ListenerCompiler(context, certificates);
        Listeners = Gateways.Select(compiler.Compile).ToDictionary(l => l.Gateway.Key);
        ByOwner = Listeners.Values.SelectMany(l => l.All).ToLookup(l => l.Owner);
        Policies = new BackendTlsPolicies(context, certificates);
        ShownToBackends = Gateways.Where(g => g.Value.Spec.Tls?.Backend?.ClientCertificateRef is not null)
            .ToDictionary(g => g.Key, g => Shown(certificates, g));
    }

    /// <summary>The Gateways that are served.</summary>
    internal IReadOnlyList<Resource<Gateway>> Gateways { get; }

    /// <summary>Their listeners.</summary>
    internal IReadOnlyDictionary<ResourceKey, GatewayListeners> Listeners { get; }

    /// <summary>The listeners by the Gateway or ListenerSet that they are written in.</summary>
    internal ILookup<ResourceKey, ListenerDraft> ByOwner { get; }

    /// <summary>Which references into other namespaces are permitted.</summary>
    internal References References { get; }

    /// <summary>How connections to Services are secured.</summary>
    internal BackendTlsPolicies Policies { get; }

    /// <summary>The certificate that each Gateway shows to backends, or the condition <c>ResolvedRefs</c> that says why it has none.</summary>
    internal IReadOnlyDictionary<ResourceKey, (SslStreamCertificateContext? Certificate, Condition? Unresolved)> ShownToBackends { get; }

    internal static GatewaySetup Compile(CompileContext context) => new(context);

    private static (SslStreamCertificateContext?, Condition?) Shown(CertificateRefs certificates, Resource<Gateway> gateway)
    {
        var (_, certificate, reason, problem) = certificates.Find(gateway.Key, gateway.Value.Spec.Tls!.Backend!.ClientCertificateRef!);
        return certificate is not null
            ? (certificate.Context, null)
            : (null, new Condition("ResolvedRefs", false, reason == "InvalidCertificateRef" ? "InvalidClientCertificateRef" : reason, $"spec.tls.backend.clientCertificateRef: {problem}"));
    }
}

/// <summary>A Gateway's listeners, those of ListenerSets included.</summary>
/// <param name="Gateway">The Gateway.</param>
/// <param name="All">The listeners, in order of precedence.</param>
/// <param name="Sets">The ListenerSets that may attach.</param>
/// <param name="Refused">Those that may not, and why.</param>
internal sealed record GatewayListeners(Resource<Gateway> Gateway, IReadOnlyList<ListenerDraft> All, IReadOnlyList<Resource<ListenerSet>> Sets, IReadOnlyList<(Resource<ListenerSet> Set, Condition Why)> Refused);
