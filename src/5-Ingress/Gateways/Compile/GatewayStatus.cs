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
    /// <param name="listeners">Its listeners.</param>
    /// <param name="routesOf">How many routes are attached to each.</param>
    internal static void Say(CompileContext context, StatusBoard board, GatewayListeners listeners, Func<ListenerDraft, int> routesOf)
    {
        var gateway = listeners.Gateway;
        var own = listeners.All.Where(d => d.Owner == gateway.Key).ToList();
        var (address, addresses) = GatewayAddresses.Of(context, gateway);
        board.Say(
            gateway, "", [.. GatewayConditions.Of(own, gateway.Key.ToString()).Where(c => address.All(a => a.Type != c.Type)), .. address],
            [.. addresses, new("attachedListenerSets", listeners.Sets.Count.ToString(CultureInfo.InvariantCulture))]);
        foreach (var condition in address.Where(c => c.Holds == false)) board.Refuse(gateway, "spec.addresses", condition);
        foreach (var draft in own) Say(board, gateway, draft, routesOf(draft));
        foreach (var set in listeners.Sets)
        {
            var drafts = listeners.All.Where(d => d.Owner == set.Key).ToList();
            board.Say(set, "", GatewayConditions.Of(drafts, set.Key.ToString()));
            foreach (var draft in drafts) Say(board, set, draft, routesOf(draft));
        }

        foreach (var (set, why) in listeners.Refused) Refuse(board, set, why);
    }

    private static void Say<T>(StatusBoard board, Resource<T> owner, ListenerDraft draft, int routes) where T : class
    {
        var conditions = GatewayConditions.Of(draft);
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
    /// <summary>The Gateway that one names.</summary>
    internal static ResourceKey ParentOf(Resource<ListenerSet> set) =>
        new(set.Value.Spec.ParentRef.Group, set.Value.Spec.ParentRef.Kind, set.Value.Spec.ParentRef.Namespace ?? set.Key.Namespace, set.Value.Spec.ParentRef.Name);
}
