using System.Net;
using System.Net.Sockets;
using Usher.Doorway.Files.Binding;
using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>Gateway, but for its listeners.</summary>
internal static class GatewayObjectSchema
{
    private const int MaxAddresses = 16;
    private const int MaxLabels = 8;
    private const int MaxAnnotations = 16;
    private const int MaxPorts = 64;
    private const int MaxCertificateAuthorities = 16;

    internal static void Check(SchemaCheck check, GatewaySpec spec)
    {
        check.Required("spec", "gatewayClassName", spec.GatewayClassName, TextRules.ObjectName);
        ListenerSchema.Check(check, spec.Listeners, ignoreCase: false);
        Addresses(check, spec.Addresses);
        if (spec.Infrastructure is { } infrastructure) Infrastructure(check, infrastructure);
        if (spec.AllowedListeners is { } allowed)
        {
            check.Word("spec.allowedListeners.namespaces", "from", allowed.Namespaces.From, "All", "Selector", "Same", "None");
            ListenerSchema.Selector(check, "spec.allowedListeners.namespaces.selector", allowed.Namespaces.Selector);
        }

        if (spec.Tls?.Backend?.ClientCertificateRef is { } certificate)
            ReferenceSchema.Object(check, "spec.tls.backend.clientCertificateRef", certificate.Group, certificate.Kind, certificate.Name, certificate.Namespace);
        if (spec.Tls?.Frontend is { } frontend) Frontend(check, frontend);
    }

    private static void Addresses(SchemaCheck check, IList<GatewayAddress> addresses)
    {
        check.Count("spec", "addresses", addresses.Count, MaxAddresses);
        for (var i = 0; i < addresses.Count; i++)
        {
            var (at, address) = ($"spec.addresses[{i}]", addresses[i]);
            check.Text(at, "type", address.Type, TextRules.AddressType);
            if (address is { Type: "IPAddress", Value: { } ip } && !(IPAddress.TryParse(ip, out var parsed) && (parsed.AddressFamily == AddressFamily.InterNetworkV6 || ip.Count(c => c == '.') == 3)))
                check.Error($"{at}.value", $"found {Found.Quote(ip)}; an IPv4 or IPv6 address is wanted");
            else if (address is { Type: "Hostname", Value: { } host }) check.Text(at, "value", host, TextRules.Hostname);
            else if (address.Value is { Length: > 253 }) check.Error($"{at}.value", $"found {address.Value.Length} characters; the most are 253");
        }

        check.Unique("spec", "addresses", addresses.Select(a => a.Type == "IPAddress" ? a.Value : null), ".value");
        check.Unique("spec", "addresses", addresses.Select(a => a.Type == "Hostname" ? a.Value : null), ".value");
    }

    private static void Infrastructure(SchemaCheck check, GatewayInfrastructure infrastructure)
    {
        check.Map("spec.infrastructure", "labels", infrastructure.Labels, MaxLabels, TextRules.LabelValue);
        check.Map("spec.infrastructure", "annotations", infrastructure.Annotations, MaxAnnotations, TextRules.AnnotationValue);
        if (infrastructure.ParametersRef is { } reference) ReferenceSchema.Full(check, "spec.infrastructure.parametersRef", reference.Group, reference.Kind, reference.Name);
    }

    private static void Frontend(SchemaCheck check, FrontendTlsConfig frontend)
    {
        const string Path = "spec.tls.frontend";
        if (!check.Wrote(Path, "default")) check.Error($"{Path}.default", "is required: what holds for the ports that perPort doesn't name; {} asks for no client certificates");
        Validation(check, $"{Path}.default.validation", frontend.Default.Validation);
        check.Count(Path, "perPort", frontend.PerPort.Count, MaxPorts);
        for (var i = 0; i < frontend.PerPort.Count; i++)
        {
            var at = $"{Path}.perPort[{i}]";
            check.RequiredPort(at, "port", frontend.PerPort[i].Port);
            if (!check.Wrote(at, "tls")) check.Error($"{at}.tls", "is required; {} asks for no client certificates");
            Validation(check, $"{at}.tls.validation", frontend.PerPort[i].Tls.Validation);
        }

        check.Unique(Path, "perPort", frontend.PerPort.Select(p => $"{p.Port}"), ".port");
    }

    private static void Validation(SchemaCheck check, string at, FrontendTlsValidation? validation)
    {
        if (validation is null) return;
        check.Word(at, "mode", validation.Mode, "AllowValidOnly", "AllowInsecureFallback");
        check.Count(at, "caCertificateRefs", validation.CaCertificateRefs.Count, MaxCertificateAuthorities, least: 1);
        for (var i = 0; i < validation.CaCertificateRefs.Count; i++)
        {
            var authority = validation.CaCertificateRefs[i];
            ReferenceSchema.Full(check, $"{at}.caCertificateRefs[{i}]", authority.Group, authority.Kind, authority.Name, authority.Namespace);
        }
    }
}
