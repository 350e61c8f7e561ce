namespace Usher.Wire;

/// <summary>Why a connection, or a stream of one, was cut from our side while it was in use.</summary>
internal enum CutReason
{
    None,
    ResponseTimeout,
    ClientGone,
    RequestFailed,
    EarlyResponse,
    Canceled,
    Aborted,
}

/// <summary>What a cut means for the forwarding.</summary>
internal static class CutReasons
{
    /// <summary>The failure that a cut alone explains; null where something else has to be looked at.</summary>
    /// <param name="why">Why it was cut.</param>
    /// <param name="e">What was thrown because of it.</param>
    /// <param name="what">What a client closes when it goes: its connection, or its stream.</param>
    public static ForwardFailure? Explain(this CutReason why, Exception e, string what) => why switch
    {
        CutReason.ResponseTimeout => new(ForwardOutcome.ResponseTimedOut, "The upstream was silent for longer than the response timeout.", inner: e),
        CutReason.ClientGone => new(ForwardOutcome.ClientGone, $"The client closed its {what} before it had the response.", inner: e),
        CutReason.Canceled => new(ForwardOutcome.Canceled, "The forwarding was canceled.", inner: e),
        _ => null,
    };
}
