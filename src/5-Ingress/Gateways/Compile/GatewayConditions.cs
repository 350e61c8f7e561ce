using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>The conditions of Gateways, ListenerSets and listeners.</summary>
internal static class GatewayConditions
{
    /// <summary>A listener's.</summary>
    /// <param name="draft">The listener.</param>
    /// <param name="listens">Whether its Gateway has pods that could listen.</param>
    internal static IReadOnlyList<Condition> Of(ListenerDraft draft, bool listens = true)
    {
        var label = $"protocol {draft.Written.Protocol}, port {draft.Written.Port}";
        var accepted = draft.Protocol is null ? new Condition("Accepted", false, "UnsupportedProtocol", $"found protocol {draft.Written.Protocol}; HTTP, HTTPS, TLS, TCP and UDP are supported")
            : draft.Refused is { } refused ? refused
            : draft.Conflict is { } conflict ? new Condition("Accepted", false, "Invalid", conflict.Message)
            : new Condition("Accepted", true, "Accepted", $"{label} is served");
        return
        [
            accepted,
            .. draft.Overlap is { } overlap ? (IEnumerable<Condition>)[overlap] : [],
            draft.Conflict ?? new Condition("Conflicted", false, "NoConflicts", "no other listener is in its way"),
            draft.Unresolved ?? new Condition("ResolvedRefs", true, "ResolvedRefs", "every reference is resolved"),
            draft.IsProgrammed && !listens ? new Condition("Programmed", false, "Pending", "the Gateway has no address, so nobody listens")
                : draft.IsProgrammed ? new Condition("Programmed", true, "Programmed", $"{label} listens")
                : new Condition("Programmed", false, "Invalid", draft.IsAccepted ? draft.Unresolved?.Message ?? "it has no certificate" : accepted.Message),
        ];
    }

    /// <summary>Those of what has listeners.</summary>
    internal static IReadOnlyList<Condition> Of(IReadOnlyList<ListenerDraft> own, string name, string notProgrammed = "Invalid")
    {
        var invalid = own.Where(d => !d.IsProgrammed).Select(d => d.Written.Name).ToList();
        var none = invalid.Count == own.Count;
        return
        [
            invalid.Count == 0 ? new Condition("Accepted", true, "Accepted", $"{name} is served")
                : new Condition("Accepted", !none, "ListenersNotValid", $"{(none ? "no listener is" : "not every listener is")} valid: see {string.Join(", ", invalid)}"),
            none ? new Condition("Programmed", false, notProgrammed, "no listener is valid") : new Condition("Programmed", true, "Programmed", "its pods listen"),
        ];
    }
}
