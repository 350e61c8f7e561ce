using System.Collections.Immutable;
using System.Runtime.CompilerServices;
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
    // A Secret never changes: what it says is read once.
    private static readonly ConditionalWeakTable<V1Secret, SecretCertificate> Known = [];

    private readonly Dictionary<string, CertificatePlan> hosts = new(StringComparer.Ordinal);

    /// <param name="context">Where the default certificate's Secret is.</param>
    /// <param name="controller">Which names that.</param>
    /// <param name="before">The running generation's default certificate, to go on with when it is the same.</param>
    internal CertificateCompiler(CompileContext context, ControllerImage controller, CertificatePlan? before)
    {
        Standard = controller.DefaultCertificate is not { } name ? CertificateTable.Empty.Default
            : Read(context, name) is { Plan: { } plan } ? plan
            : CertificatePlan.OfFake($"--default-ssl-certificate names {name}: {Read(context, name).Problem}");
        if (before?.Says(Standard) == true) Standard = before;
    }

    /// <summary>What is shown where nothing else is.</summary>
    internal CertificatePlan Standard { get; }

    /// <summary>What an Ingress's hosts show.</summary>
    internal ImmutableArray<(string Host, CertificatePlan Certificate)> Of(CompileContext context, Resource<V1Ingress> ingress)
    {
        if (ingress.Value.Spec?.Tls is not { Count: > 0 } sections) return [];
        var names = (ingress.Value.Spec.Rules ?? []).Select(r => HostName.Of(r.Host)).OfType<string>().Where(h => h.Length > 0).Distinct();
        var all = names.Select(host => (host, For(context, ingress, sections, host))).ToImmutableArray();
        var used = all.Select(a => SectionOf(sections, a.host)).ToHashSet();
        for (var i = 0; i < sections.Count; i++)
        {
            if (!used.Contains(i)) Idle(context, ingress, sections[i], $"spec.tls[{i}].secretName");
        }

        return all;
    }

    /// <summary>Says of a section that lists no host of a rule that its Secret can't be used, where that is so: no host tells it.</summary>
    private static void Idle(CompileContext context, Resource<V1Ingress> ingress, V1IngressTLS section, string field)
    {
        if (string.IsNullOrEmpty(section.SecretName) || Read(context, ingress, section) is not { Plan: null, Problem: var problem }) return;
        var listed = section.Hosts is { Count: > 0 } hosts ? $"no rule of the Ingress has {string.Join(" or ", hosts)}, the section's {(hosts.Count == 1 ? "host" : "hosts")}" : "the section lists no host";
        context.Warnings.Add(ingress, field, $"{problem}; {listed}");
    }

    /// <summary>Gives an Ingress's hosts their certificates. The first Ingress to give a host one keeps it.</summary>
    internal void Take(IngressPart part)
    {
        foreach (var (host, certificate) in part.Certificates) hosts.TryAdd(host, certificate);
    }

    /// <summary>Gives another name of a host the same certificate, where that is for it too.</summary>
    internal void Alias(string host, string alias)
    {
        if (hosts.TryGetValue(host, out var plan) && plan.IsFor(alias)) hosts.TryAdd(alias, plan);
    }

    internal CertificateTable Build(CertificateTable before) => new(before.Hosts.Next(hosts), Standard);

    private CertificatePlan For(CompileContext context, Resource<V1Ingress> ingress, IList<V1IngressTLS> sections, string host)
    {
        var at = SectionOf(sections, host);
        var named = at >= 0;
        // No section lists the host: the first whose certificate is for it.
        if (!named) at = sections.ToList().FindIndex(s => !string.IsNullOrEmpty(s.SecretName) && Read(context, $"{ingress.Key.Namespace}/{s.SecretName}").Plan?.IsFor(host) == true);
        if (at < 0) return Default(context, ingress, "spec.tls", $"no section lists {host}, and no certificate there is for it");
        if (string.IsNullOrEmpty(sections[at].SecretName)) return Standard.Because($"the section for {host} names no Secret, so the default certificate is shown");
        var name = $"{ingress.Key.Namespace}/{sections[at].SecretName}";
        var field = $"spec.tls[{at}].secretName";
        var (plan, problem, names) = Read(context, ingress, sections[at]);
        if (plan is null) return Default(context, ingress, field, problem);
        return plan.IsFor(host) ? plan : Default(context, ingress, field, $"the certificate of Secret {name} is for {string.Join(", ", names)}, not for {host}");
    }

    private static int SectionOf(IList<V1IngressTLS> sections, string host) => sections.ToList().FindIndex(s => s.Hosts?.Any(h => h.Equals(host, StringComparison.OrdinalIgnoreCase)) == true);

    private CertificatePlan Default(CompileContext context, Resource<V1Ingress> ingress, string field, string problem)
    {
        context.Warnings.Add(ingress, field, $"{problem}; ingress-nginx shows {Standard.Source} instead");
        return Standard.Because($"{problem}, so {Standard.Source} is shown");
    }

    /// <summary>A section's certificate; of a Secret that isn't there with who would make it.</summary>
    private static SecretCertificate Read(CompileContext context, Resource<V1Ingress> ingress, V1IngressTLS section)
    {
        var read = Read(context, $"{ingress.Key.Namespace}/{section.SecretName}");
        return read.Plan is null && context.State.Find<V1Secret>(ingress.Key.Namespace, section.SecretName) is null ? read with { Problem = read.Problem + MissingSecret.WouldMake(ingress.Value.Metadata?.Annotations) } : read;
    }

    /// <summary>A Secret's certificate, <c>namespace/name</c>.</summary>
    private static SecretCertificate Read(CompileContext context, string name)
    {
        var (space, own) = NamespacedName.Of(name, "");
        return context.State.Find<V1Secret>(space, own) is { } secret ? Known.GetValue(secret.Value, s => Read(s, secret.Key)) : new SecretCertificate(null, $"there is no Secret {name}", []);
    }

    private static SecretCertificate Read(V1Secret secret, ResourceKey key)
    {
        // ingress-nginx looks at the keys, whatever the type.
        var certificate = TlsSecret.Read(new V1Secret { Type = TlsSecret.Type, Data = secret.Data, StringData = secret.StringData }, out var problems);
        return certificate is null
            ? new SecretCertificate(null, $"{key} can't be used: {string.Join("; ", problems.Select(p => $"{p.Field} {p.Message}"))}", [])
            : new SecretCertificate(new CertificatePlan(key, certificate), "", certificate.Names);
    }

    private sealed record SecretCertificate(CertificatePlan? Plan, string Problem, ImmutableArray<string> Names);
}
