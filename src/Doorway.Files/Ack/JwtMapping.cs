using Usher.Doorway.Files.Binding;
using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>A JWT validation action, with the checks of the ELBv2 API (JwtValidationActionConfig, JwtValidationActionAdditionalClaim).</summary>
/// <param name="manifest">The rule or listener.</param>
internal sealed class JwtMapping(AckManifest manifest)
{
    internal JwtValidationAction? Map(string field, JwtValidationConfig? config)
    {
        if (config is null)
        {
            manifest.Error(field, "is required for a jwt-validation action");
            return null;
        }

        var endpoint = Text($"{field}.jwksEndpoint", config.JwksEndpoint, "the URL of the issuer's keys, as \"https://auth.example.com/.well-known/jwks.json\"");
        if (endpoint.Length > 0 && !JwtValidationAction.IsEndpoint(endpoint)) manifest.Error($"{field}.jwksEndpoint", $"found {Found.Quote(endpoint)}; a full URL is wanted, with https, the domain and the path");
        var issuer = Text($"{field}.issuer", config.Issuer, "what iss must be in a token");
        Count($"{field}.additionalClaims", config.AdditionalClaims?.Count ?? 0, least: 0);
        var claims = new List<JwtClaim>();
        for (var i = 0; i < config.AdditionalClaims?.Count; i++) claims.Add(Claim($"{field}.additionalClaims[{i}]", config.AdditionalClaims[i]));
        foreach (var name in claims.Where(c => c.Name.Length > 0).GroupBy(c => c.Name).Where(g => g.Count() > 1).Select(g => g.Key))
        {
            manifest.Error($"{field}.additionalClaims", $"has the claim {Found.Quote(name)} more than once; one entry with all its values is wanted");
        }

        return manifest.IsWrong ? null : new JwtValidationAction(endpoint, issuer, claims);
    }

    private JwtClaim Claim(string field, JwtAdditionalClaim claim)
    {
        var name = Text($"{field}.name", claim.Name, "the claim's name");
        if (JwtClaim.IsAlwaysValidated(name)) manifest.Error($"{field}.name", $"found {name}, which is always validated and can't be given here");
        var format = manifest.OneOf($"{field}.format", claim.Format, null, JwtClaim.Formats);
        var values = claim.Values ?? [];
        Count($"{field}.values", values.Count, least: 1);
        if (format == "single-string" && values.Count > 1) manifest.Error($"{field}.values", $"found {values.Count} values; a single-string claim has one");
        for (var i = 0; i < values.Count; i++)
        {
            Text($"{field}.values[{i}]", values[i], "the value");
            if (format == "space-separated-values" && values[i]?.Contains(' ', StringComparison.Ordinal) == true)
            {
                manifest.Error($"{field}.values[{i}]", $"found {Found.Quote(values[i])}; values of space-separated-values have no space");
            }
        }

        return new JwtClaim(name, format, values);
    }

    private string Text(string field, string? text, string wanted)
    {
        var given = manifest.Required(field, text, wanted);
        if (given.Length > JwtValidationAction.MaxLength) manifest.Error(field, $"has {given.Length} characters; at most {JwtValidationAction.MaxLength} are allowed");
        return given;
    }

    private void Count(string field, int found, int least)
    {
        if (found < least || found > JwtValidationAction.MaxCount) manifest.Error(field, $"found {found}; {least} to {JwtValidationAction.MaxCount} are allowed");
    }
}
