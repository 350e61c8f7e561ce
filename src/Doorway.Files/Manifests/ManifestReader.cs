using System.Text.Json;
using k8s;
using k8s.Models;
using Usher.Doorway.Files.Binding;
using Usher.Doorway.Files.GatewaySchema;
using Usher.Doorway.Files.Sources;
using Usher.Doorway.Files.Yaml;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Manifests;

/// <summary>A document's value → its objects.</summary>
internal sealed class ManifestReader
{
    internal const string DefaultNamespace = "default";

    private readonly string file;
    private readonly Reading reading;

    private ManifestReader(string file, Reading reading) => (this.file, this.reading) = (file, reading);

    internal static void Read(SourceText source, YamlValue root, Reading reading)
    {
        var isManifest = root is YamlMap map && (map["apiVersion"] ?? map["kind"]) is not null;
        if (!isManifest && ImagesFile.Names.Contains(source.FileName, StringComparer.Ordinal)) ImagesFile.Read(source, root, reading);
        else new ManifestReader(source.Name, reading).Object(root);
    }

    private void Object(YamlValue value)
    {
        if (value is not YamlMap map)
        {
            Error(value.Line, "", "", $"found {Found.Describe(value)}; an object with apiVersion and kind is wanted");
            return;
        }

        var (apiVersion, kind) = (Header(map, "apiVersion"), Header(map, "kind"));
        if (apiVersion is null || kind is null) return;
        if (kind == "List" && apiVersion == "v1") List(map);
        else if (ManifestKind.Find(apiVersion, kind) is { } known) Known(map, known);
        else if (OtherGroups.Has(apiVersion, kind) || UnsupportedKinds.StandsApart(apiVersion, kind)) Known(map, ManifestKind.Custom(apiVersion, kind, Text((map["metadata"] as YamlMap)?["namespace"]) is { Length: > 0 }));
        else
        {
            var (field, message) = UnsupportedKinds.Refuse(apiVersion, kind, reading.SayOnce);
            Error(LineOf(map, field), Label(map, kind), field, message);
        }
    }

    /// <summary><c>apiVersion</c> or <c>kind</c>; null after an error.</summary>
    private string? Header(YamlMap map, string field)
    {
        switch (map[field])
        {
            case YamlScalar { Kind: ScalarKind.Text, Text.Length: > 0 } scalar:
                return scalar.Text;
            case null or YamlScalar { Kind: ScalarKind.Null }:
                var kind = ManifestKind.All.FirstOrDefault(k => field == "apiVersion" && k.Name == (map["kind"] as YamlScalar)?.Text);
                Error(map.Line, Label(map, (map["kind"] as YamlScalar)?.Text ?? ""), field,
                    $"is missing{(kind is null ? "; every object has apiVersion and kind" : $"; for {kind.Name} it is {kind.ApiVersion}")}");
                return null;
            case var other:
                Error(LineOf(map, field), "", field, $"found {Found.Describe(other)}; a string is wanted");
                return null;
        }
    }

    private void List(YamlMap list)
    {
        foreach (var (key, line, value) in list.Entries)
        {
            switch (key)
            {
                case "apiVersion" or "kind" or "metadata": break;
                case "items" when value is YamlList items:
                    foreach (var item in items.Items) Object(item);
                    break;
                case "items": Error(line, "List", key, $"found {Found.Describe(value)}; a list of objects is wanted"); break;
                default: Error(line, "List", key, $"unknown field{NearestWord.Hint(key, ["apiVersion", "kind", "metadata", "items"])}"); break;
            }
        }

        foreach (var (key, line, first) in list.Duplicates) Error(line, "List", key, $"is given twice, first on line {first}");
    }

