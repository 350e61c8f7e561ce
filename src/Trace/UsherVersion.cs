using System.Reflection;

namespace Usher.Trace;

/// <summary>Which Usher this is, as it tells others: a semantic version without what it was built from.</summary>
public static class UsherVersion
{
    /// <summary><c>1.0.0</c>; all of Usher's assemblies have the same.</summary>
    public static string Text { get; } = typeof(UsherVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>The user agent of requests that <c>usher trace</c> sends: <c>usher/1.0.0</c>.</summary>
    public static string Agent { get; } = $"{Product}{Text}";

    private const string Product = "usher/";

    /// <summary>Whether a request with this user agent is one of those, whichever version sent it.</summary>
    internal static bool IsAgent(string agent) => agent.StartsWith(Product, StringComparison.Ordinal);
}
