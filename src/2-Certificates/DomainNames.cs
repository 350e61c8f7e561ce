using System.Globalization;

namespace Usher.Certificates;

/// <summary>
/// The names that ACM takes: at least two labels of letters, digits and hyphens, 253 characters, 63 a label; an asterisk may stand for the whole
/// leftmost label; internationalised names are in punycode (ACM API, <c>RequestCertificate</c>; ACM User Guide, "Domain Names").
/// </summary>
internal static class DomainNames
{
    /// <summary>The longest common name (RFC 5280 appendix A, <c>ub-common-name</c>).</summary>
    internal const int CommonNameLimit = 64;

    private const int NameLimit = 253;
    private const int LabelLimit = 63;

    /// <summary>What is wrong with a name and the way out, or null.</summary>
    internal static string? Problem(string name)
    {
        if (name.Length == 0) return "is empty; a domain name such as api.example.com is needed";
        if (name.Length > NameLimit) return $"'{name}' has {name.Length} characters; at most {NameLimit} are allowed";
        if (name.EndsWith('.')) return $"'{name}' ends with a dot; ACM takes names without it: {name.TrimEnd('.')}";
        if (name.Any(c => c > 127)) return $"'{name}' is not ASCII; write it in punycode{Punycode(name)}";

        var wildcard = name.StartsWith("*.", StringComparison.Ordinal);
        var bare = wildcard ? name[2..] : name;
        if (bare.Contains('*', StringComparison.Ordinal))
        {
            return $"'{name}' has an asterisk that is not the whole leftmost label; a wildcard is *.example.com and covers one label";
        }

        var labels = bare.Split('.');
        if (labels.Length < 2)
        {
            var needed = wildcard ? "a wildcard needs a domain such as *.example.com" : "a domain name such as api.example.com is needed";
            return $"'{name}' has too few labels; {needed}";
        }

        return labels.Select(label => LabelProblem(label)).OfType<string>().Select(p => $"'{name}' {p}").FirstOrDefault()
            ?? (labels[^1].Length < 2 ? $"'{name}' ends with a top-level domain of one character; at least two are needed" : null);
    }

    private static string? LabelProblem(string label)
    {
        if (label.Length == 0) return "has an empty label; write one dot between labels";
        if (label.Length > LabelLimit) return $"has a label of {label.Length} characters; at most {LabelLimit} are allowed";
        if (label.FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && c != '-') is var bad and not '\0')
        {
            return $"has the character '{bad}'; letters, digits and hyphens are allowed";
        }

        if (label.StartsWith('-') || label.EndsWith('-')) return $"has the label '{label}', which begins or ends with a hyphen";
        return label.Length > 3 && label[2] == '-' && label[3] == '-' && !label.StartsWith("xn--", StringComparison.OrdinalIgnoreCase)
            ? $"has the label '{label}'; two hyphens in the third and fourth place are only for punycode (xn--)"
            : null;
    }

    private static string Punycode(string name)
    {
        try
        {
            return $": {new IdnMapping().GetAscii(name)}";
        }
        catch (ArgumentException)
        {
            return "";
        }
    }
}
