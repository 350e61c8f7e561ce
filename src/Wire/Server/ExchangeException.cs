namespace Usher.Wire;

/// <summary>The client's side of an exchange failed: its body is malformed, it went away, or it was silent for too long.</summary>
public sealed class ExchangeException : IOException
{
    /// <summary>A failure of this kind.</summary>
    public ExchangeException(HttpViolation violation, string message, Exception? inner = null)
        : base(message, inner) => Violation = violation;

    /// <summary>
    /// What failed: <see cref="HttpViolation.ConnectionClosed"/>, <see cref="HttpViolation.IdleTimeout"/> or a violation in the body.
    /// </summary>
    public HttpViolation Violation { get; }
}
