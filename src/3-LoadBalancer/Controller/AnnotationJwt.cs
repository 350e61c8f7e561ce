using Usher.Model.Aws;

namespace Usher.LoadBalancer;

/// <summary>The check of tokens that <c>jwt-validation</c> wants at an Ingress's HTTPS listeners, with the limits of the ELBv2 API (JwtValidationActionConfig).</summary>
internal static class AnnotationJwt
{
    private const string Name = "jwt-validation";
    private const int MaxLength = JwtValidationAction.MaxLength;
    private const int MaxCount = JwtValidationAction.MaxCount;

    /// <summary>The action that comes before a rule's other one; null without one, or after an error.</summary>
    internal static RuleAction? Of(ControllerAnnotations annotations)
    {
        if (annotations.Read<JwtJson>(Name) is not { } written) return null;
        var claims = written.AdditionalClaims ?? [];
        var problem = !JwtValidationAction.IsEndpoint(written.JwksEndpoint) || written.JwksEndpoint!.Length > MaxLength ? $"found jwksEndpoint '{written.JwksEndpoint}'; a full URL is wanted, with https, the domain and the path"
            : written.Issuer is not { Length: > 0 and <= MaxLength } ? $"found issuer '{written.Issuer}'; what iss must be in a token is wanted"
            : claims.Count > MaxCount ? $"found {claims.Count} additionalClaims; at most {MaxCount} are allowed"
            : claims.Select(Problem).FirstOrDefault(p => p is not null)
                ?? (claims.DistinctBy(c => c.Name).Count() < claims.Count ? "has a claim more than once; one entry with all its values is wanted" : null);
        if (problem is null)
        {
            return new RuleAction { Type = Name, JwtValidation = new JwtValidationAction(written.JwksEndpoint!, written.Issuer!, [.. claims.Select(c => new JwtClaim(c.Name!, c.Format!, c.Values!))]) };
        }

        annotations.Error(Name, problem);
        return null;
    }

    private static string? Problem(ClaimJson? claim) => claim switch
    {
        null or { Name: not { Length: > 0 and <= MaxLength } } => $"found a claim named '{claim?.Name}'; a name of 1 to {MaxLength} characters is wanted",
        _ when JwtClaim.IsAlwaysValidated(claim.Name) => $"found the claim {claim.Name}, which is always validated and can't be given here",
        _ when !JwtClaim.Formats.Contains(claim.Format, StringComparer.Ordinal) => $"found format '{claim.Format}' of claim {claim.Name}; allowed are single-string, string-array and space-separated-values",
        { Values: not { Count: > 0 and <= MaxCount } } => $"found {claim.Values?.Count ?? 0} values of claim {claim.Name}; 1 to {MaxCount} are allowed",
        { Format: "single-string", Values.Count: > 1 } => $"found {claim.Values.Count} values of claim {claim.Name}; a single-string claim has one",
        _ when claim.Values.Any(v => v is not { Length: > 0 and <= MaxLength }) => $"a value of claim {claim.Name} has none or more than {MaxLength} characters",
        { Format: "space-separated-values" } when claim.Values.Any(v => v.Contains(' ', StringComparison.Ordinal)) => $"a value of claim {claim.Name} has a space; values of space-separated-values have none",
        _ => null,
    };
}
