namespace Usher.Cli.Running;

/// <summary>
/// How this process handles sockets' events: where they are taken, since nothing on the road's hot path blocks, and on half of the cores, since the road
/// shares its machine with its clients and its pods. .NET reads both variables once, when the first socket is used. No pod inherits them.
/// </summary>
internal static class SocketThreads
{
    internal const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    internal const string Count = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>Sets what whoever started Usher didn't.</summary>
    internal static void Set()
    {
        foreach (var (name, value) in Missing(Environment.GetEnvironmentVariable, Environment.ProcessorCount)) Environment.SetEnvironmentVariable(name, value);
    }

    /// <summary>The variables to set on so many cores, where these are set.</summary>
    internal static IEnumerable<(string Name, string Value)> Missing(Func<string, string?> variable, int cores)
    {
        if (variable(Inline) is null) yield return (Inline, "1");
        if (variable(Count) is null) yield return (Count, Math.Max(1, cores / 2).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
