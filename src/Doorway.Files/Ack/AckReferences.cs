using Usher.Doorway.Files.Binding;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Ack;

/// <summary>What a reference led to.</summary>
/// <param name="Target">The object; null after an error.</param>
/// <param name="Id">Its ARN or id; null when it has none or has errors of its own.</param>
internal readonly record struct Referenced(AckManifest? Target, string? Id);

/// <summary>Resolves the pairs of fields <c>xARN</c> and <c>xRef</c> (<c>xID</c> and <c>xRef</c>).</summary>
/// <param name="identities">The objects and their ids.</param>
/// <param name="isComplete">False when a document could not be read: then nothing is said to be missing.</param>
internal sealed class AckReferences(AckIdentities identities, bool isComplete)
{
    private const int MaxListed = 20;

    private readonly Dictionary<(string Kind, bool Identifiers), string> known = [];

    /// <summary>The object that one of two fields refers to.</summary>
    /// <param name="from">The referring object.</param>
    /// <param name="kind">The kind referred to.</param>
    /// <param name="parent">The path before the fields: <c>spec.</c>, <c>spec.actions[0].</c></param>
    /// <param name="idField">The field with the id: <c>loadBalancerARN</c>.</param>
    /// <param name="id">Its value.</param>
    /// <param name="refField">The field with the reference: <c>loadBalancerRef</c>.</param>
    /// <param name="reference">Its value.</param>
    internal Referenced Resolve(AckManifest from, string kind, string parent, string idField, string? id, string refField, AckReference? reference)
    {
        if (id is not null && reference is not null) return Wrong($"{parent}{refField}", $"{refField} and {idField} are both given; give one");
        if (id is null && reference is null)
        {
            return Wrong($"{parent}{refField}", $"is required: {refField}: {{ from: {{ name: … }} }}, or {idField}; {Known(kind, identifiers: false)}");
        }

        if (id is not null) return ById(from, kind, $"{parent}{idField}", id);
        if (reference!.From is not { Name: { Length: > 0 } name } named)
        {
            return Wrong($"{parent}{refField}.from.name", $"is required; {Known(kind, identifiers: false)}");
        }

        var ns = named.Namespace is { Length: > 0 } given ? given : from.Key.Namespace;
        if (identities.Find(kind, ns, name) is { } target) return At(from, target, identities.Of(target));
        if (isComplete) return Wrong($"{parent}{refField}.from.name", $"found {name}; there is no {kind} {ns}/{name}; {Known(kind, identifiers: false)}");
        from.IsWrong = true;
        return default;

        Referenced Wrong(string field, string message)
        {
            from.Error(field, message);
            return default;
        }
    }

    private Referenced ById(AckManifest from, string kind, string field, string id)
    {
        // The Route 53 API takes both forms.
        var bare = kind == "HostedZone" && id.StartsWith("/hostedzone/", StringComparison.Ordinal) ? id["/hostedzone/".Length..] : id;
        if (identities.Find(kind, bare) is { } target) return At(from, target, bare);

        // It may be the id of an object whose own errors hide it.
        if (!isComplete || identities.OfKind(kind).Any(m => identities.Of(m) is null)) from.IsWrong = true;
        else from.Error(field, $"found {Found.Quote(id)}; no {kind} has it; {Known(kind, identifiers: true)}");
        return default;
    }

    // Its own errors were reported where it is written.
    private static Referenced At(AckManifest from, AckManifest target, string? id)
    {
        if (id is null) from.IsWrong = true;
        return new Referenced(target, id);
    }

    private string Known(string kind, bool identifiers) =>
        known.TryGetValue((kind, identifiers), out var text) ? text : known[(kind, identifiers)] = List(kind, identifiers);

    private string List(string kind, bool identifiers)
    {
        var all = identities.OfKind(kind)
            .OrderBy(m => m.Key.Namespace, StringComparer.Ordinal).ThenBy(m => m.Key.Name, StringComparer.Ordinal)
            .Select(m => identifiers ? $"{identities.Of(m)} ({m.Key.Short})" : m.Key.Short)
            .ToList();
        if (all.Count == 0) return $"no {kind} is defined";
        return $"{(all.Count == 1 ? $"the only {kind} here is" : $"the {kind}s here are")} {FirstFew.Of(all, MaxListed)}";
    }
}
