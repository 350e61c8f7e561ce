using System.Collections.Immutable;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary><c>custom-headers</c>: a ConfigMap whose entries are set in every response of the Ingress, as far as <c>global-allowed-response-headers</c> lets them (ingress-nginx documentation, Custom Headers).</summary>
internal static class CustomHeaders
{
    internal static ImmutableArray<KeyValuePair<string, string>> Read(SettingReader reader, CompileContext context, string ns, NginxConfig config) => HeaderMap.Read(reader, context, "custom-headers", ns, (header, value) =>
        value.Any(c => c is < ' ' or >= (char)0x7F) ? (null, HeaderMap.NoHeader)
        : config.AllowedResponseHeaders.Contains(header) ? (value.Trim(), null)
        : ((string?)null, (string?)$"isn't one of global-allowed-response-headers in the controller's ConfigMap, which has {(config.AllowedResponseHeaders.IsEmpty ? "none" : string.Join(", ", config.AllowedResponseHeaders))}"));
}
