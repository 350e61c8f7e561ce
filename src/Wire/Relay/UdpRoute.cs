using System.Net;
using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>Chooses where a new flow goes; null for nowhere, which drops the datagram. Called by the relay's loop, so it must not wait.</summary>
/// <param name="client">Who sent the first datagram.</param>
public delegate UdpRoute? RouteFlow(IPEndPoint client);

/// <summary>Where one flow goes, and how long it lives.</summary>
/// <param name="Remote">The upstream.</param>
/// <param name="Source">The address that the upstream is to see; null for the system's choice.</param>
public sealed record UdpRoute(IPEndPoint Remote, IPAddress? Source)
{
    /// <summary>How long it may be silent.</summary>
    public UdpPatience Patience { get; init; } = UdpPatience.Netfilter;

    /// <summary>Called when the flow can carry.</summary>
    public Action<UdpFlow>? Opened { get; init; }

    /// <summary>Called once at the end of a flow that was opened.</summary>
    public Action<UdpFlow>? Closed { get; init; }

    /// <summary>Called instead of both where no socket could be had for it.</summary>
    public Action<SocketException>? Failed { get; init; }
}

/// <summary>
/// How long a flow may be silent. It becomes a stream once it has been answered and is still used <paramref name="StreamAfter"/> later.
/// </summary>
/// <param name="Single">For a flow that is no stream.</param>
/// <param name="Stream">For a stream.</param>
/// <param name="StreamAfter">How long after its beginning a flow that has been answered becomes a stream.</param>
public sealed record UdpPatience(TimeSpan Single, TimeSpan Stream, TimeSpan StreamAfter)
{
    /// <summary>
    /// As Linux tracks connections (<c>nf_conntrack_proto_udp.c</c>; the kernel's Documentation/networking/nf_conntrack-sysctl.rst: <c>nf_conntrack_udp_timeout</c> 30 s,
    /// <c>nf_conntrack_udp_timeout_stream</c> 120 s).
    /// </summary>
    public static UdpPatience Netfilter { get; } = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(2));

    /// <summary>The same time for all flows. A question and its answer are no stream, so that they give way to others.</summary>
    public static UdpPatience Of(TimeSpan idle) => Netfilter with { Single = idle, Stream = idle };
}

/// <summary>Why a flow ended.</summary>
public enum UdpFlowEnd
{
    /// <summary>It still lives.</summary>
    None,

    /// <summary>It was silent for too long.</summary>
    IdleTimeout,

    /// <summary>Nothing listens at the upstream: an ICMP port unreachable came back.</summary>
    Refused,

    /// <summary>The upstream can't be reached, for any other reason.</summary>
    Unreachable,

    /// <summary>It gave way to a new one, since the relay had as many as it may.</summary>
    GaveWay,

    /// <summary>Its owner ended it: the upstream is gone, or the relay stopped.</summary>
    Cut,
}

/// <summary>How a relay of datagrams runs.</summary>
public sealed record UdpRelayOptions
{
    /// <summary>The most flows at a time when nobody says another number.</summary>
    public const int StandardFlows = 10_000;

    /// <summary>The most flows at a time, 10,000 by default: each has a socket. When there are as many, a new one takes the place of the oldest that is no stream; if all are streams, it is dropped.</summary>
    public int MaxFlows { get; init; } = StandardFlows;

    /// <summary>How long receiving pauses after an error. 100 ms by default.</summary>
    public TimeSpan ErrorPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Told of each datagram that is dropped since there are as many flows as there may be, all of them streams.</summary>
    public Action? OnFull { get; init; }

    /// <summary>Told of errors of the listening socket.</summary>
    public Action<Exception>? OnError { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
