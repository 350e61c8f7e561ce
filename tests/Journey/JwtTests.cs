using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Usher.Journey.Tests;

/// <summary>A rule that validates tokens, with keys that the road itself serves: its DNS finds them and its CA vouches for them.</summary>
public sealed class JwtTests
{
    private const string Url = "https://api.example.com/v1/users";
    private const string Issuer = "https://auth.example.com";

    [Fact]
    public async Task Keys_that_the_road_serves_itself_open_its_private_part()
    {
        using var key = RSA.Create(2048);
        using var manifests = Manifests.Sample();
        var numbers = key.ExportParameters(false);
        var set = $$"""{"keys":[{"kty":"RSA","kid":"k1","n":"{{Base64Url.EncodeToString(numbers.Modulus)}}","e":"{{Base64Url.EncodeToString(numbers.Exponent)}}"}]}""";
        manifests.Write("jwt.yaml", $$"""
            apiVersion: elbv2.services.k8s.aws/v1alpha1
            kind: Rule
            metadata: { name: keys, namespace: shop }
            spec:
              listenerRef: { from: { name: shop-edge-https } }
              priority: 1
              conditions: [{ field: path-pattern, pathPatternConfig: { values: [/.well-known/jwks.json] } }]
              actions:
                - type: fixed-response
                  fixedResponseConfig: { statusCode: "200", contentType: application/json, messageBody: '{{set}}' }
            ---
            apiVersion: elbv2.services.k8s.aws/v1alpha1
            kind: Rule
            metadata: { name: private, namespace: shop }
            spec:
              listenerRef: { from: { name: shop-edge-https } }
              priority: 2
              conditions: [{ field: path-pattern, pathPatternConfig: { values: [/v1/*] } }]
              actions:
                - type: forward
                  order: 2
                  targetGroupRef: { from: { name: shop-nodes } }
                - type: jwt-validation
                  order: 1
                  jwtValidationConfig:
                    jwksEndpoint: https://api.example.com/.well-known/jwks.json
                    issuer: {{Issuer}}
                    additionalClaims: [{ name: scope, format: space-separated-values, values: [users.read] }]
            """);
        var token = Token(key, "users.read users.write");
        var header = $"Authorization: Bearer {token}";

        // Of the files alone, the claims are read and the signature is taken for good.
        var alone = await Tool.UsherAsync("explain", Url, "-H", header, "-f", manifests.Path);
        Assert.Contains("token valid, its signature taken for good", alone.Output, StringComparison.Ordinal);
        Assert.Contains("load-balancer.401.jwt-missing", (await Tool.UsherAsync("explain", "--json", Url, "-f", manifests.Path)).Output, StringComparison.Ordinal);

        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);
        await road.UntilAsync("the keys are there", () => road.UsherAsync("status").Result.Output.Contains("jwks.json  1 keys, fetched", StringComparison.Ordinal));

        var journey = await road.TraceAsync(Url, "-H", header);
        Assert.Equal(("200", "ok"), (journey.Text("status"), journey.Text("outcome")));
        Assert.Equal("valid", journey.Hop("load-balancer").Facts().Text("jwt"));
        Assert.Equal("jwt-validation,forward", (await road.TraceAsync(Url, "-H", header)).Hop("load-balancer").Facts().Text("action"));
        Assert.Contains("signature verified by key k1", (await road.UsherAsync("explain", "--json", Url, "-H", header)).Output, StringComparison.Ordinal);

        var refused = await road.TraceAsync(Url, "-H", $"Authorization: Bearer {Token(key, "users.write")}");
        Assert.Equal(("401", "load-balancer.401.jwt-claim-value"), (refused.Text("status"), refused.Text("outcome")));
        Assert.Contains("the claim scope lacks a value", refused.Text("problem"), StringComparison.Ordinal);
        Assert.Equal("load-balancer.401.jwt-missing", (await road.TraceAsync(Url)).Text("outcome"));
        Assert.DoesNotContain(token, (await road.ApiAsync("/api/journeys?limit=100")).GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(token, journey.GetRawText(), StringComparison.Ordinal);
    }

    private static string Token(RSA key, string scope)
    {
        var claims = $$"""{"iss":"{{Issuer}}","exp":{{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 600}},"scope":"{{scope}}"}""";
        var signed = $"{Part("""{"alg":"RS256","kid":"k1"}""")}.{Part(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Part(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
