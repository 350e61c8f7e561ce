using System.Collections.Immutable;
using Usher.Model.Contracts;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>An endpoint that a request was sent to, and that didn't answer it.</summary>
/// <param name="Endpoint">The endpoint; the virtual IP where that was dialled.</param>
/// <param name="Why">What happened, for people.</param>
/// <param name="Took">How long it took until that was known.</param>
internal sealed record FailedTry(FrontEndpoint Endpoint, string Why, TimeSpan Took)
{
    /// <summary>Tells of a result.</summary>
    internal static FailedTry Of(FrontEndpoint endpoint, ForwardResult result) =>
        new(endpoint, Words(result), result.ConnectStarted == 0 ? TimeSpan.Zero : TimeProvider.System.GetElapsedTime(result.ConnectStarted, result.LastByte));

    /// <summary>Whether an endpoint is one of those that were tried.</summary>
    internal static bool Has(ImmutableArray<FailedTry> tries, FrontEndpoint endpoint)
    {
        foreach (var one in tries)
        {
            if (one.Endpoint.Declared.Equals(endpoint.Declared)) return true;
        }

        return false;
    }

    /// <summary>The places of those that weren't tried; null where none was.</summary>
    internal static int[]? Left(ImmutableArray<FailedTry> tries, ImmutableArray<FrontEndpoint> ready) =>
        tries.IsEmpty ? null : [.. Enumerable.Range(0, ready.Length).Where(i => !Has(tries, ready[i]))];

    private static string Words(ForwardResult result) => result.Outcome switch
    {
        ForwardOutcome.ConnectRefused => "it refused the connection",
        ForwardOutcome.ConnectTimedOut => "it did not accept the connection in time",
        ForwardOutcome.ConnectFailed => $"no connection: {result.Detail}",
        ForwardOutcome.TlsHandshakeFailed => $"the TLS handshake failed: {result.Detail}",
        ForwardOutcome.UpstreamClosedBeforeResponse => "it closed the connection before it answered",
        ForwardOutcome.UpstreamReset => "it reset the connection",
        ForwardOutcome.ResponseTimedOut => "it did not answer in time",
        ForwardOutcome.Declined => FormattableString.Invariant($"it answered {result.StatusCode}"),
        ForwardOutcome.ResponseHeadTooLarge => "its response's head is too large",
        _ => $"no valid response: {result.Detail}",
    };
}
