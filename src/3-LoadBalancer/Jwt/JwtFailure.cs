namespace Usher.LoadBalancer;

/// <summary>Why a token isn't let through.</summary>
internal enum JwtFailure
{
    /// <summary>It is.</summary>
    None,

    /// <summary>The request has no Authorization header.</summary>
    Missing,

    /// <summary>It is no bearer token, or no JWT that can be read.</summary>
    Malformed,

    /// <summary>It isn't signed with RS256.</summary>
    Algorithm,

    /// <summary>The issuer's keys couldn't be fetched so far.</summary>
    NoKeys,

    /// <summary>None of the issuer's keys has the token's key id.</summary>
    UnknownKey,

    /// <summary>The signature isn't made with the issuer's key.</summary>
    Signature,

    /// <summary>A claim is absent.</summary>
    ClaimMissing,

    /// <summary>A claim isn't written as it must be.</summary>
    ClaimFormat,

    /// <summary>A claim has another value.</summary>
    ClaimValue,

    /// <summary><c>exp</c> is over.</summary>
    Expired,

    /// <summary><c>nbf</c> is still to come.</summary>
    NotYetValid,

    /// <summary><c>iat</c> is still to come.</summary>
    IssuedLater,
}

/// <summary>What failures are called.</summary>
internal static class JwtWords
{
    /// <summary>401 for what the client can mend; 500 where the load balancer has no keys, as where it can't reach an identity provider (ALB user guide, Troubleshoot, HTTP 500).</summary>
    internal static int Status(this JwtFailure failure) => failure == JwtFailure.NoKeys ? 500 : 401;

    /// <summary>The journey's code.</summary>
    internal static string Outcome(this JwtFailure failure) => failure switch
    {
        JwtFailure.Missing => "load-balancer.401.jwt-missing",
        JwtFailure.Malformed => "load-balancer.401.jwt-malformed",
        JwtFailure.Algorithm => "load-balancer.401.jwt-algorithm",
        JwtFailure.NoKeys => "load-balancer.500.jwks-unavailable",
        JwtFailure.UnknownKey => "load-balancer.401.jwt-unknown-key",
        JwtFailure.Signature => "load-balancer.401.jwt-signature",
        JwtFailure.ClaimMissing => "load-balancer.401.jwt-claim-missing",
        JwtFailure.ClaimFormat => "load-balancer.401.jwt-claim-format",
        JwtFailure.ClaimValue => "load-balancer.401.jwt-claim-value",
        JwtFailure.Expired => "load-balancer.401.jwt-expired",
        _ => "load-balancer.401.jwt-not-yet-valid",
    };

    /// <summary>The access log's <c>error_reason</c>; null where its word isn't known.</summary>
    internal static string? Reason(this JwtFailure failure) => failure switch
    {
        JwtFailure.None or JwtFailure.NoKeys => null,
        JwtFailure.Missing => "JWTHeaderNotPresent",
        JwtFailure.Malformed => "JWTRequestFormatInvalid",
        JwtFailure.Algorithm or JwtFailure.UnknownKey or JwtFailure.Signature => "JWTSignatureValidationError",
        JwtFailure.ClaimMissing => "JWTClaimNotPresent",
        JwtFailure.ClaimFormat => "JWTClaimFormatInvalid",
        _ => "JWTClaimValueInvalid",
    };
}
