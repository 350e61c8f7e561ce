using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.LoadBalancer;

/// <summary>What became of a token, for a journey. Its claims' values aren't told: which claim it was is enough to look for it.</summary>
internal static class JwtTelling
{
    internal static void Tell<TReasons>(JwtPlan plan, JwtReading found, TReasons reasons) where TReasons : struct, IReasonSink => reasons.Add(
        "jwt-validation", found.Passed, found.Passed ? $"{Signature(found)}; {Checked(plan)} hold until {JwtClaims.Time(found.Until)}" : found.Detail!);

    internal static string Problem(RulePlan rule, JwtReading found) => $"{rule.Label} validates the request's JSON Web Token: {found.Detail}{WayOut(found.Failure)}";

    internal static void AddTo(JsonObject facts, JwtPlan plan, JwtReading found)
    {
        facts["jwt"] = found.Passed ? "valid" : found.Failure.Outcome()[(found.Failure.Outcome().LastIndexOf('.') + 1)..];
        facts["jwksEndpoint"] = plan.Endpoint.OriginalString;
        if (found.KeyId is not null) facts["jwtKeyId"] = found.KeyId;
        if (found.Claim is not null) facts["jwtClaim"] = found.Claim;
        if (found.Passed) facts["jwtUntil"] = JwtClaims.Time(found.Until);
        if (found.Remembered) facts["jwtRemembered"] = true;
    }

    private static string Signature(JwtReading found) =>
        found.Assumed ? "no road runs that has the issuer's keys, so the signature counts as good"
        : $"signature verified{(found.KeyId is null ? "" : $" by key {found.KeyId}")} of {found.Keys}{(found.Remembered ? ", for an earlier request with the same token" : "")}";

    private static string Checked(JwtPlan plan) => string.Join(", ", plan.Claims.Select(c => c.Name).Prepend("exp").Prepend("iss"));

    private static string WayOut(JwtFailure failure) => failure switch
    {
        JwtFailure.Missing => "; send Authorization: Bearer and the token",
        JwtFailure.NoKeys => "; let the endpoint be reached, and see usher status",
        JwtFailure.Expired => "; get a new token from its issuer",
        _ => "",
    };
}
