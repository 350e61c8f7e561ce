using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>BackendTLSPolicy.</summary>
internal static class BackendTlsPolicySchema
{
    private const int MaxTargets = 16;
    private const int MaxCertificateAuthorities = 16;
    private const int MaxNames = 5;
    private const int MaxOptions = 16;

    internal static void Check(SchemaCheck check, BackendTlsPolicySpec spec)
    {
        check.Count("spec", "targetRefs", spec.TargetRefs.Count, MaxTargets, least: 1);
        for (var i = 0; i < spec.TargetRefs.Count; i++)
        {
            ReferenceSchema.Full(check, $"spec.targetRefs[{i}]", spec.TargetRefs[i].Group, spec.TargetRefs[i].Kind, spec.TargetRefs[i].Name);
            check.Text($"spec.targetRefs[{i}]", "sectionName", spec.TargetRefs[i].SectionName, TextRules.SectionName);
        }

        ReferenceSchema.Sections(check, "targetRefs", [.. spec.TargetRefs.Select(t => (Key: $"{t.Group}/{t.Kind} {t.Name}", Name: $"{t.Kind} {t.Name}", t.SectionName))]);
        Validation(check, "spec.validation", spec.Validation);
        check.Map("spec", "options", spec.Options, MaxOptions, TextRules.AnnotationValue);
    }

    private static void Validation(SchemaCheck check, string at, BackendTlsValidation validation)
    {
        if (validation.Hostname.Length == 0) check.Required(at, "hostname", "", TextRules.PreciseHostname);
        else check.Host(at, "hostname", validation.Hostname, TextRules.PreciseHostname);
        var (refs, known) = (validation.CaCertificateRefs, validation.WellKnownCaCertificates ?? "");
        check.Text(at, "wellKnownCACertificates", validation.WellKnownCaCertificates, TextRules.WellKnownCertificates);
        if (refs.Count > 0 && known.Length > 0) check.Error($"{at}.wellKnownCACertificates", "caCertificateRefs and wellKnownCACertificates are both given; give one");
        if (refs.Count == 0 && known.Length == 0) check.Error($"{at}.caCertificateRefs", "is required: caCertificateRefs, or wellKnownCACertificates: System");
        check.Count(at, "caCertificateRefs", refs.Count, MaxCertificateAuthorities);
        for (var i = 0; i < refs.Count; i++) ReferenceSchema.Full(check, $"{at}.caCertificateRefs[{i}]", refs[i].Group, refs[i].Kind, refs[i].Name);
        check.Count(at, "subjectAltNames", validation.SubjectAltNames.Count, MaxNames);
        for (var i = 0; i < validation.SubjectAltNames.Count; i++) Name(check, $"{at}.subjectAltNames[{i}]", validation.SubjectAltNames[i]);
    }

    private static void Name(SchemaCheck check, string at, SubjectAltName name)
    {
        check.Variant(at, name.Type, ("Hostname", "hostname", !string.IsNullOrEmpty(name.Hostname)), ("URI", "uri", !string.IsNullOrEmpty(name.Uri)));
        check.Text(at, "hostname", name.Hostname, TextRules.Hostname);
        check.Text(at, "uri", name.Uri, TextRules.Uri);
    }
}
