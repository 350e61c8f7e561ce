using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Model.Secrets;

namespace Usher.Ingress;

/// <summary>nginx's <c>ssl_verify_client</c>.</summary>
internal enum VerifyClient
{
    /// <summary>Nobody is asked for a certificate.</summary>
    Off,

    /// <summary>One is wanted, and has to lead to the authorities.</summary>
    On,

    /// <summary>One that is shown has to lead to the authorities.</summary>
    Optional,

    /// <summary>One that is shown may be of an unknown authority.</summary>
    OptionalNoCa,
}

/// <summary><c>auth-tls-*</c>: clients show a certificate at the controller's HTTPS port (ingress-nginx documentation, Client Certificate Authentication). Holds for the whole host; the first Ingress that has it counts.</summary>
/// <param name="Ingress">Who has the annotations.</param>
/// <param name="Secret">The Secret with <c>ca.crt</c>, <c>namespace/name</c>.</param>
/// <param name="Authorities">Its certificates.</param>
internal sealed record ClientCertificateRule(ResourceKey Ingress, string Secret, X509Certificate2Collection Authorities)
{
    /// <summary>The Secret's <c>ca.crl</c> (nginx's <c>ssl_crl</c>); empty when it has none, and then nothing is asked of them.</summary>
    public ImmutableArray<RevocationList> RevocationLists { get; init; } = [];

    /// <summary><c>auth-tls-verify-client</c>.</summary>
    public VerifyClient Mode { get; init; } = VerifyClient.On;

    /// <summary><c>auth-tls-verify-depth</c>: the most authorities between the client's certificate and the root.</summary>
    public int Depth { get; init; } = 1;

    /// <summary><c>auth-tls-error-page</c>: where a client without a usable certificate is sent; null for 400.</summary>
    public NginxTemplate? ErrorPage { get; init; }

    /// <summary><c>auth-tls-match-cn</c>: what the subject has to match; null for any.</summary>
    public Regex? Subject { get; init; }

    /// <summary><c>auth-tls-pass-certificate-to-upstream</c>.</summary>
    public bool PassCertificate { get; init; }

    /// <summary>How it asks, as nginx writes it.</summary>
    internal string ModeText => Mode switch { VerifyClient.On => "on", VerifyClient.Optional => "optional", VerifyClient.OptionalNoCa => "optional_no_ca", _ => "off" };

    internal static ClientCertificateRule? Read(SettingReader reader, CompileContext context, Resource<V1Ingress> ingress, NginxConfig config)
    {
        var mode = Verify(reader);
        var depth = reader.Number("auth-tls-verify-depth", 0, 100) is { } written and > 0 ? written : 1;
        var page = ErrorPageOf(reader);
        var pass = reader.Flag("auth-tls-pass-certificate-to-upstream") ?? false;
        var subject = SubjectOf(reader);
        if (reader.Text("auth-tls-secret") is not { } name) return null;
        if (new NamedSecret(reader, context, ingress, config).Find("auth-tls-secret", name, "", _ => name.Contains('/', StringComparison.Ordinal) ? "there is no such Secret" : "namespace/name is wanted") is not { } secret) return null;
        string? problem = "it has no ca.crt, the authorities that clients' certificates have to lead to";
        var found = secret.Value.ValueOf("ca.crt") is { } pem ? CertificatePem.ReadCertificates(pem, out problem) : [];
        var lists = problem is null && secret.Value.ValueOf("ca.crl") is { } crl ? CertificatePem.ReadRevocationLists(crl, out problem) : [];
        if (problem is null) return new ClientCertificateRule(ingress.Key, name, [.. found]) { RevocationLists = lists, Mode = mode, Depth = depth, ErrorPage = page, PassCertificate = pass, Subject = subject };
        reader.Wrong("auth-tls-secret", name, problem);
        return null;
    }

    private static VerifyClient Verify(SettingReader reader)
    {
        switch (reader.Text("auth-tls-verify-client"))
        {
            case null or "on": return VerifyClient.On;
            case "off": return VerifyClient.Off;
            case "optional": return VerifyClient.Optional;
            case "optional_no_ca": return VerifyClient.OptionalNoCa;
            case var other:
                reader.Wrong("auth-tls-verify-client", other, "on, off, optional or optional_no_ca is wanted");
                return VerifyClient.On;
        }
    }

    private static NginxTemplate? ErrorPageOf(SettingReader reader)
    {
        if (reader.Text("auth-tls-error-page") is not { } text) return null;
        if (!text.StartsWith("http://", StringComparison.Ordinal) && !text.StartsWith("https://", StringComparison.Ordinal)) reader.Wrong("auth-tls-error-page", text, "a URL of http or https is wanted");
        else if (NginxTemplate.Parse(text, 0, out var problem) is { } page) return page;
        else reader.Wrong("auth-tls-error-page", text, problem);
        return null;
    }

    private static Regex? SubjectOf(SettingReader reader)
    {
        if (reader.Text("auth-tls-match-cn") is not { } text) return null;
        if (!text.Contains("CN=", StringComparison.Ordinal)) reader.Wrong("auth-tls-match-cn", text, "CN= and a regular expression are wanted");
        else if (PathPattern.Compile(text, RegexOptions.None) is { } pattern) return pattern;
        else reader.Wrong("auth-tls-match-cn", text, PathPattern.Problem(text));
        return null;
    }
}
