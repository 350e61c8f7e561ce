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
internal sealed class ListenerCompiler(CompileContext context, StatusBoard board, CertificateRefs certificates)
{
    internal List<ListenerDraft> Compile(Resource<Gateway> gateway)
    {
        // 1.
        var all = gateway.Value.Spec.Listeners.Select((l, i) => new ListenerDraft(gateway, gateway.Key, l, $"spec.listeners[{i}]")).ToList();
        var own = all.Count;
        var sets = new List<Resource<ListenerSet>>();
        foreach (var set in SetsOf(gateway))
        {
            if (!Allows(gateway, set.Key.Namespace))
            {
                var refused = new Condition("Accepted", false, "NotAllowed", $"{gateway.Key} doesn't allow ListenerSets of namespace {set.Key.Namespace} (spec.allowedListeners)");
                board.Say(set, "", [refused, new Condition("Programmed", false, "NotAllowed", refused.Message)]);
                board.Refuse(set, "spec.parentRef", refused);
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

        foreach (var set in sets) accepted.Add(set);
        return all;
    }

    private readonly List<Resource<ListenerSet>> accepted = [];

    /// <summary>Says of a Gateway and its ListenerSets how they are, once routes are attached.</summary>
    internal void Say(Resource<Gateway> gateway, IReadOnlyList<ListenerDraft> all, IReadOnlyList<Condition> address, IEnumerable<KeyValuePair<string, string>> addresses)
    {
        var own = all.Where(d => d.Owner == gateway.Key).ToList();
        board.Say(gateway, "", [.. GatewayConditions.Of(own, gateway.Key.ToString()).Where(c => address.All(a => a.Type != c.Type)), .. address], [.. addresses, new("attachedListenerSets", FormattableString.Invariant($"{accepted.Count(s => IsOf(s, gateway))}"))]);
        foreach (var draft in own) Say(gateway, draft);
        foreach (var set in accepted.Where(s => IsOf(s, gateway)))
        {
            var drafts = all.Where(d => d.Owner == set.Key).ToList();
            board.Say(set, "", GatewayConditions.Of(drafts, set.Key.ToString()));
            foreach (var draft in drafts) Say(set, draft);
        }
    }

    /// <summary>Says of ListenerSets whose Gateway isn't served that they wait for it.</summary>
    internal void SayOrphans(IReadOnlySet<ResourceKey> served)
    {
        foreach (var set in context.State.All<ListenerSet>())
        {
            var parent = ParentOf(set);
            if (served.Contains(parent)) continue;
            var waiting = new Condition("Accepted", false, "ParentNotAccepted", context.State.Find(parent) is null ? $"there is no {parent}" : $"{parent} isn't served here");
            board.Say(set, "", [waiting, new Condition("Programmed", false, "ParentNotAccepted", waiting.Message)]);
            board.Refuse(set, "spec.parentRef", waiting);
        }
    }

    private void Say<T>(Resource<T> owner, ListenerDraft draft) where T : class
    {
        var conditions = GatewayConditions.Of(draft);
        board.Say(owner, $"listener {draft.Written.Name}", conditions, new("attachedRoutes", FormattableString.Invariant($"{draft.Routes.Count}")), new("supportedKinds", string.Join(", ", draft.Kinds)));
        foreach (var condition in conditions.Where(c => c is { Type: "Accepted" or "ResolvedRefs", Holds: false })) board.Refuse(owner, draft.Field, condition);
    }

    private IEnumerable<Resource<ListenerSet>> SetsOf(Resource<Gateway> gateway) => context.State.All<ListenerSet>().Where(s => IsOf(s, gateway))
        .OrderBy(s => s.Value.Metadata.CreationTimestamp ?? DateTime.MaxValue).ThenBy(s => s.Key.Namespace, StringComparer.Ordinal).ThenBy(s => s.Key.Name, StringComparer.Ordinal);

    private static bool IsOf(Resource<ListenerSet> set, Resource<Gateway> gateway) => ParentOf(set) == gateway.Key;

    private static ResourceKey ParentOf(Resource<ListenerSet> set) =>
        new(set.Value.Spec.ParentRef.Group, set.Value.Spec.ParentRef.Kind, set.Value.Spec.ParentRef.Namespace ?? set.Key.Namespace, set.Value.Spec.ParentRef.Name);

    private bool Allows(Resource<Gateway> gateway, string ns) => gateway.Value.Spec.AllowedListeners?.Namespaces switch
    {
        { From: "All" } => true,
        { From: "Same" } => ns == gateway.Key.Namespace,
        { From: "Selector", Selector: { } selector } => NamespaceLabels.Meets(context.State, ns, selector),
        _ => false,
    };

    private static void Conflicts(List<ListenerDraft> all, int own)
    {
        for (var i = 0; i < all.Count; i++)
        {
            // Of a Gateway's own listeners none is before the others; of ListenerSets the earlier one has the port.
            var others = (i < own ? all.Take(own) : all.Take(i)).Where((_, o) => o != i).Where(o => o.Protocol is not null && o.Written.Port == all[i].Written.Port).ToList();
            if (all[i].Protocol is not { } protocol) continue;
            if (others.Find(o => Differ(o.Protocol!.Value, protocol)) is { } differs)
                all[i].Conflict = new Condition("Conflicted", true, "ProtocolConflict", $"port {differs.Written.Port} has protocol {differs.Written.Protocol} by listener {differs.Written.Name} of {differs.Owner}, and {all[i].Written.Protocol} by this one");
            else if (others.Find(o => o.Protocol == protocol && o.Hostname == all[i].Hostname) is { } same)
                all[i].Conflict = new Condition("Conflicted", true, "HostnameConflict", $"listener {same.Written.Name} of {same.Owner} has port {same.Written.Port} for {(same.Hostname.Length == 0 ? "every host" : same.Hostname)} too");
        }
    }

    // UDP has ports of its own.
    private static bool Differ(PortProtocol one, PortProtocol other) => one != other && one != PortProtocol.Udp && other != PortProtocol.Udp;

    private static void Kinds(ListenerDraft draft)
    {
        string[] possible = draft.Written.Protocol switch
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
