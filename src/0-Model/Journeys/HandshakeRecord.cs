namespace Usher.Model.Journeys;

/// <summary>What a port recorded of what comes before a connection's first request: of one TLS handshake, or of a PROXY header that didn't come. Times as in <see cref="RequestRecord"/>.</summary>
public sealed class HandshakeRecord
{
    /// <summary>Whether it was a PROXY header that was waited for, and no handshake begun.</summary>
    public bool IsProxyHeader { get; init; }

    /// <summary>The hop that tells of it: step 2 stands for a load balancer's listener; an ingress controller's port tells of its own.</summary>
    public Hop Hop { get; init; } = Hop.Tls;

    /// <summary>The connection.</summary>
    public required ConnectionId Connection { get; init; }

    /// <summary>When the TCP connection was accepted.</summary>
    public required long AcceptedAt { get; init; }

    /// <summary>When the handshake was done; 0 if it failed.</summary>
    public long DoneAt { get; set; }

    /// <summary>Which certificate was chosen, and why.</summary>
    public IDecision? Decision { get; set; }

    /// <summary><c>TLSv1.3</c> or <c>TLSv1.2</c>; null if the handshake failed.</summary>
    public string? Version { get; set; }

    /// <summary>The cipher suite's IANA name.</summary>
    public string? Cipher { get; set; }

    /// <summary>The protocol negotiated by ALPN (<c>h2</c>, <c>http/1.1</c>), or null.</summary>
    public string? Alpn { get; set; }

    /// <summary>The protocols that the client offered by ALPN, in its order; empty for none.</summary>
    public IReadOnlyList<string> AlpnOffered { get; set; } = [];

    /// <summary>Why it failed and the way out, or null.</summary>
    public string? Failure { get; set; }

    /// <summary>The code of a failure (<c>tls.client-refused</c>, <c>ingress.tls.client-refused</c>); null when it was done, and for a connection that ended before anything was said on it.</summary>
    public string? Outcome { get; set; }

    /// <summary>The alert that the client sent (RFC 8446 section 6), as OpenSSL words it; null for none.</summary>
    public string? Alert { get; set; }

    /// <summary>The TLS versions that the client offered, the best first; null when its ClientHello couldn't be read.</summary>
    public string? Offered { get; set; }

    /// <summary>The name in the client's SNI; null for none.</summary>
    public string? ServerName { get; set; }

    /// <summary>When it had failed; 0 when it was done.</summary>
    public long FailedAt { get; set; }

    /// <summary>The id under which a failed one is listed; null for one that isn't. Given by the journey log.</summary>
    public string? JourneyId { get; set; }
}
