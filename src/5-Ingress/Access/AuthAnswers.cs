namespace Usher.Ingress;

/// <summary>What the controller answers when who is asked (<c>auth-url</c>) doesn't let a request pass.</summary>
internal static class AuthAnswers
{
    /// <summary>The answer; null when the request passes, or nobody was asked.</summary>
    internal static IngressAnswer? Of(IngressDecision decision)
    {
        if (decision.Authorization is not { } reading || AccessRules.Denied(decision.Choice.Ask, reading) is not { } verdict) return null;
        var ingress = decision.Choice.Route!.Ingress.Short;
        switch (verdict)
        {
            case AuthVerdict.Unauthorized when SignIn(decision, reading.Rule) is { } signin:
                return new IngressAnswer(302, Location: signin);
            case AuthVerdict.Unauthorized:
                return new IngressAnswer(401, "ingress.401.external-auth", $"{reading.Words} ({reading.Rule.Name} of {ingress}); auth-signin would send the client to where it signs in");
            case AuthVerdict.Forbidden:
                return new IngressAnswer(403, "ingress.403.external-auth", $"{reading.Words} ({reading.Rule.Name} of {ingress})");
            default:
                var why = reading.Failure is not null ? $"{reading.Url} can't be asked: {reading.Failure}" : reading.Words;
                return new IngressAnswer(500, "ingress.500.external-auth",
                    $"{why} ({reading.Rule.Name} of {ingress}). nginx takes {(reading.Rule.KeepAlive ? "200 (with auth-keepalive no other 2xx)" : "2xx")}, 401 and 403, and answers 500 for everything else ('auth request unexpected status'), no answer included");
        }
    }

    /// <summary>The WWW-Authenticate headers of a 401: those of who was asked, else basic auth's.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> Challenge(IngressDecision decision)
    {
        var given = decision.Authorization is { Verdict: AuthVerdict.Unauthorized, Rule.KeepAlive: false } reading
            ? reading.Headers.Where(h => h.Key.Equals("WWW-Authenticate", StringComparison.OrdinalIgnoreCase)).Select(h => KeyValuePair.Create("WWW-Authenticate", h.Value)).ToList() : [];
        if (given.Count > 0) return given;
        return decision.Choice is { Route.Rules.Auth: { } basic } && (decision.Choice.Verdict == IngressVerdict.Unauthorized || decision.Choice.Ask == AuthAsk.AfterUnauthorized)
            ? [new("WWW-Authenticate", $"Basic realm=\"{basic.Realm}\"")] : [];
    }

    /// <summary>Where a client without a user is sent; null where it gets 401. nginx's <c>error_page 401</c>, which takes a 401 of basic auth too.</summary>
    internal static string? SignIn(IngressDecision decision, ExternalAuthRule? rule) => rule?.Signin is { } signin
        ? signin.Fill(decision.Controller, decision.Facts)
        : null;
}
