using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>
/// A Gateway and the ListenerSets that attach to it → its listeners (Gateway API, Gateway and ListenerSet):
/// <list type="number">
/// <item>Which ListenerSets may attach: by <c>allowedListeners</c>.</item>
/// <item>Which listeners can't be served beside each other: two protocols at a port, or a host twice. What the Gateway itself says comes first, then the older ListenerSet.</item>
/// <item>What each may be attached to, and what it shows in handshakes.</item>
/// </list>
/// </summary>
internal sealed class ListenerCompiler(CompileContext context, CertificateRefs certificates)
{
    internal GatewayListeners Compile(Resource<Gateway> gateway)
    {
        // 1.
        var all = gateway.Value.Spec.Listeners.Select((l, i) => new ListenerDraft(gateway, gateway.Key, l, $"spec.listeners[{i}]")).ToList();
        var own = all.Count;
        var (sets, refused) = (new List<Resource<ListenerSet>>(), new List<(Resource<ListenerSet>, Condition)>());
        foreach (var set in SetsOf(gateway))
        {
            if (!ListenerSets.Allows(context.State, gateway, set.Key.Namespace))
            {
                refused.Add((set, new Condition("Accepted", false, "NotAllowed", $"{gateway.Key} doesn't allow ListenerSets of namespace {set.Key.Namespace} (spec.allowedListeners)")));
                continue;
            }

            sets.Add(set);
            all.AddRange(set.Value.Spec.Listeners.Select((l, i) => new ListenerDraft(gateway, set.Key, l, $"spec.listeners[{i}]")));
        }

        // 2.
        Conflicts(all, own);

        // 3.
        foreach (var draft in all)
        {
            Kinds(draft);
            if (draft.Protocol == PortProtocol.Tls && draft.Kind != ListenerKind.Passthrough) certificates.Read(draft);
        }

        foreach (var draft in all.Where(d => d is { Protocol: PortProtocol.Tls, Conflict: null } && d.Kind != ListenerKind.Passthrough))
        {
            if (all.Find(o => o != draft && o is { Protocol: PortProtocol.Tls, Conflict: null } && o.Kind != ListenerKind.Passthrough && o.Written.Port == draft.Written.Port && ListenerDraft.Intersects(o.Hostname, draft.Hostname)) is { } other)
                draft.Overlap = new Condition("OverlappingTLSConfig", true, "OverlappingHostnames", $"listener {other.Written.Name} of {other.Owner} ends TLS at port {other.Written.Port} for {(other.Hostname.Length == 0 ? "every host" : other.Hostname)} too; a client may use a connection for both, which is answered 421");
        }

        return new GatewayListeners(gateway, all, sets, refused);
    }

    private IEnumerable<Resource<ListenerSet>> SetsOf(Resource<Gateway> gateway) => context.State.All<ListenerSet>().Where(s => IsOf(s, gateway))
        .OrderBy(Age.Of).ThenBy(s => s.Key, ResourceKey.ByName);

    private static bool IsOf(Resource<ListenerSet> set, Resource<Gateway> gateway) => ListenerSets.ParentOf(set) == gateway.Key;

    private static void Conflicts(List<ListenerDraft> all, int own)
    {
        for (var i = 0; i < all.Count; i++)
        {
            // Of a Gateway's own listeners none is before the others; of ListenerSets the earlier one has the port.
            var others = (i < own ? all.Take(own) : all.Take(i)).Where((o, at) => at != i && (at < own || o.Conflict is null) && o.Protocol is not null && o.Written.Port == all[i].Written.Port).ToList();
            if (all[i].Protocol is not { } protocol) continue;
            if (others.Find(o => Differ(o.Protocol!.Value, protocol)) is { } differs)
                all[i].Conflict = new Condition("Conflicted", true, "ProtocolConflict", $"port {differs.Written.Port} has protocol {differs.Written.Protocol} by listener {differs.Written.Name} of {differs.Owner}, and {all[i].Written.Protocol} by this one");
            else if (others.Find(o => o.Protocol == protocol && o.Hostname == all[i].Hostname) is { } same)
                all[i].Conflict = new Condition("Conflicted", true, same.ProtocolName == all[i].ProtocolName ? "HostnameConflict" : "ProtocolConflict", $"listener {same.Written.Name} of {same.Owner} has port {same.Written.Port} for {(same.Hostname.Length == 0 ? "every host" : same.Hostname)} too");
        }
    }

    // UDP has ports of its own.
    private static bool Differ(PortProtocol one, PortProtocol other) => one != other && one != PortProtocol.Udp && other != PortProtocol.Udp;

    private static void Kinds(ListenerDraft draft)
    {
        string[] possible = draft.ProtocolName switch
        {
            "HTTP" or "HTTPS" => ["HTTPRoute", "GRPCRoute"],
            "TLS" => ["TLSRoute"],
            "TCP" => ["TCPRoute"],
            "UDP" => ["UDPRoute"],
            _ => [],
        };
        var written = draft.Written.AllowedRoutes.Kinds;
        draft.Kinds = written.Count == 0 ? possible : [.. possible.Where(k => written.Any(w => w.Kind == k && w.Group == GatewayApi.Group))];
        if (written.FirstOrDefault(w => w.Group != GatewayApi.Group || !possible.Contains(w.Kind)) is { } wrong)
            draft.Unresolved = new Condition("ResolvedRefs", false, "InvalidRouteKinds", $"found {wrong.Kind}; a listener of protocol {draft.Written.Protocol} takes {(possible.Length == 0 ? "none" : string.Join(", ", possible))}");
    }
}
