using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>
/// Names that Kubernetes makes at random or by hash, made here as pure functions, so that the same manifests always give the same pods.
/// The alphabet is Kubernetes' own (<c>k8s.io/apimachinery/pkg/util/rand</c>): no vowels and no digits that look like letters.
/// </summary>
internal static class SafeNames
{
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    // Asked at every step of the controllers.
    private static readonly ConditionalWeakTable<V1PodTemplateSpec, string> Templates = [];

    /// <summary>
    /// The <c>pod-template-hash</c> of a template: FNV-1a over it, in the safe alphabet, as the Deployment controller does. Kubernetes hashes
    /// Go's own dump of the template, which nothing else can make; here it is its JSON with sorted keys, so the value differs.
    /// The commands that stand for its images belong to it: another command is another program, as another image is.
    /// Their directory doesn't, so that a checkout elsewhere gives the same names.
    /// </summary>
    public static string TemplateHash(V1PodTemplateSpec template, DesiredState state)
    {
        var commands = (template.Spec?.InitContainers ?? []).Concat(template.Spec?.Containers ?? [])
            .Select(c => state.Find(ImageCommand.KeyOf(c.Image ?? ""))?.Value).OfType<ImageCommand>()
            .Select(c => $"\n{string.Join('\0', c.Command ?? [])}");
        return Hash(string.Concat([Templates.GetValue(template, Canonical), .. commands]));
    }

    /// <summary>FNV-1a in the safe alphabet.</summary>
    public static string Hash(string text) =>
        string.Concat(Fnv1a(text).ToString(System.Globalization.CultureInfo.InvariantCulture).Select(c => Alphabet[c % Alphabet.Length]));

    /// <summary>The last five characters of a pod's name.</summary>
    /// <param name="owner">The ReplicaSet, as <c>namespace/name</c>.</param>
    /// <param name="ordinal">Which of its pods, from 0.</param>
    /// <param name="attempt">From 0; more when the name was taken.</param>
    public static string PodSuffix(string owner, int ordinal, int attempt) =>
        string.Concat(SHA256.HashData(Encoding.UTF8.GetBytes($"{owner}/{ordinal}/{attempt}")).Take(5).Select(b => Alphabet[b % Alphabet.Length]));

    /// <summary>The <c>metadata.uid</c> of a derived object.</summary>
    public static string Uid(ResourceKey key) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{key.Group}/{key.Kind}/{key.Namespace}/{key.Name}")).AsSpan(0, 16)).ToString();

    /// <summary>An object's JSON with sorted keys: equal for equal objects, however they were written.</summary>
    public static string Canonical(object value) => Sorted(JsonNode.Parse(KubernetesJson.Serialize(value)))?.ToJsonString() ?? "null";

    /// <summary>A deep copy.</summary>
    public static T Copy<T>(T value) where T : class => KubernetesJson.Deserialize<T>(KubernetesJson.Serialize(value));

    private static uint Fnv1a(string text)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(text)) hash = (hash ^ b) * 16777619u;
        return hash;
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
