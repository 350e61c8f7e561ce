using System.Text.Json;

namespace Usher.LoadBalancer;

/// <summary>
/// What a token says against what its rule asks: <c>iss</c> and <c>exp</c> always, <c>nbf</c> and <c>iat</c> where they are present, then the rule's own claims (ALB user
/// guide, Verify JWTs). No leeway between clocks is documented, and none is given.
/// </summary>
internal static class JwtClaims
{
    /// <summary>The first claim that is wrong, as a reading; null when none is. Values are never told.</summary>
    internal static JwtReading? Wrong(JsonElement claims, JwtPlan plan, DateTimeOffset now, out double until)
    {
        until = 0;
        var seconds = now.ToUnixTimeMilliseconds() / 1000.0;
        if (!claims.TryGetProperty("iss", out var issuer)) return Missing("iss");
        if (JwtText.Text(issuer) is not { } written) return Format("iss", "a string");
        if (written != plan.Issuer) return new JwtReading(JwtFailure.ClaimValue) { Claim = "iss", Detail = $"the claim iss isn't {plan.Issuer}" };
        if (!claims.TryGetProperty("exp", out var expires)) return Missing("exp");
        if (Moment(expires) is not { } end) return Format("exp", "a number of seconds since 1970");
        if (end <= seconds) return new JwtReading(JwtFailure.Expired) { Claim = "exp", Detail = $"the token has expired {Time(end)}" };
        until = end;
        return NotBefore("nbf", JwtFailure.NotYetValid, claims, seconds) ?? NotBefore("iat", JwtFailure.IssuedLater, claims, seconds) ?? Wrong(claims, plan);
    }

    /// <summary>A moment for a person: <c>2026-11-29 01:02:03 UTC</c>.</summary>
    internal static string Time(double seconds) =>
        seconds is >= -62_135_596_800 and < 253_402_300_800 ? $"{DateTimeOffset.UnixEpoch.AddSeconds(seconds):yyyy-MM-dd HH:mm:ss} UTC" : "beyond any date";

    private static JwtReading? Wrong(JsonElement claims, JwtPlan plan)
    {
        foreach (var claim in plan.Claims)
        {
            if (!claims.TryGetProperty(claim.Name, out var found)) return Missing(claim.Name);
            if (Values(found, claim.Format) is not { } values)
            {
                return Format(claim.Name, claim.Format switch
                {
                    ClaimFormat.StringArray => "an array of strings",
                    ClaimFormat.SpaceSeparated => "a string of values with spaces between them",
                    _ => "a string",
                });
            }

            foreach (var wanted in claim.Values)
            {
                if (values.Contains(wanted, StringComparer.Ordinal)) continue;
                return new JwtReading(JwtFailure.ClaimValue) { Claim = claim.Name, Detail = claim.Format == ClaimFormat.SingleString ? $"the claim {claim.Name} has another value than the rule's" : $"the claim {claim.Name} lacks a value of the rule's" };
            }
        }

        return null;
    }

    private static string[]? Values(JsonElement claim, ClaimFormat format)
    {
        if (format != ClaimFormat.StringArray) return JwtText.Text(claim) is not { } text ? null : format == ClaimFormat.SingleString ? [text] : text.Split(' ');
        if (claim.ValueKind != JsonValueKind.Array) return null;
        var values = new List<string>(claim.GetArrayLength());
        foreach (var item in claim.EnumerateArray())
        {
            if (JwtText.Text(item) is not { } value) return null;
            values.Add(value);
        }

        return [.. values];
    }

    private static JwtReading? NotBefore(string name, JwtFailure failure, JsonElement claims, double now)
    {
        if (!claims.TryGetProperty(name, out var written)) return null;
        if (Moment(written) is not { } moment) return Format(name, "a number of seconds since 1970");
        return moment <= now ? null : new JwtReading(failure) { Claim = name, Detail = $"the claim {name} is in the future: {Time(moment)}" };
    }

    /// <summary>A NumericDate, which may have a fraction (RFC 7519 section 2).</summary>
    private static double? Moment(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && double.IsFinite(seconds) ? seconds : null;

    private static JwtReading Missing(string claim) => new(JwtFailure.ClaimMissing) { Claim = claim, Detail = $"the token has no claim {claim}" };

    private static JwtReading Format(string claim, string wanted) => new(JwtFailure.ClaimFormat) { Claim = claim, Detail = $"the claim {claim} isn't {wanted}" };
}
