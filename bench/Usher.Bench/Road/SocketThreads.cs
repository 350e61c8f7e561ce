namespace Usher.Bench.Road;

/// <summary>How this process handles sockets' events. .NET reads it once, when the first socket is used: call it before.</summary>
public static class SocketThreads
{
    /// <summary>
    /// Inline, as <c>usher</c> handles them, and on one thread. With more, a pooled state machine may be given back on another thread than the one that
    /// looks for it, and how often that happens is decided anew by each process.
    /// </summary>
    public static void UseOne()
    {
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", "1");
    }
}