    private void Known(YamlMap map, ManifestKind kind)
    {
        var metadata = map["metadata"] as YamlMap;
        var name = Text(metadata?["name"]) ?? "";
        var ns = Text(metadata?["namespace"]) ?? "";
        var key = new ResourceKey(kind.Group, kind.Name, kind.Namespaced ? SpaceOf(ns) : "", name);
        var label = name.Length > 0 ? key.ToString() : kind.Name;
        var failed = false;
        var bound = StrictBinder.Bind(map, kind.Model, Report, kind.IsSecret);
        var origin = new Origin(FilesDoorway.Name, file, map.Line, bound.Lines);
        if (map["metadata"] is null or YamlMap or YamlScalar { Kind: ScalarKind.Null }) CheckName();

        object? value = null;
        if (bound.Json is { } json && !failed) value = Deserialise(json);
        if (value is not null) kind.Check?.Invoke(new SchemaCheck(origin, Report), value);
        if (failed) value = null;
        if (name.Length > 0) reading.Add(new Manifest(kind, key, origin, value));

        void Report(int line, string field, string message)
        {
            failed = true;
            Error(line, label, field, message);
        }

        void CheckName()
        {
            if (metadata?["name"] is null or YamlScalar { Kind: ScalarKind.Null } or YamlScalar { Kind: ScalarKind.Text, Text: "" })
            {
                var generated = metadata?["generateName"] is not null ? "; generateName isn't supported here: each load would make another object" : "";
                Report(origin.LineOf("metadata"), "metadata.name", $"is required{generated}");
            }
            else if (name.Length > 0 && ObjectNames.Problem(name, kind.NameRule) is { } problem)
            {
                Report(origin.LineOf("metadata.name"), "metadata.name", problem);
            }

            if (ns.Length == 0) return;
            var wrong = kind.Namespaced
                ? ObjectNames.Problem(ns, NameRule.Label)
                : $"found {Found.Quote(ns)}; a {kind.Name} belongs to no namespace: take the field away";
            if (wrong is not null) Report(origin.LineOf("metadata.namespace"), "metadata.namespace", wrong);
        }

        object? Deserialise(ReadOnlyMemory<byte> checkedJson)
        {
            try
            {
                if (kind.Read(checkedJson) is { } read)
                {
                    if (read is IKubernetesObject<V1ObjectMeta> model) Share(model, kind, key);
                    return read;
                }

                Report(map.Line, "spec", "is required");
            }
            catch (Exception e) when (e
                is JsonException or FormatException or ArgumentException or OverflowException or InvalidOperationException or NotSupportedException)
            {
                Report(map.Line, "", kind.IsSecret ? "can't be read" : $"can't be read: {e.Message}");
            }

            return null;
        }
    }

    /// <summary>Thousands of objects have few namespaces, each of them one string. None that is one is longer than that.</summary>
    private static string SpaceOf(string ns) => ns.Length == 0 ? DefaultNamespace : ns.Length <= ObjectNames.MaxLabel ? string.Intern(ns) : ns;

    /// <summary>An object's own names are the strings of its kind and key, where they say the same: a copy of each is a megabyte for ten thousand objects.</summary>
    private static void Share(IKubernetesObject<V1ObjectMeta> model, ManifestKind kind, in ResourceKey key)
    {
        if (model.ApiVersion == kind.ApiVersion) model.ApiVersion = kind.ApiVersion;
        if (model.Kind == kind.Name) model.Kind = kind.Name;
        if (model.Metadata.Name == key.Name) model.Metadata.Name = key.Name;
        if (model.Metadata.NamespaceProperty == key.Namespace) model.Metadata.NamespaceProperty = key.Namespace;
    }

    /// <summary>The object as errors name it, from what is written of its metadata.</summary>
    private static string Label(YamlMap map, string kind)
    {
        var metadata = map["metadata"] as YamlMap;
        return (kind, Text(metadata?["namespace"]), Text(metadata?["name"])) switch
        {
            (_, _, null or "") => kind,
            (_, null or "", { } name) => $"{kind} {name}".TrimStart(),
            (_, { } ns, { } name) => $"{kind} {ns}/{name}".TrimStart(),
        };
    }

    private static string? Text(YamlValue? value) => value is YamlScalar { Kind: ScalarKind.Text } scalar ? scalar.Text : null;

    private static int LineOf(YamlMap map, string field)
    {
        foreach (var entry in map.Entries)
        {
            if (entry.Key == field) return entry.Line;
        }

        return map.Line;
    }

    private void Error(int line, string label, string field, string message) => reading.Errors.Add(new ConfigError(file, line, label, field, message));
}
