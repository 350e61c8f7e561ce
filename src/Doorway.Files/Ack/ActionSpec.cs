namespace Usher.Doorway.Files.Ack;

/// <summary>An action of a rule or listener.</summary>
internal sealed class ActionSpec
{
    public string? Type { get; set; }

    public long? Order { get; set; }

    public string? TargetGroupARN { get; set; }

    public AckReference? TargetGroupRef { get; set; }

    public ForwardConfig? ForwardConfig { get; set; }

    public RedirectConfig? RedirectConfig { get; set; }

    public FixedResponseConfig? FixedResponseConfig { get; set; }

    public object? AuthenticateCognitoConfig { get; set; }

    public object? AuthenticateOIDCConfig { get; set; }

    public JwtValidationConfig? JwtValidationConfig { get; set; }
}

internal sealed class ForwardConfig
{
    public List<ForwardTargetGroup>? TargetGroups { get; set; }

    public StickinessConfig? TargetGroupStickinessConfig { get; set; }
}

internal sealed class ForwardTargetGroup
{
    public string? TargetGroupARN { get; set; }

    public AckReference? TargetGroupRef { get; set; }

    public long? Weight { get; set; }
}

internal sealed class StickinessConfig
{
    public long? DurationSeconds { get; set; }

    public bool? Enabled { get; set; }
}

internal sealed class RedirectConfig
{
    public string? Host { get; set; }

    public string? Path { get; set; }

    public string? Port { get; set; }

    public string? Protocol { get; set; }

    public string? Query { get; set; }

    public string? StatusCode { get; set; }
}

internal sealed class FixedResponseConfig
{
    public string? ContentType { get; set; }

    public string? MessageBody { get; set; }

    public string? StatusCode { get; set; }
}

internal sealed class JwtValidationConfig
{
    public List<JwtAdditionalClaim>? AdditionalClaims { get; set; }

    public string? Issuer { get; set; }

    public string? JwksEndpoint { get; set; }
}

internal sealed class JwtAdditionalClaim
{
    public string? Format { get; set; }

    public string? Name { get; set; }

    public List<string>? Values { get; set; }
}
