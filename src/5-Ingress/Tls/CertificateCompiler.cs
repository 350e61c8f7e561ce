using System.Collections.Frozen;
using System.Collections.Immutable;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Model.Secrets;

namespace Usher.Ingress;

/// <summary>
/// <c>spec.tls</c> and its Secrets → what each host's server shows (createServers and extractTLSSecretName of ingress-nginx's controller.go). Whatever is wrong, the server
/// shows the default certificate, as ingress-nginx does, and a warning says so.
/// </summary>
internal sealed class CertificateCompiler
{
    private readonly CompileContext context;
    private readonly Dictionary<string, CertificatePlan> hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (CertificatePlan? Plan, string Problem)> read = new(StringComparer.Ordinal);
    private readonly CertificatePlan standard;

    internal CertificateCompiler(CompileContext context, ControllerImage controller)
    {
        this.context = context;
        standard = controller.DefaultCertificate is not { } name ? CertificateTable.Empty.Default
            : Read(name) is { Plan: { } plan } ? plan
            : CertificatePlan.OfFake($"--default-ssl-certificate names {name}: {Read(name).Problem}");
    }

    /// <summary>Gives an Ingress's hosts their certificates. The first Ingress to give a host one keeps it.</summary>
    internal void Add(Resource<V1Ingress> ingress)
    {
        if (ingress.Value.Spec?.Tls is not { Count: > 0 } sections) return;
        foreach (var host in (ingress.Value.Spec.Rules ?? []).Select(r => HostName.Of(r.Host)).OfType<string>().Distinct())
        {
            if (host.Length > 0) hosts.TryAdd(host, For(ingress, sections, host));
        }
    }

    /// <summary>Gives another name of a host the same certificate, where that is for it too.</summary>
    internal void Alias(string host, string alias)
    {
        if (hosts.TryGetValue(host, out var plan) && plan.IsFor(alias)) hosts.TryAdd(alias, plan);
    }

    internal CertificateTable Build() => new(hosts.ToFrozenDictionary(StringComparer.Ordinal), standard);

    private CertificatePlan For(Resource<V1Ingress> ingress, IList<V1IngressTLS> sections, string host)
    {
        var at = sections.ToList().FindIndex(s => s.Hosts?.Any(h => h.Equals(host, StringComparison.OrdinalIgnoreCase)) == true);
        var named = at >= 0;
        // No section lists the host: the first whose certificate is for it.
        if (!named) at = sections.ToList().FindIndex(s => !string.IsNullOrEmpty(s.SecretName) && Read($"{ingress.Key.Namespace}/{s.SecretName}").Plan?.IsFor(host) == true);
        if (at < 0) return Standard(ingress, "spec.tls", $"no section lists {host}, and no certificate there is for it");
        if (string.IsNullOrEmpty(sections[at].SecretName)) return standard.Because($"the section for {host} names no Secret, so the default certificate is shown");
        var name = $"{ingress.Key.Namespace}/{sections[at].SecretName}";
        var field = $"spec.tls[{at}].secretName";
        var (plan, problem) = Read(name);
        if (plan is null) return Standard(ingress, field, problem);
        return plan.IsFor(host) ? plan : Standard(ingress, field, $"the certificate of Secret {name} is for {string.Join(", ", Names(name))}, not for {host}");
    }

    private CertificatePlan Standard(Resource<V1Ingress> ingress, string field, string problem)
    {
        context.Warnings.Add(ingress, field, $"{problem}; ingress-nginx shows {standard.Source} instead");
        return standard.Because($"{problem}, so {standard.Source} is shown");
    }

    private ImmutableArray<string> Names(string secret) => Secret(secret) is { } found && TlsSecret.Read(Typed(found), out _) is { } certificate ? certificate.Names : [];

    /// <summary>A Secret's certificate, <c>namespace/name</c>.</summary>
    private (CertificatePlan? Plan, string Problem) Read(string name)
    {
        if (!read.TryGetValue(name, out var known)) read[name] = known = ReadNew(name);
        return known;
    }

    private (CertificatePlan? Plan, string Problem) ReadNew(string name)
    {
        if (Secret(name) is not { } secret) return (null, $"there is no Secret {name}");
        // ingress-nginx looks at the keys, whatever the type.
        var certificate = TlsSecret.Read(Typed(secret), out var problems);
        return certificate is null
            ? (null, $"Secret {name} can't be used: {string.Join("; ", problems.Select(p => $"{p.Field} {p.Message}"))}")
            : (new CertificatePlan($"Secret {name}", certificate), "");
    }

    private V1Secret? Secret(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? null : context.State.Find<V1Secret>(name[..slash], name[(slash + 1)..])?.Value;
    }

    private static V1Secret Typed(V1Secret secret) => new() { Type = TlsSecret.Type, Data = secret.Data, StringData = secret.StringData };
}
