using System.Text.Json;
using Usher.Doorway.Files.Binding;
using Usher.Doorway.Files.Sources;
using Usher.Doorway.Files.Yaml;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Manifests;

/// <summary><c>usher.yaml</c>: which command stands for which image.</summary>
internal static class ImagesFile
{
    /// <summary>The names that the file may have.</summary>
    internal static readonly string[] Names = ["usher.yaml", "usher.yml"];

    private const string Label = "usher.yaml";

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    internal static void Read(SourceText source, YamlValue root, Reading reading)
    {
        var bound = StrictBinder.Bind(root, typeof(Document), Error);
        var origin = new Origin(FilesDoorway.Name, source.Name, root.Line, bound.Lines);
        if (root is not YamlMap map) return;
        if (map["images"] is not YamlMap { Entries.Count: > 0 } images)
        {
            if (bound.Json is not null) Error(origin.LineOf("images"), "images", "is required: images: { \"shop/users:1\": { command: [dotnet, Shop.Users.dll] } }");
            return;
        }

        var read = bound.Json is { } json ? JsonSerializer.Deserialize<Document>(json.Span, Options)!.Images : null;
        foreach (var (image, line, value) in images.Entries)
        {
            if (image.Length == 0) Error(line, "images", "found an empty name; an image is wanted, as shop/users:1");
            if (value is YamlMap entry && !HasCommand(entry))
            {
                Error(line, $"images.{image}.command", "is required: the program and its arguments, as [dotnet, Shop.Users.dll]");
            }
            else
            {
                reading.Add(new Manifest(null, ImageCommand.KeyOf(image), origin with { Line = line }, read is null ? null : Command(image, read[image])));
            }
        }

        ImageCommand? Command(string image, Entry entry)
        {
            var folder = entry.WorkingDirectory ?? ".";
            if (!folder.Contains('\0', StringComparison.Ordinal) && entry.Command!.All(word => !word.Contains('\0', StringComparison.Ordinal)))
            {
                return new ImageCommand { Image = image, Command = [.. entry.Command!], WorkingDirectory = Path.GetFullPath(folder, source.Folder) };
            }

            Error(origin.LineOf($"images.{image}"), $"images.{image}", "found the character U+0000; no program takes it");
            return null;
        }

        void Error(int line, string field, string message) => reading.Errors.Add(new ConfigError(source.Name, line, Label, field, message));
    }

    // What isn't a list has been reported as such.
    private static bool HasCommand(YamlMap entry) => entry["command"] switch
    {
        null or YamlScalar { Kind: ScalarKind.Null } => false,
        YamlList list => list.Items.Count > 0 && list.Items[0] is not YamlScalar { Text: "" },
        _ => true,
    };

    private sealed class Document
    {
        public Dictionary<string, Entry> Images { get; set; } = [];
    }

    private sealed class Entry
    {
        public List<string>? Command { get; set; }

        public string? WorkingDirectory { get; set; }
    }
}
