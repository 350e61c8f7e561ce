using System.Collections.Immutable;
using System.Text;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary><c>custom-headers</c>: a ConfigMap whose entries are set in every response of the Ingress, as far as <c>global-allowed-response-headers</c> lets them (ingress-nginx documentation, Custom Headers).</summary>
internal static class CustomHeaders
{
    internal static ImmutableArray<KeyValuePair<string, string>> Read(SettingReader reader, CompileContext context, Resource<V1Ingress> ingress, NginxConfig config)
    {
        if (reader.Text("custom-headers") is not { } name) return [];
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (context.State.Find<V1ConfigMap>(slash < 0 ? ingress.Key.Namespace : name[..slash], name[(slash + 1)..]) is not { } map)
        {
            reader.Wrong("custom-headers", name, "there is no ConfigMap of that namespace/name");
            return [];
        }

        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var (header, value) in (map.Value.Data ?? new Dictionary<string, string>()).OrderBy(h => h.Key, StringComparer.Ordinal))
        {
            if (!HeaderEdits.CanEdit(Encoding.UTF8.GetBytes(header)) || value.Any(c => c is < ' ' or >= (char)0x7F)) reader.Wrong("custom-headers", name, $"its key '{header}' is no header that can be set");
            else if (!config.AllowedResponseHeaders.Contains(header))
                reader.Wrong("custom-headers", name, $"its key '{header}' isn't one of global-allowed-response-headers in the controller's ConfigMap, which has {(config.AllowedResponseHeaders.IsEmpty ? "none" : string.Join(", ", config.AllowedResponseHeaders))}");
            else headers.Add(new(header, value.Trim()));
        }

        return headers.ToImmutable();
    }
}
