using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>Warns of annotations that count for nothing, since another Ingress has the same Service and says something else.</summary>
internal static class BalanceConflicts
{
    /// <summary>Warns.</summary>
    /// <param name="context">Where.</param>
    /// <param name="parts">The Ingresses, in their order.</param>
    /// <param name="upstreams">What they say together, by the upstream's name.</param>
    internal static void Warn(CompileContext context, IReadOnlyList<IngressPart> parts, IReadOnlyDictionary<string, UpstreamDraft> upstreams)
    {
        foreach (var part in parts)
        {
            foreach (var backend in part.Backends)
            {
                var upstream = upstreams[backend.Upstream];
                foreach (var (name, counts, ofCookie) in BalanceSettings.Overridden(part.Annotations.Rules, upstream.Balance))
                {
                    var winner = !ofCookie ? upstream.By : name == "affinity-mode" ? upstream.ModeBy! : upstream.CookieBy!;
                    if (ReferenceEquals(winner, part)) continue;
                    var why = !ofCookie ? Why(upstream, part) : name == "affinity-mode" ? "the first one's mode is all Ingresses'" : "the last one's cookie is all Ingresses'";
                    context.Warnings.Add(part.Ingress, IngressAnnotations.Field(name), $"found '{Written(part, name)}'; for Service {backend.Label} that of {winner.Ingress.Key}{Place(winner, name)} counts, {counts}, since {why}");
                }
            }
        }
    }

    /// <summary>Where an Ingress is written, at an annotation if it has that.</summary>
    internal static string Place(IngressPart part, string annotation) => part.Ingress.Origin.Place(IngressAnnotations.Field(annotation));

    /// <summary>Why an upstream is another Ingress's.</summary>
    internal static string Why(UpstreamDraft upstream, IngressPart other) =>
        upstream.IsDefault ? "the last Ingress whose default backend it is decides" : $"that comes first: {IngressOrder.Why(upstream.By, other)}";

    private static string Written(IngressPart part, string name) => part.Ingress.Value.Metadata.Annotations[AnnotationTable.Prefix + name];
}
