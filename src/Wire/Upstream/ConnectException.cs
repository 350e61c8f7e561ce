using System.Net;
using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>Why a connection couldn't be made.</summary>
public enum ConnectFailure
{
    /// <summary>Nothing failed.</summary>
    None,

    /// <summary>The peer answered with a reset: nothing listens there (ECONNREFUSED).</summary>
    Refused,

    /// <summary>No answer came in time (ETIMEDOUT, or our own limit).</summary>
    TimedOut,

    /// <summary>There is no way there (ENETUNREACH, EHOSTUNREACH).</summary>
    Unreachable,

    /// <summary>The peer accepted and reset at once (ECONNRESET).</summary>
    Reset,

    /// <summary>The source address isn't ours, or its ports are used up (EADDRNOTAVAIL, EADDRINUSE).</summary>
    AddressUnavailable,

    /// <summary>This process has no file descriptor left (EMFILE, ENFILE).</summary>
    TooManyOpenFiles,

    /// <summary>Connected, but the TLS handshake failed: no TLS there, no version or cipher in common, or the peer broke it off.</summary>
    TlsFailed,

    /// <summary>Connected, but the TLS handshake took longer than its limit.</summary>
    TlsTimedOut,

    /// <summary>Connected, but the certificate that the peer showed isn't trusted.</summary>
    TlsUntrusted,

    /// <summary>Something else: see the message.</summary>
    Other,
}

/// <summary>A connection couldn't be made.</summary>
public sealed class ConnectException : IOException
{
    /// <summary>A failure to connect to this key.</summary>
    public ConnectException(UpstreamKey key, ConnectFailure failure, string reason, Exception? inner = null)
        : base($"Connecting to {key} failed: {reason}", inner)
    {
        Key = key;
        Failure = failure;
        Reason = inner is SocketException socket ? socket.Message : reason;
    }

    /// <summary>What was connected to.</summary>
    public UpstreamKey Key { get; }

    /// <summary>Why it failed.</summary>
    public ConnectFailure Failure { get; }

    /// <summary>What went wrong, without where.</summary>
    public string Reason { get; }

    /// <summary>Our end of a TCP connection that was made before its TLS handshake failed; null when there was none.</summary>
    public IPEndPoint? LocalEndPoint { get; init; }

    /// <summary>What is known of a TLS handshake that failed; null when none was begun.</summary>
    public UpstreamSession? Session { get; init; }

    internal static ConnectException From(UpstreamKey key, SocketException e) =>
        new(key, Classify(e.SocketErrorCode), $"{e.Message} ({e.SocketErrorCode})", e);

    private static ConnectFailure Classify(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => ConnectFailure.Refused,
        SocketError.TimedOut => ConnectFailure.TimedOut,
        SocketError.NetworkUnreachable or SocketError.HostUnreachable => ConnectFailure.Unreachable,
        SocketError.NetworkDown or SocketError.HostDown => ConnectFailure.Unreachable,
        SocketError.ConnectionReset or SocketError.ConnectionAborted => ConnectFailure.Reset,
        SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse => ConnectFailure.AddressUnavailable,
        SocketError.TooManyOpenSockets => ConnectFailure.TooManyOpenFiles,
        _ => ConnectFailure.Other,
    };
}
