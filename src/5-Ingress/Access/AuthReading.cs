using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Ingress;

/// <summary>What an answer of who was asked means.</summary>
internal enum AuthVerdict
{
    /// <summary>The request passes.</summary>
    Pass,

    /// <summary>401, or the way to sign in.</summary>
    Unauthorized,

    /// <summary>403.</summary>
    Forbidden,

    /// <summary>500: it answered something else, or nothing.</summary>
    Error,
}

/// <summary>What was read of who is asked about a request (<c>auth-url</c>): kept with the decision, which is told from it.</summary>
/// <param name="Rule">Who is asked, and how.</param>
/// <param name="Url">The URL with its variables filled.</param>
/// <param name="Address">Where that is on this machine; null when its host has no address.</param>
/// <param name="Status">What was answered; 0 for nothing.</param>
internal sealed record AuthReading(ExternalAuthRule Rule, string Url, string? Address, int Status)
{
    /// <summary>Why nothing was answered; null when something was.</summary>
    public string? Failure { get; init; }

    /// <summary>Headers of the answer that the rule names, with what the client gets: Set-Cookie and WWW-Authenticate.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Whether it is remembered from an earlier request.</summary>
    public bool Cached { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>nginx's auth_request: 2xx, 401, 403, and everything else (its handler in ngx_http_auth_request_module.c; with <c>auth-keepalive</c>, the Lua of ingress-nginx's template).</summary>
    internal AuthVerdict Verdict => Status switch
    {
        401 => AuthVerdict.Unauthorized,
        403 => AuthVerdict.Forbidden,
        200 => AuthVerdict.Pass,
        > 200 and < 300 when !Rule.KeepAlive => AuthVerdict.Pass,
        _ => AuthVerdict.Error,
    };

    /// <summary>The values of a header, joined as nginx joins them; null when the answer has none.</summary>
    internal string? Header(string name)
    {
        var values = Headers.Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value).ToList();
        return values.Count == 0 ? null : string.Join(", ", values);
    }

    /// <summary>What the client may be given; without a status of <c>add_header</c>'s own only when the rule says always.</summary>
    internal string? Cookie(int status) =>
        Rule.AlwaysSetCookie || status is 200 or 201 or 204 or 206 or 301 or 302 or 303 or 304 or 307 or 308 ? Header("Set-Cookie") : null;

    /// <summary>What was answered, in words.</summary>
    internal string Words => Failure ?? FormattableString.Invariant($"{Url} answered {Status}{(Cached ? ", remembered from an earlier request" : $" after {Took.TotalMilliseconds:0.#} ms")}");

    /// <summary>Tells of it.</summary>
    internal void Tell(JsonObject told, ReasonList reasons)
    {
        reasons.Add(Rule.Name, Verdict == AuthVerdict.Pass, Words);
        told["externalAuth"] = new JsonObject
        {
            ["by"] = Rule.Name, ["url"] = Url, ["address"] = Address, ["status"] = Status, ["failure"] = Failure, ["cached"] = Cached, ["ms"] = Math.Round(Took.TotalMilliseconds, 2),
        };
    }
}
