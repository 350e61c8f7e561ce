namespace Usher.Ingress;

/// <summary>The hosts that rules are for.</summary>
internal static class HostName
{
    /// <summary>What is wanted of one, for people.</summary>
    internal const string Wanted = "a DNS name is wanted, with * only as the whole first label";

    /// <summary>The host in lower case, empty for none; null when it is no DNS name.</summary>
    internal static string? Of(string? written)
    {
        var host = (written ?? "").ToLowerInvariant();
        var bare = host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host;
        return host.Length == 0 || bare.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) ? host : null;
    }
}
