namespace Usher.Service;

/// <summary>The names that ports may have.</summary>
internal static class PortNames
{
    /// <summary>A Service port's name: a DNS label (RFC 1123 §2.1), at most 63 characters.</summary>
    public static bool IsDnsLabel(string name) => name.Length <= 63 && IsLabel(name);

    /// <summary>A target port: 1–65535, or a container port's name (an IANA service name, RFC 6335 §5.1).</summary>
    public static bool IsTarget(string target)
    {
        if (int.TryParse(target, out var number)) return number is >= 1 and <= 65535;
        return target.Length <= 15 && IsLabel(target) && target.AsSpan().ContainsAnyInRange('a', 'z')
            && !target.Contains("--", StringComparison.Ordinal);
    }

    private static bool IsLabel(string name)
    {
        if (name.Length == 0 || name[0] == '-' || name[^1] == '-') return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        }

        return true;
    }
}
