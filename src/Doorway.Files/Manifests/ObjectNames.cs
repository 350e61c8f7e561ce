using System.Text.RegularExpressions;

namespace Usher.Doorway.Files.Manifests;

/// <summary>The rule that a kind's names follow (Kubernetes documentation, "Object Names and IDs").</summary>
internal enum NameRule
{
    /// <summary>RFC 1123 subdomain: labels joined by dots, at most 253 characters.</summary>
    Subdomain,

    /// <summary>RFC 1123 label: at most 63 lower-case letters, digits and hyphens.</summary>
    Label,

    /// <summary>RFC 1035 label: a label that starts with a letter.</summary>
    LetterLabel,

    /// <summary>Anything that can be a segment of a URL's path.</summary>
    PathSegment,
}

/// <summary>Checks names of objects.</summary>
internal static partial class ObjectNames
{
    /// <summary>The most characters of a DNS label (RFC 1035, section 2.3.4).</summary>
    internal const int MaxLabel = 63;

    /// <summary>A DNS label in lower case, its length aside.</summary>
    internal const string LabelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

    /// <summary>A DNS subdomain in lower case, its length aside.</summary>
    internal const string SubdomainPattern = LabelPattern + @"(\." + LabelPattern + ")*";

    /// <summary>What is wrong with a name, or null.</summary>
    internal static string? Problem(string name, NameRule rule)
    {
        var wanted = rule switch
        {
            NameRule.Subdomain when name.Length > 253 || !Subdomain().IsMatch(name) =>
                "lower-case letters, digits, '-' and '.', starting and ending with a letter or digit, at most 253 (DNS subdomain, RFC 1123)",
            NameRule.Label when name.Length > MaxLabel || !Label().IsMatch(name) =>
                "lower-case letters, digits and '-', starting and ending with a letter or digit, at most 63 (DNS label, RFC 1123)",
            NameRule.LetterLabel when name.Length > MaxLabel || !LetterLabel().IsMatch(name) =>
                "lower-case letters, digits and '-', starting with a letter and ending with a letter or digit, at most 63 (DNS label, RFC 1035)",
            NameRule.PathSegment when name is "." or ".." || name.AsSpan().ContainsAny('/', '%') => "anything but '.', '..' and names with '/' or '%'",
            _ => null,
        };
        return wanted is null ? null : $"found {Binding.Found.Quote(name)}; wanted are {wanted}";
    }

    /// <summary>The form of a subdomain.</summary>
    [GeneratedRegex("^" + SubdomainPattern + @"\z", RegexOptions.NonBacktracking)]
    internal static partial Regex Subdomain();

    /// <summary>The form of a label.</summary>
    [GeneratedRegex("^" + LabelPattern + @"\z", RegexOptions.NonBacktracking)]
    internal static partial Regex Label();

    /// <summary>The form of a label that starts with a letter.</summary>
    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.NonBacktracking)]
    internal static partial Regex LetterLabel();
}
