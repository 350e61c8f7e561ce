using Usher.Model.Aws;

namespace Usher.LoadBalancer;

/// <summary>The transforms of a rule that <c>transforms.NAME</c> gives. Regular expressions and replacements are checked with every rule's.</summary>
internal static class AnnotationTransforms
{
    internal static IReadOnlyList<RuleTransform> Of(ControllerAnnotations annotations, string backend)
    {
        var name = $"transforms.{backend}";
        var transforms = new List<RuleTransform>();
        foreach (var written in annotations.Read<List<TransformJson>>(name) ?? [])
        {
            var rewrites = written?.Type switch { "host-header-rewrite" => written.HostHeaderRewriteConfig, "url-rewrite" => written.UrlRewriteConfig, _ => null };
            if (written?.Type is not ("host-header-rewrite" or "url-rewrite"))
            {
                annotations.Error(name, $"found type '{written?.Type}'; allowed are host-header-rewrite and url-rewrite");
            }
            else if (rewrites?.Rewrites is not [{ Regex: { Length: > 0 } regex, Replace: { } replace }])
            {
                annotations.Error(name, $"a {written.Type} transform wants {(written.Type == "url-rewrite" ? "urlRewriteConfig" : "hostHeaderRewriteConfig")} with one rewrite of regex and replace");
            }
            else
            {
                transforms.Add(new RuleTransform(written.Type, [new RewriteConfig(regex, replace)]));
            }
        }

        return transforms;
    }
}
