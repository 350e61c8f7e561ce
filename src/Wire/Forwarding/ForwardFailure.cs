namespace Usher.Wire;

/// <summary>Ends a forwarding from within; never leaves the forwarder.</summary>
internal sealed class ForwardFailure(
    ForwardOutcome outcome, string detail, HttpViolation violation = HttpViolation.None, Exception? inner = null)
    : Exception(detail, inner)
{
    public ForwardOutcome Outcome { get; } = outcome;

    public HttpViolation Violation { get; } = violation;

    /// <summary>A response that isn't wanted.</summary>
    public static ForwardFailure Declined => new(ForwardOutcome.Declined, "The response was declined.");

    /// <summary>A failure on the client's side.</summary>
    public static ForwardFailure From(ExchangeException e) => new(
        e.Violation switch
        {
            HttpViolation.ConnectionClosed => ForwardOutcome.ClientGone,
            HttpViolation.IdleTimeout => ForwardOutcome.ClientTimedOut,
            HttpViolation.BodyTooLarge => ForwardOutcome.RequestBodyTooLarge,
            _ => ForwardOutcome.MalformedRequestBody,
        },
        e.Message,
        e.Violation,
        e);
}
