using Usher.Doorway.Files.Binding;
using Usher.Doorway.Files.Yaml;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Sources;

/// <summary>A path in a kustomization's <c>resources</c>.</summary>
/// <param name="Path">Relative to the kustomization's folder.</param>
/// <param name="Line">Where it is written.</param>
/// <param name="Field">Its field path.</param>
internal sealed record KustomizationResource(string Path, int Line, string Field);

/// <summary>
/// A kustomization that only lists resources. What would change them (patches, images, prefixes) is refused by name, for <c>kustomize build</c> to do.
/// </summary>
internal static class Kustomization
{
    /// <summary>How errors name it.</summary>
    internal const string Label = "Kustomization";

    private static readonly string[] Names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

    /// <summary>Fields that don't change an object.</summary>
    private static readonly string[] Harmless = ["apiVersion", "kind", "metadata", "buildMetadata", "sortOptions"];

    /// <summary>Fields of kustomize.config.k8s.io/v1beta1 and v1 that make or change objects.</summary>
    private static readonly string[] Transformers =
    [
        "commonAnnotations", "commonLabels", "components", "configMapGenerator", "configurations", "crds", "generatorOptions", "generators",
        "helmChartInflationGenerator", "helmCharts", "helmGlobals", "images", "labels", "namePrefix", "nameSuffix", "namespace", "openapi",
        "patches", "patchesJson6902", "patchesStrategicMerge", "replacements", "replicas", "secretGenerator", "transformers", "validators", "vars",
    ];

    internal static bool IsName(string fileName) => Names.Contains(fileName, StringComparer.Ordinal);

    /// <summary>The folder's kustomization, or null.</summary>
    internal static string? In(string folder) => Names.Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists);

    internal static IReadOnlyList<KustomizationResource> Resources(SourceText text, ErrorList errors)
    {
        var resources = new List<KustomizationResource>();
        var documents = YamlReader.Read(text, errors);
        foreach (var root in documents.All.SelectMany(d => d.Roots))
        {
            if (root is not YamlMap map)
            {
                Error(root.Line, "", $"found {Found.Describe(root)}; a kustomization is an object with resources");
                continue;
            }

            foreach (var (key, line, first) in map.Duplicates) Error(line, key, $"is given twice, first on line {first}");
            foreach (var entry in map.Entries) Read(entry);
        }

        if (documents.IsComplete && resources.Count == 0 && errors.IsEmpty) Error(1, "resources", "lists nothing");
        return resources;

        void Read(YamlEntry entry)
        {
            if (entry.Key is "resources" or "bases") ReadList(entry);
            else if (Transformers.Contains(entry.Key, StringComparer.Ordinal))
            {
                Error(entry.Line, entry.Key, "isn't applied here; build the kustomization first: kustomize build … | usher … -f -");
            }
            else if (!Harmless.Contains(entry.Key, StringComparer.Ordinal))
            {
                Error(entry.Line, entry.Key, $"unknown field{NearestWord.Hint(entry.Key, [.. Harmless, .. Transformers, "resources"])}");
            }
            else if (entry is { Key: "kind", Value: YamlScalar { Text: not "Kustomization" } kind })
            {
                Error(entry.Line, "kind", $"found {kind.Text}; Kustomization is supported");
            }
        }

        void ReadList(YamlEntry entry)
        {
            if (entry.Value is YamlScalar { Kind: ScalarKind.Null }) return;
            if (entry.Value is not YamlList list)
            {
                Error(entry.Line, entry.Key, $"found {Found.Describe(entry.Value)}; a list of paths is wanted");
                return;
            }

            for (var i = 0; i < list.Items.Count; i++)
            {
                var field = $"{entry.Key}[{i}]";
                if (list.Items[i] is not YamlScalar { Kind: ScalarKind.Text, Text.Length: > 0 } path || path.Text.Contains('\0', StringComparison.Ordinal))
                {
                    Error(list.Items[i].Line, field, $"found {Found.Describe(list.Items[i])}; a path is wanted");
                }
                else if (IsRemote(path.Text))
                {
                    Error(path.Line, field, $"found {path.Text}; nothing is fetched from the network: keep a copy beside it, or run kustomize build … | usher … -f -");
                }
                else
                {
                    resources.Add(new KustomizationResource(path.Text, path.Line, field));
                }
            }
        }

        void Error(int line, string field, string message) => errors.Add(new ConfigError(text.Name, line, Label, field, message));
    }

    private static bool IsRemote(string path) =>
        path.Contains("://", StringComparison.Ordinal) || path.Contains("?ref=", StringComparison.Ordinal)
        || path.StartsWith("github.com/", StringComparison.Ordinal) || path.StartsWith("git@", StringComparison.Ordinal);
}
