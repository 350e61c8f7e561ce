using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Model.Secrets;

namespace Usher.Certificates;

/// <summary>
/// Desired state → <see cref="CertificateSnapshot"/>: checks each Certificate as <c>RequestCertificate</c> or <c>ImportCertificate</c> would, finds out whether it is
/// issued or pending validation, and resolves every listener's certificates. Pure; reports all errors.
/// </summary>
internal sealed class CertificateCompiler : IHopCompiler, IListenerTrial
{
    /// <summary>The most alternative names that ACM allows (ACM API, <c>RequestCertificate</c>).</summary>
    private const int AlternativeNamesLimit = 100;

    /// <inheritdoc/>
    public Snapshot Compile(CompileContext context)
    {
        var validation = new DnsValidation(context);
        var byArn = new Dictionary<string, Resource<Certificate>>();
        var compiled = new Dictionary<string, CompiledCertificate>();
        foreach (var resource in context.State.All<Certificate>())
        {
            if (!byArn.TryAdd(resource.Value.CertificateArn, resource))
            {
                var other = byArn[resource.Value.CertificateArn].Key;
                context.Errors.Add(
                    resource, "metadata.name", $"has the same ARN as {other} ({resource.Value.CertificateArn}); give one of them another name");
            }
            else if (resource.Value.Import is { } import)
            {
                if (new ImportCompiler(context.State, resource, import, context.Errors).Compile() is { } own)
                {
                    compiled[resource.Value.CertificateArn] = Imported(resource, own);
                }
            }
            else if (IsValid(resource, context.Errors))
            {
                compiled[resource.Value.CertificateArn] = Compile(resource, validation);
            }
        }

        var listeners = new ListenerCompiler(context, byArn, compiled).Compile();
        return Snapshot.Of(new CertificateSnapshot(compiled.Values, listeners));
    }

    /// <inheritdoc/>
    public void Try(CompileContext context) => Compile(context);

    private static CompiledCertificate Compile(Resource<Certificate> resource, DnsValidation validation)
    {
        ImmutableArray<string> names = [.. resource.Value.Names.Select(n => n.ToLowerInvariant())];
        return new CompiledCertificate
        {
            Key = resource.Key,
            Arn = resource.Value.CertificateArn,
            Names = names,
            KeyAlgorithm = resource.Value.KeyAlgorithm,
            Validations = resource.Value.IsThere ? [] : validation.Of(names),
        };
    }

    private static CompiledCertificate Imported(Resource<Certificate> resource, KeyedCertificate own) => new()
    {
        Key = resource.Key,
        Arn = resource.Value.CertificateArn,
        // One for an IP address only matches no SNI, and is still served as the default.
        Names = own.Names.IsEmpty ? [own.Certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)] : own.Names,
        KeyAlgorithm = Certificates.KeyAlgorithm.Of(own.Certificate)!.Name,
        Validations = [],
        Imported = own,
    };

    private static bool IsValid(Resource<Certificate> resource, ErrorList errors)
    {
        var certificate = resource.Value;
        var valid = true;
        Check("spec.domainName", DomainNames.Problem(certificate.DomainName) ?? (certificate.DomainName.Length > DomainNames.CommonNameLimit
            ? $"'{certificate.DomainName}' has {certificate.DomainName.Length} characters; it becomes the common name, which has at most "
                + $"{DomainNames.CommonNameLimit}: put a shorter name here and this one in spec.subjectAlternativeNames"
            : null));
        for (var i = 0; i < certificate.SubjectAlternativeNames.Count; i++)
        {
            Check($"spec.subjectAlternativeNames[{i}]", DomainNames.Problem(certificate.SubjectAlternativeNames[i]));
        }

        if (certificate.SubjectAlternativeNames.Count > AlternativeNamesLimit)
        {
            Check(
                "spec.subjectAlternativeNames",
                $"has {certificate.SubjectAlternativeNames.Count} names; at most {AlternativeNamesLimit} are allowed: make several certificates");
        }

        if (!KeyAlgorithm.Allowed.ContainsKey(certificate.KeyAlgorithm))
        {
            var allowed = string.Join(", ", KeyAlgorithm.Allowed.Keys.Order(StringComparer.OrdinalIgnoreCase));
            Check("spec.keyAlgorithm", $"'{certificate.KeyAlgorithm}' is not issued by ACM with DNS validation; allowed are {allowed}");
        }

        return valid;

        void Check(string field, string? problem)
        {
            if (problem is null) return;
            valid = false;
            errors.Add(resource, field, problem);
        }
    }
}
