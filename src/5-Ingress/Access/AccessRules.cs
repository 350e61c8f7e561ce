using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>Whether somebody else is still to be asked about a request, and what holds when that one doesn't let it pass.</summary>
internal enum AuthAsk : byte
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>Its answer counts.</summary>
    Ask,

    /// <summary>With <c>satisfy any</c>: the address was turned away already.</summary>
    AfterForbidden,

    /// <summary>With <c>satisfy any</c>: the user was turned away already.</summary>
    AfterUnauthorized,
}

/// <summary>
/// nginx's access phase: by address, by user, by who is asked, in this order (its modules access, auth_basic and auth_request). All have to let a request pass, and the first that doesn't ends it; with
/// <c>satisfy any</c> the first that does is enough, and of those that don't 401 counts before 403 (ngx_http_core_access_phase).
/// </summary>
internal static class AccessRules
{
    /// <summary>Decides by address and user.</summary>
    /// <returns>What becomes of the request, null for to let it pass; and whether somebody is still to be asked.</returns>
    internal static (IngressVerdict? Denied, AuthAsk Ask) Decide<TReasons>(ControllerPlan controller, RoutePlan route, RequestFacts facts, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var rules = route.Rules;
        if (rules.Sources is null && rules.Auth is null && rules.External is null) return (null, AuthAsk.None);
        var any = rules.SatisfyAny;
        IngressVerdict? denied = null;
        if (rules.Sources is { } sources)
        {
            var address = ClientView.Of(controller, facts).Address;
            var why = sources.Denies(address);
            if (TReasons.Wanted && (why is not null || any)) reasons.Add($"source range by {sources.Where}", why is null, why ?? $"{address} {(sources.Allowed.IsEmpty ? "isn't denied" : "is allowed")}");
            if (why is null && any && !sources.Allowed.IsEmpty) return Satisfied(reasons, "the address");
            if (why is not null) denied = IngressVerdict.Forbidden;
            if (denied is not null && !any) return (denied, AuthAsk.None);
        }

        var exempt = controller.Config.IsWithoutAuth(route.Path);
        if (rules.Auth is { } auth && !exempt)
        {
            var why = auth.Denies(facts);
            if (TReasons.Wanted) reasons.Add("auth-type basic", why is null, why ?? $"its user is in Secret {auth.Secret}");
            if (why is null && any) return Satisfied(reasons, "the user");
            if (why is not null) denied = IngressVerdict.Unauthorized;
            if (denied is not null && !any) return (denied, AuthAsk.None);
        }

        if (rules.External is null || exempt) return (denied, AuthAsk.None);
        return (null, denied switch { IngressVerdict.Unauthorized => AuthAsk.AfterUnauthorized, IngressVerdict.Forbidden => AuthAsk.AfterForbidden, _ => AuthAsk.Ask });
    }

    /// <summary>What becomes of a request whose answer by who was asked is known; null for to let it pass.</summary>
    internal static AuthVerdict? Denied(AuthAsk ask, AuthReading reading) => reading.Verdict switch
    {
        AuthVerdict.Pass => null,
        AuthVerdict.Forbidden when ask == AuthAsk.AfterUnauthorized => AuthVerdict.Unauthorized,
        var verdict => verdict,
    };

    private static (IngressVerdict?, AuthAsk) Satisfied<TReasons>(TReasons reasons, string what) where TReasons : struct, IReasonSink
    {
        if (TReasons.Wanted) reasons.Add("satisfy any", true, $"{what} is enough, and nothing else is asked");
        return (null, AuthAsk.None);
    }
}
