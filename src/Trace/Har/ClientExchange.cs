namespace Usher.Trace.Har;

/// <summary>What a client knows of its own exchange that no hop does: the messages as it sent and saw them, and its times.</summary>
public sealed record ClientExchange
{
    /// <summary>The protocol: <c>HTTP/1.1</c>, <c>HTTP/2.0</c>; null when nothing was sent.</summary>
    public string? Protocol { get; init; }

    /// <summary>The request's headers in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> RequestHeaders { get; init; } = [];

    /// <summary>Bytes of the request's head; -1 where that isn't known (HTTP/2).</summary>
    public long RequestHeadBytes { get; init; } = -1;

    /// <summary>The request's body, or null.</summary>
    public ReadOnlyMemory<byte>? RequestBody { get; init; }

    /// <summary>The reason phrase, empty over HTTP/2.</summary>
    public string StatusText { get; init; } = "";

    /// <summary>The response's headers in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ResponseHeaders { get; init; } = [];

    /// <summary>Bytes of the response's head; -1 where that isn't known (HTTP/2).</summary>
    public long ResponseHeadBytes { get; init; } = -1;

    /// <summary>Bytes of the response's body as they came.</summary>
    public long ResponseBodyBytes { get; init; } = -1;

    /// <summary>The response's body; null where it was longer than is kept.</summary>
    public ReadOnlyMemory<byte>? ResponseBody { get; init; }

    /// <summary>The client's end of its connection and the other one; null where there was none.</summary>
    public System.Net.IPEndPoint? Local { get; init; }

    /// <summary>The server's address and port; null where there was no connection.</summary>
    public System.Net.IPEndPoint? Remote { get; init; }

    /// <summary>When what happened; what it lacks didn't.</summary>
    public required ClientTimes Times { get; init; }

    /// <summary>Why there was no whole answer, or null.</summary>
    public string? Failure { get; init; }
}
