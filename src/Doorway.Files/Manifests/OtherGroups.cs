using System.Collections.Frozen;
using System.Reflection;
using System.Text.RegularExpressions;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Manifests;

/// <summary>
/// The API groups that belong neither to Kubernetes nor to a controller that Usher stands for. An object of such a group is a custom resource: its kind is whatever its
/// CustomResourceDefinition says, and that often comes with a chart of its own.
/// </summary>
internal static partial class OtherGroups
{
    /// <summary>How many letters may be wrong in a group that is meant to be one of the road's: ACK's <c>acmpca.services.k8s.aws</c> has a Certificate too, and is three from <c>acm.services.k8s.aws</c>.</summary>
    private const int Slip = 2;

    // Groups of which Usher, or the API server, knows what may be in them.
    private static readonly Lazy<FrozenSet<string>> Own = new(() => ManifestKind.All.Select(k => k.Group)
        .Concat(typeof(V1Pod).Assembly.GetTypes().Select(t => t.GetCustomAttribute<KubernetesEntityAttribute>()?.Group).OfType<string>())
        .Concat(UnsupportedKinds.ExtensionGroups)
        .ToFrozenSet(StringComparer.Ordinal));

    /// <summary>Whether a kind is somebody else's. One that is supported in a group of nearly the same name is taken for a slip.</summary>
    /// <param name="apiVersion">As written.</param>
    /// <param name="kind">As written.</param>
    internal static bool Has(string apiVersion, string kind) =>
        Form().Match(apiVersion) is { Success: true, Groups: [_, { Value: var group }] } && KindForm().IsMatch(kind) && !Own.Value.Contains(group)
        && NearestWord.Of(group, ManifestKind.All.Where(k => k.Name == kind).Select(k => k.Group), Slip) is null;

    // Only groups of Kubernetes' own have no dot.
    [GeneratedRegex(@"\A([a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)+)/[a-z](?:[-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Form();

    [GeneratedRegex(@"\A[A-Za-z](?:[-A-Za-z0-9]*[A-Za-z0-9])?\z")]
    private static partial Regex KindForm();
}
