using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>Which objects of a kind an external-dns looks at, and the names that its template gives them.</summary>
internal static class SourceFilter
{
    // The value that the annotation has where external-dns is meant.
    private const string Controller = "dns-controller";

    /// <summary>The objects in its namespace that its filters take, that aren't another controller's and that it doesn't have to leave out.</summary>
    internal static IEnumerable<(Resource<T> Resource, DnsSourceObject Object)> Of<T>(CompileContext context, ExternalDnsSettings settings, Func<T, V1ObjectMeta?> metadata) where T : class
    {
        foreach (var resource in context.State.List<T>())
        {
            if (settings.Namespace is { } only && only != resource.Key.Namespace) continue;
            var meta = metadata(resource.Value);
            if (!settings.Labels.Matches(meta?.Labels) || !settings.Annotations.Matches(meta?.Annotations)) continue;
            var source = DnsSourceObject.Of(context, resource, meta);
            if (source.Annotations["controller"] is not (null or Controller)) continue;
            yield return (resource, source);
        }
    }

    /// <summary>Whether the template's names count: where there are no others, or beside them.</summary>
    internal static bool TemplateCounts(ExternalDnsSettings settings, bool others) => settings.Template is not null && (settings.CombineTemplate || !others);
}
