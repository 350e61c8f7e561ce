using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>Transforms of a rule, with the checks of the ELBv2 API (RuleTransform) that concern their shape.</summary>
internal static class TransformMapping
{
    internal static IReadOnlyList<RuleTransform> Map(AckManifest manifest, IReadOnlyList<TransformSpec>? specs)
    {
        var transforms = new List<RuleTransform>();
        for (var i = 0; i < specs?.Count; i++)
        {
            if (Map(manifest, specs[i], $"spec.transforms[{i}]") is { } transform) transforms.Add(transform);
        }

        return transforms;
    }

    private static RuleTransform? Map(AckManifest manifest, TransformSpec spec, string field)
    {
        (string Type, string Name, RewritesConfig? Config)[] configs =
        [
            ("host-header-rewrite", "hostHeaderRewriteConfig", spec.HostHeaderRewriteConfig), ("url-rewrite", "urlRewriteConfig", spec.UrlRewriteConfig),
        ];
        manifest.OneOf($"{field}.type", spec.Type, null, [.. configs.Select(c => c.Type)]);
        if (Array.Find(configs, c => c.Type == spec.Type) is not { Type: { } type } own) return null;
        foreach (var other in configs.Where(c => c.Config is not null && c.Type != type))
        {
            manifest.Error($"{field}.{other.Name}", $"is for {other.Type} transforms; this one's type is {type}");
        }

        if (own.Config?.Rewrites is not { Count: 1 } rewrites)
        {
            manifest.Error($"{field}.{own.Name}.rewrites", $"found {own.Config?.Rewrites?.Count ?? 0}; a {type} transform has exactly one");
            return null;
        }

        var within = $"{field}.{own.Name}.rewrites[0]";
        var regex = manifest.Required($"{within}.regex", rewrites[0].Regex, "the regular expression that is looked for");
        if (rewrites[0].Replace is { } replace) return new RuleTransform(type, [new RewriteConfig(regex, replace)]);
        manifest.Error($"{within}.replace", "is required: what stands in place of the match; it may be empty");
        return null;
    }
}
