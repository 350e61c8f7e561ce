using System.Globalization;
using System.Text.Json;
using Usher.Model.Aws;

namespace Usher.LoadBalancer;

/// <summary>A port that a group listens at.</summary>
/// <param name="Port">The port.</param>
/// <param name="Protocol"><c>HTTP</c> or <c>HTTPS</c>.</param>
/// <param name="SslPolicy">The TLS policy of an HTTPS one.</param>
/// <param name="Certificates">ARNs of an HTTPS one's certificates, the default first.</param>
/// <param name="Attributes">The listener's attributes.</param>
/// <param name="Members">The Ingresses that listen there, in the group's order.</param>
internal sealed record ListenPort(
    int Port, string Protocol, string SslPolicy, IReadOnlyList<string> Certificates, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<GroupMember> Members);

/// <summary>
/// The ports of a group (the controller's guide, Ingress annotations, <c>listen-ports</c>, <c>certificate-arn</c>, <c>ssl-policy</c>, <c>listener-attributes</c>): each Ingress's are HTTP 80, or HTTPS 443 where
/// it names certificates, unless it lists others. Those with the same number are one, and have to agree.
/// </summary>
internal static class ListenPorts
{
    internal const string Name = "listen-ports";

    internal static IReadOnlyList<ListenPort> Of(IngressGroup group, CertificateDiscovery discovery, IReadOnlyList<string> dnsNames)
    {
        var ports = new SortedDictionary<int, List<(GroupMember Member, string Protocol)>>();
        var certificates = new Dictionary<GroupMember, IReadOnlyList<string>>();
        foreach (var member in group.Members)
        {
            var listened = Of(member.Annotations);
            if (listened.Values.Contains("HTTPS")) certificates[member] = discovery.Of(member, dnsNames);
            foreach (var (port, protocol) in listened)
            {
                if (!ports.TryGetValue(port, out var all)) ports[port] = all = [];
                all.Add((member, protocol));
            }
        }

        return [.. ports.Select(p => Merge(p.Key, p.Value, certificates))];
    }

    /// <summary>The ports of one Ingress with their protocols.</summary>
    internal static IReadOnlyDictionary<int, string> Of(ControllerAnnotations annotations)
    {
        var standard = annotations.List("certificate-arn").Count > 0 ? new SortedDictionary<int, string> { [443] = "HTTPS" } : new SortedDictionary<int, string> { [80] = "HTTP" };
        if (annotations.Read<List<Dictionary<string, JsonElement>>>(Name) is not { } entries) return standard;
        var ports = new SortedDictionary<int, string>();
        if (entries.Count == 0) annotations.Error(Name, "found an empty list; at least one is wanted, as [{\"HTTP\": 80}, {\"HTTPS\": 443}]");
        foreach (var (protocol, written) in entries.SelectMany(e => e ?? []))
        {
            if (protocol is not ("HTTP" or "HTTPS")) annotations.Error(Name, $"found {protocol}; listen protocol must be within [HTTP, HTTPS]");
            else if (written.ValueKind != JsonValueKind.Number || !written.TryGetInt32(out var port) || port is < 1 or > 65535) annotations.Error(Name, $"found {written.GetRawText()}; listen port must be within [1, 65535]{(written.ValueKind == JsonValueKind.String ? ", a number without quotes" : "")}");
            else ports[port] = protocol;
        }

        return ports.Count == 0 ? standard : ports;
    }

    private static ListenPort Merge(int port, List<(GroupMember Member, string Protocol)> all, Dictionary<GroupMember, IReadOnlyList<string>> certificates)
    {
        var (first, protocol) = all[0];
        foreach (var (member, other) in all)
        {
            if (other != protocol) member.Annotations.Error("listen-ports", $"conflicting protocol of port {port}: {protocol} ({first.Name}) and {other} ({member.Name}) in one group");
        }

        var attributes = new MergedMap($"listener-attributes.{protocol}-{port}", AttributeTable.Listener);
        foreach (var (member, _) in all) attributes.Add(member);
        if (protocol != "HTTPS") return new ListenPort(port, protocol, TlsPolicy.Standard, [], attributes.Values, [.. all.Select(a => a.Member)]);
        var arns = all.SelectMany(a => certificates.GetValueOrDefault(a.Member) ?? []).Distinct(StringComparer.Ordinal);
        return new ListenPort(port, protocol, Policy(all), [.. arns], attributes.Values, [.. all.Select(a => a.Member)]);
    }

    private static string Policy(List<(GroupMember Member, string Protocol)> all)
    {
        const string name = "ssl-policy";
        (GroupMember Member, string Value)? first = null;
        foreach (var (member, _) in all)
        {
            if (member.Annotations.Text(name) is not { } policy) continue;
            if (TlsPolicy.Find(policy) is null) member.Annotations.Error(name, TlsPolicy.Unknown(policy));
            else if (first is { } had && had.Value != policy) member.Annotations.Error(name, $"conflicting ssl-policy: '{had.Value}' ({had.Member.Name}) and '{policy}' ({member.Name}) at one port");
            else first ??= (member, policy);
            if (TlsPolicy.Short(policy) is { } says) member.Annotations.Warn(name, says);
        }

        return first?.Value ?? TlsPolicy.Standard;
    }
}

/// <summary>Attributes that the members of a group give together: each key once, or with the same value.</summary>
/// <param name="name">The annotation.</param>
/// <param name="table">The attributes that there are.</param>
internal sealed class MergedMap(string name, AttributeTable table)
{
    private readonly SortedDictionary<string, string> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GroupMember> givers = new(StringComparer.Ordinal);

    internal IReadOnlyDictionary<string, string> Values => values;

    internal void Add(GroupMember member)
    {
        foreach (var (key, value) in member.Annotations.Attributes(name, table))
        {
            if (givers.TryAdd(key, member)) values[key] = value;
            else if (values[key] != value) member.Annotations.Error(name, string.Create(CultureInfo.InvariantCulture, $"conflicting {key}: '{values[key]}' ({givers[key].Name}) and '{value}' ({member.Name}) in one group"));
        }
    }
}
