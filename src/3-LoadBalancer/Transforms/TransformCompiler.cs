using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>The transforms of a rule, with the limits of the ELBv2 API (RuleTransform, RewriteConfig).</summary>
internal sealed class TransformCompiler(CompileContext context)
{
    private const int MaxLength = 1024;
    private const string HostRewrite = "host-header-rewrite";
    private const string UrlRewrite = "url-rewrite";

    /// <summary>Null when the rule has none.</summary>
    internal TransformPlan? Compile(Resource<ListenerRule> rule)
    {
        var plan = new TransformPlan(null, null);
        var once = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < rule.Value.Transforms.Count; i++)
        {
            var transform = rule.Value.Transforms[i];
            var field = $"spec.transforms[{i}]";
            if (transform.Type is not (HostRewrite or UrlRewrite))
            {
                context.Errors.Add(rule, $"{field}.type", $"found {transform.Type}; allowed are {HostRewrite} and {UrlRewrite}");
            }
            else if (!once.Add(transform.Type))
            {
                context.Errors.Add(rule, $"{field}.type", $"found {transform.Type} a second time; one is allowed in a rule");
            }
            else if (transform.Rewrites.Count != 1)
            {
                context.Errors.Add(rule, field, $"{transform.Type}: found {transform.Rewrites.Count} rewrites; exactly one is wanted");
            }
            else if (transform.Type == HostRewrite)
            {
                plan = plan with { Host = Rewrite(rule, transform, $"{field}.hostHeaderRewriteConfig.rewrites[0]", ignoreCase: true) };
            }
            else
            {
                plan = plan with { Url = Rewrite(rule, transform, $"{field}.urlRewriteConfig.rewrites[0]", ignoreCase: false) };
            }
        }

        return plan is { Host: null, Url: null } ? null : plan;
    }

    private RewritePlan? Rewrite(Resource<ListenerRule> rule, RuleTransform transform, string field, bool ignoreCase)
    {
        var (pattern, replace) = transform.Rewrites[0];
        RewritePlan? plan = null;
        if (pattern.Length == 0 || !IsVisible(pattern))
        {
            context.Errors.Add(rule, $"{field}.regex", $"{transform.Type}: found '{pattern}'; 1 to {MaxLength} visible ASCII characters are wanted");
        }
        else if (RuleRegex.Compile(pattern, ignoreCase, out var problem) is not { } regex)
        {
            context.Errors.Add(rule, $"{field}.regex", $"{transform.Type}: found '{pattern}', which {problem}; {RuleRegex.Allowed}");
        }
        else if (Replacement.Parse(replace, regex.Engine, out problem) is not { } replacement)
        {
            context.Errors.Add(rule, $"{field}.replace", $"{transform.Type}: found '{replace}', which {problem}");
        }
        else
        {
            plan = new RewritePlan(regex, replacement);
        }

        if (!IsVisible(replace)) context.Errors.Add(rule, $"{field}.replace", $"{transform.Type}: found '{replace}'; at most {MaxLength} visible ASCII characters are wanted");
        return plan;
    }

    private static bool IsVisible(string text) => text.Length <= MaxLength && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
