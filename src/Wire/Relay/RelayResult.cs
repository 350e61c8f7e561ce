namespace Usher.Wire;

/// <summary>Why a relay ended.</summary>
public enum RelayEnd
{
    /// <summary>It still runs.</summary>
    None,

    /// <summary>Both sides ended; the client was first.</summary>
    ClientClosed,

    /// <summary>Both sides ended; the upstream was first.</summary>
    UpstreamClosed,

    /// <summary>The client reset its connection; the upstream's was reset too.</summary>
    ClientReset,

    /// <summary>The upstream reset its connection; the client's was reset too.</summary>
    UpstreamReset,

    /// <summary>Nothing came from either side for as long as the idle timeout allows; both were reset.</summary>
    IdleTimeout,

    /// <summary>The caller canceled; both were reset.</summary>
    Canceled,
}

/// <summary>What a relay carried. Timestamps are those of the clock in the options; 0 when the moment never came.</summary>
/// <param name="End">Why it ended.</param>
/// <param name="BytesToUpstream">Bytes from the client to the upstream.</param>
/// <param name="BytesToClient">Bytes from the upstream to the client.</param>
/// <param name="Started">When the relay began.</param>
/// <param name="FirstByteToUpstream">When the client's first bytes came.</param>
/// <param name="FirstByteToClient">When the upstream's first bytes came.</param>
/// <param name="LastByte">When the last bytes came, from either side.</param>
/// <param name="Ended">When the relay ended.</param>
public sealed record RelayResult(
    RelayEnd End,
    long BytesToUpstream,
    long BytesToClient,
    long Started,
    long FirstByteToUpstream,
    long FirstByteToClient,
    long LastByte,
    long Ended);

/// <summary>How a relay runs.</summary>
public sealed record RelayOptions
{
    /// <summary>How long both sides may be silent; never by default.</summary>
    public TimeSpan IdleTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
