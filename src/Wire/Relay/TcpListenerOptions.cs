namespace Usher.Wire;

/// <summary>How connections are accepted.</summary>
public sealed record TcpListenerOptions
{
    /// <summary>Connections that the kernel holds until they are accepted. 512 by default.</summary>
    public int Backlog { get; init; } = 512;

    /// <summary>The most connections served at a time; more wait in the backlog. 10,000 by default.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>How long accepting pauses after an error such as too many open files. 100 ms by default.</summary>
    public TimeSpan ErrorPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Told of accept errors and of exceptions that serving a connection left behind.</summary>
    public Action<Exception>? OnError { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
