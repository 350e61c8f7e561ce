using System.Reflection;

namespace Usher.Trace;

/// <summary>Which Usher this is, as it tells others: a semantic version without what it was built from.</summary>
public static class UsherVersion
{
    /// <summary><c>1.0.0</c>; all of Usher's assemblies have the same.</summary>
    public static string Text { get; } = typeof(UsherVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
