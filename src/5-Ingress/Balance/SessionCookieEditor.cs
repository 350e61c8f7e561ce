using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>Adds the cookie of a new session to a response; which session that is may change until the response comes.</summary>
internal sealed class SessionCookieEditor(IngressDecision decision, RequestPassage passage, TimeProvider time, IResponseEditor inner) : IResponseEditor
{
    /// <summary>The editor with the cookie, where a decision may need one.</summary>
    internal static IResponseEditor For(IngressDecision decision, RequestPassage passage, TimeProvider time, IResponseEditor inner) =>
        decision.Choice.Balance.Cookie is null ? inner : new SessionCookieEditor(decision, passage, time, inner);

    /// <summary>The Set-Cookie header of a decision; null for none. Only a path whose own Ingress wants affinity sets one (sticky.lua, should_set_cookie).</summary>
    internal static string? Value(IngressDecision decision, RequestPassage passage, TimeProvider time)
    {
        var choice = decision.Choice;
        if (choice.Reading is not { Key: { } key } || choice.Balance.Cookie is not { } cookie || choice.Route is not { Path.Length: > 0, Rules.Balance.Cookie: not null } route) return null;
        return cookie.Set(key, choice.Backend!.Upstream, route.Path, decision.Controller.Https, passage.Record.UserAgent, time.GetUtcNow());
    }

    /// <summary>The headers of an answer of the controller's own, with the cookie where there is one.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> AtOwnAnswer(IngressDecision decision, RequestPassage passage, TimeProvider time, IReadOnlyList<KeyValuePair<string, string>> headers) =>
        Value(decision, passage, time) is { } value ? [.. headers, new("Set-Cookie", value)] : headers;

    public void Edit(ResponseHead response, HeaderEdits edits)
    {
        inner.Edit(response, edits);
        if (Value(decision, passage, time) is { } value) edits.Add("Set-Cookie", value);
    }
}
