using System.Globalization;
using Usher.Doorway.Files.Binding;
using Usher.Doorway.Files.Manifests;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Ack;

/// <summary>An ACK object while it is turned into AWS's, and the checks that its fields share.</summary>
internal sealed class AckManifest(Manifest manifest, ErrorList errors)
{
    internal ResourceKey Key => manifest.Key;

    internal Origin Origin => manifest.Origin;

    /// <summary>The spec; null when the object couldn't be read.</summary>
    internal object? Spec => manifest.Value;

    /// <summary>True when it can't be turned into an AWS object; why was reported.</summary>
    internal bool IsWrong { get; set; } = manifest.Value is null;

    /// <summary>Reports an error.</summary>
    internal void Error(string field, string message)
    {
        IsWrong = true;
        errors.Add(Key, Origin, field, message);
    }

    /// <summary>Refuses a field that would change what happens and that nothing here carries out.</summary>
    internal void Refuse(string field, bool written, string why)
    {
        if (written) Error(field, why);
    }

    /// <summary>The text of a required field; empty after an error.</summary>
    internal string Required(string field, string? text, string wanted)
    {
        if (string.IsNullOrWhiteSpace(text)) Error(field, $"is required: {wanted}");
        return text ?? "";
    }

    /// <summary>The text of a field that takes one of a few words.</summary>
    internal string OneOf(string field, string? text, string? otherwise, params IReadOnlyList<string> allowed)
    {
        if (text is null && otherwise is not null) return otherwise;
        if (text is null) Error(field, $"is required; allowed are {string.Join(", ", allowed)}");
        else if (!allowed.Contains(text, StringComparer.Ordinal)) Error(field, $"found {Found.Quote(text)}; allowed are {string.Join(", ", allowed)}");
        return text ?? "";
    }

    /// <summary>A number within a range; the least after an error.</summary>
    internal int Range(string field, long? number, int? otherwise, int least, int most)
    {
        if (number is null && otherwise is { } value) return value;
        var range = string.Create(CultureInfo.InvariantCulture, $"{least} to {most}");
        if (number is null) Error(field, $"is required; allowed are {range}");
        else if (number < least || number > most) Error(field, string.Create(CultureInfo.InvariantCulture, $"found {number}; allowed are {range}"));
        else return (int)number;
        return least;
    }
}
