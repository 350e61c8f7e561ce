using Usher.Doorway.Files.Yaml;

namespace Usher.Doorway.Files.Binding;

/// <summary>How errors say what was found.</summary>
internal static class Found
{
    private const int MaxShown = 60;

    /// <summary><c>"three"</c>, <c>8080, a number</c>, <c>a list</c>; without the value when it is secret.</summary>
    internal static string Describe(YamlValue value, bool secret = false) => value switch
    {
        YamlMap => "an object",
        YamlList => "a list",
        YamlScalar { Kind: ScalarKind.Null } => "nothing",
        YamlScalar { Kind: ScalarKind.Text } scalar => secret ? "text" : Quote(scalar.Written),
        YamlScalar { Kind: ScalarKind.Boolean } scalar =>
            secret ? "a boolean"
            : scalar.Written is "true" or "false" ? $"{scalar.Written}, a boolean"
            : $"{scalar.Written}, which YAML reads as the boolean {scalar.Text}",
        YamlScalar scalar => secret ? "a number" : $"{Short(scalar.Written)}, a number",
        _ => throw new ArgumentException($"{value.GetType()} is no YAML value", nameof(value)),
    };

    /// <summary>Text in quotes, its line breaks and its end left out.</summary>
    internal static string Quote(string text) => $"\"{Short(text)}\"";

    private static string Short(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= MaxShown ? line : $"{line[..MaxShown]}…";
    }
}
