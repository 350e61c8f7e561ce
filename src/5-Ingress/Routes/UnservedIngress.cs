using System.Text.RegularExpressions;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Ingress;

/// <summary>An Ingress of which nothing, or not what it says now, is served.</summary>
/// <param name="Ingress">The Ingress as it is written.</param>
/// <param name="Why">Why, after its name: <c>isn't accepted: …</c>.</param>
internal sealed record UnservedIngress(Resource<V1Ingress> Ingress, string Why)
{
    /// <summary>Whether it would take a path, if it were served and no other had the host. A canary would not: it has a share of others' requests.</summary>
    /// <param name="host">A host of its rules.</param>
    /// <param name="path">The path as it is compared.</param>
    internal bool Takes(string host, string path)
    {
        var said = new SettingReader(name => Ingress.Value.Metadata?.Annotations?.TryGetValue(AnnotationTable.Prefix + name, out var text) == true ? text : null, static (_, _) => { });
        if (CanaryRule.IsCanary(said)) return false;
        if (Ingress.Value.Spec?.DefaultBackend?.Service is not null) return true;
        var areRegex = said.Flag("use-regex") == true || said.Text("rewrite-target") is not null;
        return (Ingress.Value.Spec?.Rules ?? []).Where(r => HostName.Of(r.Host) == host).SelectMany(r => r.Http?.Paths ?? []).Any(p => p.Backend?.Service is not null && Takes(p, path, areRegex));
    }

    private static bool Takes(V1HTTPIngressPath written, string path, bool isRegex)
    {
        if (WrittenPath.Kind(written) is not { } kind) return false;
        var text = WrittenPath.Text(written, kind);
        return isRegex ? PathPattern.Compile("^" + text, RegexOptions.IgnoreCase)?.IsMatch(path) == true : Location.MatchesPlainly(text, kind, path);
    }
}
