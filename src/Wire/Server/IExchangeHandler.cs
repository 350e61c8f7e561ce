namespace Usher.Wire;

/// <summary>Why a request never became one.</summary>
/// <param name="Violation">What is wrong; <see cref="HttpViolation.IdleTimeout"/> and <see cref="HttpViolation.ConnectionClosed"/>
/// included.</param>
/// <param name="Message">One sentence for a person.</param>
public readonly record struct HttpRejection(HttpViolation Violation, string Message);

/// <summary>Answers the requests of connections.</summary>
public interface IExchangeHandler
{
    /// <summary>
    /// Answers one request, and completes or aborts its response before it returns; a connection whose response isn't complete is cut.
    /// An exception other than <see cref="ExchangeException"/> and cancellation cuts the connection and leaves the server's run.
    /// </summary>
    ValueTask HandleAsync(HttpExchange exchange);

    /// <summary>
    /// Told when a head is malformed, too large, cut off, or didn't come in time. The exchange has what was read of it, which may be
    /// nothing
    /// (<see cref="HttpExchange.RequestBytes"/> is 0 for a connection that was merely idle). Respond through it, or not: the connection
    /// closes either way.
    /// </summary>
    ValueTask OnRejectedAsync(HttpExchange exchange, HttpRejection rejection) => ValueTask.CompletedTask;
}
