using System.Text.Json;

namespace Usher.LoadBalancer.Tests;

/// <summary>Claims against a rule.</summary>
public sealed class JwtClaimsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1000);

    private static readonly JwtPlan Plan = new(new Uri("https://a/"), "i",
    [
        new ClaimPlan("aud", ClaimFormat.StringArray, ["api", "web"]), new ClaimPlan("scope", ClaimFormat.SpaceSeparated, ["read", "write"]),
        new ClaimPlan("client", ClaimFormat.SingleString, ["a b"]),
    ]);

    [Theory]
    [InlineData("", null, "None")]
    [InlineData(""" "iss": null """, "iss", "ClaimMissing")]
    [InlineData(""" "iss": 1 """, "iss", "ClaimFormat")]
    [InlineData(""" "iss": "I" """, "iss", "ClaimValue")]
    [InlineData(""" "exp": null """, "exp", "ClaimMissing")]
    [InlineData(""" "exp": "1001" """, "exp", "ClaimFormat")]
    [InlineData(""" "exp": 1e999 """, "exp", "ClaimFormat")]
    [InlineData(""" "exp": 1000 """, "exp", "Expired")]
    [InlineData(""" "exp": -1e300 """, "exp", "Expired")]
    [InlineData(""" "exp": 1000.5 """, null, "None")]
    [InlineData(""" "nbf": 1000 """, null, "None")]
    [InlineData(""" "nbf": 1000.5 """, "nbf", "NotYetValid")]
    [InlineData(""" "nbf": true """, "nbf", "ClaimFormat")]
    [InlineData(""" "iat": 1001 """, "iat", "IssuedLater")]
    [InlineData(""" "iat": [] """, "iat", "ClaimFormat")]
    [InlineData(""" "aud": null """, "aud", "ClaimMissing")]
    [InlineData(""" "aud": "api" """, "aud", "ClaimFormat")]
    [InlineData(""" "aud": ["api", 1] """, "aud", "ClaimFormat")]
    [InlineData(""" "aud": ["api"] """, "aud", "ClaimValue")]
    [InlineData(""" "aud": ["web", "more", "api"] """, null, "None")]
    [InlineData(""" "scope": "write admin read" """, null, "None")]
    [InlineData(""" "scope": "write" """, "scope", "ClaimValue")]
    [InlineData(""" "scope": ["read", "write"] """, "scope", "ClaimFormat")]
    [InlineData(""" "client": "a" """, "client", "ClaimValue")]
    [InlineData(""" "client": "\ud800" """, "client", "ClaimFormat")]
    public void A_claim_is_right_or_told(string changed, string? claim, string failure)
    {
        var members = new Dictionary<string, string>
        {
            ["iss"] = "\"i\"", ["exp"] = "1001", ["aud"] = """["api", "web"]""", ["scope"] = "\"read write\"", ["client"] = "\"a b\"",
        };
        if (changed.Length > 0)
        {
            var at = changed.IndexOf(": ", StringComparison.Ordinal);
            var (name, value) = (changed[..at].Trim(' ', '"'), changed[(at + 2)..].Trim());
            if (value == "null") members.Remove(name);
            else members[name] = value;
        }

        using var claims = JsonDocument.Parse($"{{{string.Join(", ", members.Select(m => $"\"{m.Key}\": {m.Value}"))}}}");
        var wrong = JwtClaims.Wrong(claims.RootElement, Plan, Now, out var until);

        Assert.Equal((failure, claim), (wrong?.Failure.ToString() ?? "None", wrong?.Claim));
        if (wrong is null) Assert.InRange(until, 1000.1, 1001);
        else Assert.Contains($"claim {claim}", wrong.Failure == JwtFailure.Expired ? "claim exp" : wrong.Detail!, StringComparison.Ordinal);
    }
}
