using System.Globalization;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>Says of Gateways, ListenerSets and listeners how they are, once routes are attached.</summary>
internal static class GatewayStatus
{
    /// <summary>Of one Gateway and what belongs to it.</summary>
    /// <param name="context">Where its addresses are.</param>
    /// <param name="board">Takes what is said.</param>
    /// <param name="setup">What all Gateways are.</param>
    /// <param name="listeners">Its listeners.</param>
    /// <param name="routesOf">How many routes are attached to each.</param>
    internal static void Say(CompileContext context, StatusBoard board, GatewaySetup setup, GatewayListeners listeners, Func<ListenerDraft, int> routesOf)
    {
        var gateway = listeners.Gateway;
        var own = listeners.All.Where(d => d.Owner == gateway.Key).ToList();
        var (address, addresses) = GatewayAddresses.Of(context, gateway);
        List<Condition> more = [.. address];
        if (setup.ShownToBackends.TryGetValue(gateway.Key, out var shown)) more.Add(shown.Unresolved ?? new Condition("ResolvedRefs", true, "ResolvedRefs", "every reference is resolved"));
        if (shown.Unresolved is { } unresolved) board.Refuse(gateway, "spec.tls.backend.clientCertificateRef", unresolved);
        if (own.Exists(d => d.Tls is { InsecureFallback: true })) more.Add(new Condition("InsecureFrontendValidationMode", true, "ConfigurationChanged", "clients without a valid certificate are served (AllowInsecureFallback)"));
        if (gateway.Value.Spec.Infrastructure?.ParametersRef is { } parameters) context.Warnings.Add(gateway, "spec.infrastructure.parametersRef", $"has no effect here: {parameters.Kind} {parameters.Name} is a controller's own");
        // Without an address there are no pods, and nobody listens.
        var listens = !address.Any(c => c.Holds == false);
        board.Say(
            gateway, "", [.. GatewayConditions.Of(own, gateway.Key.ToString()).Where(c => address.All(a => a.Type != c.Type)), .. more],
            [.. addresses, new("attachedListenerSets", listeners.Sets.Count(s => listeners.All.Any(d => d.Owner == s.Key && d.IsProgrammed)).ToString(CultureInfo.InvariantCulture))]);
        foreach (var condition in address.Where(c => c.Holds == false && c.Reason != GatewayAddresses.NoPods)) board.Refuse(gateway, "spec.addresses", condition);
        foreach (var draft in own) Say(board, gateway, draft, routesOf(draft), listens);
        foreach (var set in listeners.Sets)
        {
            var drafts = listeners.All.Where(d => d.Owner == set.Key).ToList();
            board.Say(set, "", listens ? GatewayConditions.Of(drafts, set.Key.ToString(), "ListenersNotValid")
                : [new Condition("Accepted", false, "ParentNotAccepted", $"{gateway.Key} isn't programmed"), new Condition("Programmed", false, "ParentNotProgrammed", $"{gateway.Key} isn't programmed")]);
            foreach (var draft in drafts) Say(board, set, draft, routesOf(draft), listens);
        }

        foreach (var (set, why) in listeners.Refused) Refuse(board, set, why);
    }

    private static void Say<T>(StatusBoard board, Resource<T> owner, ListenerDraft draft, int routes, bool listens) where T : class
    {
        var conditions = GatewayConditions.Of(draft, listens);
        board.Say(owner, $"listener {draft.Written.Name}", conditions, new("attachedRoutes", routes.ToString(CultureInfo.InvariantCulture)), new("supportedKinds", string.Join(", ", draft.Kinds)));
        foreach (var condition in conditions.Where(c => c is { Type: "Accepted" or "ResolvedRefs", Holds: false })) board.Refuse(owner, draft.Field, condition);
    }

    /// <summary>Of ListenerSets whose Gateway isn't served, that they wait for it.</summary>
    internal static void SayOrphans(CompileContext context, StatusBoard board, GatewaySetup setup)
    {
        foreach (var set in context.State.All<ListenerSet>())
        {
            var parent = ListenerSets.ParentOf(set);
            if (setup.Listeners.ContainsKey(parent)) continue;
            Refuse(board, set, new Condition("Accepted", false, "ParentNotAccepted", context.State.Find(parent) is null ? $"there is no {parent}" : $"{parent} isn't served here"));
        }
    }

    private static void Refuse(StatusBoard board, Resource<ListenerSet> set, Condition why)
    {
        board.Say(set, "", [why, new Condition("Programmed", false, why.Reason, why.Message)]);
        board.Refuse(set, "spec.parentRef", why);
    }
}

/// <summary>What ListenerSets say.</summary>
internal static class ListenerSets
{
    /// <summary>Whether a Gateway lets ListenerSets of a namespace attach (<c>allowedListeners</c>).</summary>
    internal static bool Allows(DesiredState state, Resource<Gateway> gateway, string ns) => gateway.Value.Spec.AllowedListeners?.Namespaces switch
    {
        { From: "All" } => true,
        { From: "Same" } => ns == gateway.Key.Namespace,
        { From: "Selector", Selector: { } selector } => NamespaceLabels.Meets(state, ns, selector),
        _ => false,
    };

    /// <summary>The Gateway that one names.</summary>
    internal static ResourceKey ParentOf(Resource<ListenerSet> set) =>
        new(set.Value.Spec.ParentRef.Group, set.Value.Spec.ParentRef.Kind, set.Value.Spec.ParentRef.Namespace ?? set.Key.Namespace, set.Value.Spec.ParentRef.Name);
}
