namespace Usher.Doorway.Files.Ack;

/// <summary>A transform of <c>Rule.spec</c>.</summary>
internal sealed class TransformSpec
{
    public string? Type { get; set; }

    public RewritesConfig? HostHeaderRewriteConfig { get; set; }

    public RewritesConfig? UrlRewriteConfig { get; set; }
}

internal sealed class RewritesConfig
{
    public List<RewriteSpec>? Rewrites { get; set; }
}

internal sealed class RewriteSpec
{
    public string? Regex { get; set; }

    public string? Replace { get; set; }
}
