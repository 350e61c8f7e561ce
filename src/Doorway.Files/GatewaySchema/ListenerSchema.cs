using k8s.Models;
using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>The listeners of a Gateway or a ListenerSet.</summary>
internal static class ListenerSchema
{
    private const int MaxListeners = 64;
    private const int MaxCertificates = 64;
    private const int MaxOptions = 16;
    private const int MaxKinds = 8;

    /// <summary>Checks them.</summary>
    /// <param name="check">Takes the errors.</param>
    /// <param name="listeners">They.</param>
    /// <param name="ignoreCase">Whether two protocols that differ in case only are one, as in a ListenerSet.</param>
    internal static void Check(SchemaCheck check, IList<GatewayListener> listeners, bool ignoreCase)
    {
        check.Count("spec", "listeners", listeners.Count, MaxListeners, least: 1);
        for (var i = 0; i < listeners.Count; i++) Listener(check, $"spec.listeners[{i}]", listeners[i]);
        check.Unique("spec", "listeners", listeners.Select(l => l.Name), ".name");
        Distinct(check, listeners, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
    }

    /// <summary>A selector of namespaces.</summary>
    internal static void Selector(SchemaCheck check, string at, V1LabelSelector? selector)
    {
        for (var i = 0; i < (selector?.MatchExpressions?.Count ?? 0); i++)
        {
            var (field, expression) = ($"{at}.matchExpressions[{i}]", selector!.MatchExpressions![i]);
            if (string.IsNullOrEmpty(expression.Key)) check.Error($"{field}.key", "is required: the label's name");
            if (string.IsNullOrEmpty(expression.OperatorProperty)) check.Error($"{field}.operator", "is required; allowed are In, NotIn, Exists, DoesNotExist");
        }
    }

    private static void Listener(SchemaCheck check, string at, GatewayListener listener)
    {
        check.Required(at, "name", listener.Name, TextRules.SectionName);
        check.Host(at, "hostname", listener.Hostname, TextRules.Hostname);
        check.RequiredPort(at, "port", listener.Port);
        check.Required(at, "protocol", listener.Protocol, TextRules.Protocol);
        var protocol = listener.Protocol.ToUpperInvariant();
        if (protocol is "TCP" or "UDP" && listener.Hostname is not null) check.Error($"{at}.hostname", $"is for HTTP, HTTPS and TLS; this listener's protocol is {listener.Protocol}");
        if (protocol is "HTTP" or "TCP" or "UDP" && listener.Tls is not null) check.Error($"{at}.tls", $"is for HTTPS and TLS; this listener's protocol is {listener.Protocol}");
        if (protocol == "TLS" && listener.Tls is null) check.Error($"{at}.tls", "is required for protocol TLS; its mode is Terminate or Passthrough");
        if (listener.Tls is { } tls) Tls(check, $"{at}.tls", tls, protocol);
        check.Word($"{at}.allowedRoutes.namespaces", "from", listener.AllowedRoutes.Namespaces.From, "All", "Selector", "Same");
        Selector(check, $"{at}.allowedRoutes.namespaces.selector", listener.AllowedRoutes.Namespaces.Selector);
        check.Count($"{at}.allowedRoutes", "kinds", listener.AllowedRoutes.Kinds.Count, MaxKinds);
        for (var i = 0; i < listener.AllowedRoutes.Kinds.Count; i++)
        {
            check.Text($"{at}.allowedRoutes.kinds[{i}]", "group", listener.AllowedRoutes.Kinds[i].Group, TextRules.Group);
            check.Required($"{at}.allowedRoutes.kinds[{i}]", "kind", listener.AllowedRoutes.Kinds[i].Kind, TextRules.Kind);
        }
    }

    private static void Tls(SchemaCheck check, string at, GatewayTls tls, string protocol)
    {
        check.Word(at, "mode", tls.Mode, "Terminate", "Passthrough");
        if (protocol == "HTTPS" && tls.Mode == "Passthrough") check.Error($"{at}.mode", "found Passthrough; an HTTPS listener's is Terminate: for Passthrough the protocol is TLS");
        if (tls.Mode == "Terminate" && tls.CertificateRefs.Count == 0 && tls.Options.Count == 0) check.Error($"{at}.certificateRefs", "is required: with mode Terminate, a listener has certificateRefs or options");
        check.Count(at, "certificateRefs", tls.CertificateRefs.Count, MaxCertificates);
        for (var i = 0; i < tls.CertificateRefs.Count; i++)
        {
            var certificate = tls.CertificateRefs[i];
            ReferenceSchema.Object(check, $"{at}.certificateRefs[{i}]", certificate.Group, certificate.Kind, certificate.Name, certificate.Namespace);
        }

        check.Map(at, "options", tls.Options, MaxOptions, TextRules.AnnotationValue);
    }

    private static void Distinct(SchemaCheck check, IList<GatewayListener> listeners, StringComparison comparison)
    {
        for (var i = 1; i < listeners.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (one, other) = (listeners[i], listeners[j]);
                if (one.Port == 0 || one.Port != other.Port || !string.Equals(one.Protocol, other.Protocol, comparison) || one.Hostname != other.Hostname) continue;
                check.Error($"spec.listeners[{i}]", $"port {one.Port}, protocol {one.Protocol} and hostname {one.Hostname ?? "(none)"} are those of listeners[{j}]; no two listeners have all three the same");
                break;
            }
        }
    }
}
