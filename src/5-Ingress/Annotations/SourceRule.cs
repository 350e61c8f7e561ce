using System.Collections.Immutable;
using System.Net;

namespace Usher.Ingress;

/// <summary><c>denylist-source-range</c> and <c>whitelist-source-range</c>: whose requests are answered with 403 (nginx documentation, Module ngx_http_access_module).</summary>
/// <param name="Denied">Who is denied, first.</param>
/// <param name="Allowed">Who is allowed; empty for everybody else.</param>
/// <param name="Where">Where it is written, for people.</param>
internal sealed record SourceRule(ImmutableArray<IPNetwork> Denied, ImmutableArray<IPNetwork> Allowed, string Where)
{
    internal static SourceRule? Read(SettingReader reader, NginxConfig config)
    {
        var denied = reader.Ranges("denylist-source-range");
        var allowed = reader.Ranges("whitelist-source-range");
        if (allowed.IsEmpty) allowed = reader.Ranges("allowlist-source-range");
        if (denied.IsEmpty && allowed.IsEmpty)
        {
            return config.Denied.IsEmpty && config.Allowed.IsEmpty ? null : new SourceRule(config.Denied, config.Allowed, $"ConfigMap {config.Source}");
        }

        return new SourceRule(denied.IsEmpty ? config.Denied : denied, allowed.IsEmpty ? config.Allowed : allowed, "annotations");
    }

    /// <summary>Why an address is turned away, or null when it isn't.</summary>
    internal string? Denies(IPAddress address)
    {
        if (Contains(Denied, address)) return $"{address} is in denylist-source-range {string.Join(", ", Denied)}";
        return Allowed.IsEmpty || Contains(Allowed, address) ? null : $"{address} isn't in whitelist-source-range {string.Join(", ", Allowed)}";
    }

    /// <summary>Whether one of the ranges has this address.</summary>
    internal static bool Contains(ImmutableArray<IPNetwork> ranges, IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        foreach (var range in ranges)
        {
            if (range.Contains(address)) return true;
        }

        return false;
    }
}
