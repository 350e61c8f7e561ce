using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Checks tokens with the keys of now. Never waits: what newer keys might change is said, and <see cref="KeySources"/> fetches them.</summary>
internal sealed class TokenCheck(KeySources sources, TimeProvider time)
{
    private readonly TokenCache verified = new();

    /// <summary>
    /// <list type="number">
    /// <item>Find the bearer token; one that was verified already, by the same keys, is good until it expires.</item>
    /// <item>Take it apart: RS256 and nothing else.</item>
    /// <item>Verify its signature.</item>
    /// <item>Compare its claims.</item>
    /// </list>
    /// </summary>
    internal JwtReading Read(JwtPlan plan, RequestFacts facts)
    {
        // 1.
        if (BearerToken.Find(facts.Headers, out var token) is { } none) return none;
        var now = time.GetUtcNow();
        var source = sources.Find(plan.Endpoint);
        var keys = source?.Keys;
        var key = TokenCache.KeyOf(token, plan);
        if (keys is not null && verified.Find(key, keys, now) is { } known) return known;

        // 2.
        if (JwtText.Read(token, out var failure) is not { } jwt) return failure!;

        // 3.
        var assumed = !sources.Runs;
        if (!assumed && Objection(jwt, plan, keys, source) is { } objection) return objection;

        // 4.
        var said = keys is null ? null : $"{plan.Endpoint}, fetched {keys.FetchedAt:HH:mm:ss} UTC";
        if (JwtClaims.Wrong(jwt.Claims, plan, now, out var until) is { } wrong) return wrong with { KeyId = jwt.ToldKeyId, Keys = said, Assumed = assumed };
        var passed = new JwtReading(JwtFailure.None) { KeyId = jwt.ToldKeyId, Until = until, Keys = said, Assumed = assumed };
        if (keys is not null) verified.Add(key, keys, passed);
        return passed;
    }

    private static JwtReading? Objection(JwtText jwt, JwtPlan plan, KeySet? keys, KeySource? source)
    {
        if (keys is null)
        {
            return new JwtReading(JwtFailure.NoKeys) { KeyId = jwt.ToldKeyId, Detail = $"the keys at {plan.Endpoint} were never fetched{(source?.Problem is { } why ? $": {why}" : " so far")}" };
        }

        var stale = source?.Problem is { } problem ? $"; since then they couldn't be fetched again: {problem}" : "";
        var from = $"the keys at {plan.Endpoint}, fetched {keys.FetchedAt:HH:mm:ss} UTC";
        return keys.Verifies(jwt) switch
        {
            true => null,
            null => new JwtReading(JwtFailure.UnknownKey)
            {
                KeyId = jwt.ToldKeyId,
                Detail = keys.Count == 0 ? $"none of {from} verifies RS256{stale}" : $"none of {from}, has the token's kid{stale}",
            },
            false => new JwtReading(JwtFailure.Signature) { KeyId = jwt.ToldKeyId, Detail = $"the signature isn't made with {(jwt.KeyId is null ? "any of" : "the one of the token's kid among")} {from}{stale}" },
        };
    }
}
