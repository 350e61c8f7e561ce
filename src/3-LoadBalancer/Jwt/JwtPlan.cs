using System.Collections.Immutable;
using Usher.Model.Aws;

namespace Usher.LoadBalancer;

/// <summary>A <c>jwt-validation</c> action (ELBv2 API, JwtValidationActionConfig). Compared by reference: tokens that it let through are remembered for it.</summary>
internal sealed class JwtPlan(Uri endpoint, string issuer, ImmutableArray<ClaimPlan> claims)
{
    /// <summary>Where the issuer's keys are.</summary>
    internal Uri Endpoint => endpoint;

    /// <summary>What <c>iss</c> must be, letter for letter.</summary>
    internal string Issuer => issuer;

    /// <summary>What a token must say besides.</summary>
    internal ImmutableArray<ClaimPlan> Claims => claims;

    internal static JwtPlan Of(JwtValidationAction action) => new(
        new Uri(action.JwksEndpoint),
        action.Issuer,
        [.. action.AdditionalClaims.Select(c => new ClaimPlan(c.Name, c.Format switch
        {
            "string-array" => ClaimFormat.StringArray,
            "space-separated-values" => ClaimFormat.SpaceSeparated,
            _ => ClaimFormat.SingleString,
        }, [.. c.Values]))]);
}

/// <summary>A claim that a token must have, with every one of these values.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Format">How the token writes it.</param>
/// <param name="Values">Its value, or of several what must be among them.</param>
internal sealed record ClaimPlan(string Name, ClaimFormat Format, ImmutableArray<string> Values);

/// <summary>How a token writes a claim.</summary>
internal enum ClaimFormat
{
    /// <summary>A JSON string.</summary>
    SingleString,

    /// <summary>A JSON array of strings.</summary>
    StringArray,

    /// <summary>A JSON string of words with single spaces between them, as OAuth's <c>scope</c> (RFC 6749 section 3.3).</summary>
    SpaceSeparated,
}
