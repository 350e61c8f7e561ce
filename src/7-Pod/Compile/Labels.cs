namespace Usher.Pod;

/// <summary>The names of containers and volumes, which become parts of paths here.</summary>
internal static class Labels
{
    private const int Most = 63;

    /// <summary>What is wrong with a name, in the API server's words; null when it is a lowercase label of RFC 1123.</summary>
    public static string? Problem(string name)
    {
        if (name.Length > Most) return $"Invalid value: \"{name}\": must be no more than {Most} bytes";
        return name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && name[0] != '-' && name[^1] != '-'
            ? null
            : $"Invalid value: \"{name}\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
    }
}
