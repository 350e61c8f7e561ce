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
                    var (by, why) = upstream.Decides(part, name, ofCookie);
                    if (ReferenceEquals(by, part)) continue;
                    context.Warnings.Add(part.Ingress, IngressAnnotations.Field(name), $"found '{part.Ingress.Value.Metadata.Annotations[AnnotationTable.Prefix + name]}'; for Service {backend.Label} that of {by.NameAt(name)} counts, {counts}, since {why}");
                }
            }
        }
    }
}
