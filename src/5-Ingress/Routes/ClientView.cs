using System.Globalization;
using System.Net;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// Who the client is, for the controller: the connection's own scheme, host, port and address, unless <c>use-forwarded-headers</c> lets it believe X-Forwarded-*, or <c>use-proxy-protocol</c> has it told before the first request
/// (ingress-nginx's lua_ingress.lua; nginx documentation, Module ngx_http_realip_module).
/// </summary>
/// <param name="Facts">The request.</param>
/// <param name="Scheme"><c>$pass_access_scheme</c>.</param>
/// <param name="Host"><c>$best_http_host</c>.</param>
/// <param name="Port"><c>$pass_port</c>.</param>
/// <param name="Address"><c>$remote_addr</c>.</param>
internal readonly record struct ClientView(RequestFacts Facts, string Scheme, string Host, string Port, IPAddress Address)
{
    internal static ClientView Of(ControllerPlan controller, RequestFacts facts)
    {
        var config = controller.Config;
        var host = NginxTemplate.Authority(facts);
        var address = config.UseProxyProtocol ? ProxiedAddress(config, facts) : config.ReadsHeaders ? RealAddress(config, facts) : facts.Source;
        // $proxy_protocol_server_port, which is empty when the header names nobody.
        var port = !config.UseProxyProtocol ? controller.PortText : facts.Proxied?.Destination.Port.ToString(CultureInfo.InvariantCulture) ?? "";
        if (!config.UseForwardedHeaders) return new(facts, facts.Scheme, host, port, address);
        return new(
            facts, Header(facts, "X-Forwarded-Proto") ?? facts.Scheme, Header(facts, "X-Forwarded-Host")?.Split(',')[0].Trim() ?? host,
            Header(facts, "X-Forwarded-Port") ?? port, address);
    }

    /// <summary>The first header of a name that isn't empty, or null.</summary>
    internal static string? Header(RequestFacts facts, string name)
    {
        foreach (var (key, value) in facts.Headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return value.Length == 0 ? null : value;
        }

        return null;
    }

    /// <summary>Who the PROXY header names, where the connection is from somebody who is believed (<c>real_ip_header proxy_protocol</c>).</summary>
    private static IPAddress ProxiedAddress(NginxConfig config, RequestFacts facts) =>
        facts.Proxied is { } proxied && SourceRule.Contains(config.ProxyRealIp, facts.Source) ? proxied.Source.Address : facts.Source;

    /// <summary>The last address of the header that isn't one of those that are believed; the first one when all are (<c>real_ip_recursive on</c>).</summary>
    private static IPAddress RealAddress(NginxConfig config, RequestFacts facts)
    {
        var address = facts.Source;
        var chain = facts.Headers.Where(h => h.Key.Equals(config.ForwardedForHeader, StringComparison.OrdinalIgnoreCase)).SelectMany(h => h.Value.Split(',', StringSplitOptions.TrimEntries));
        foreach (var text in chain.Reverse())
        {
            if (!SourceRule.Contains(config.ProxyRealIp, address) || !IPAddress.TryParse(text, out var next)) break;
            address = next;
        }

        return address;
    }
}
