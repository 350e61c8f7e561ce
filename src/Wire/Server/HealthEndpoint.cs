namespace Usher.Wire;

/// <summary>Answers <c>/healthz</c>, and 404 to anything else.</summary>
/// <param name="well">What is said with 200.</param>
/// <param name="unwell">What is said with 503 instead, null while all is well; null for one that is always well.</param>
public sealed class HealthEndpoint(string well, Func<string?>? unwell = null) : IExchangeHandler
{
    /// <inheritdoc/>
    public ValueTask HandleAsync(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (!exchange.Request.Path.SequenceEqual("/healthz"u8)) return exchange.RespondAsync(404, "text/plain", "");
        return unwell?.Invoke() is { } why ? exchange.RespondAsync(503, "text/plain", why) : exchange.RespondAsync(200, "text/plain", well);
    }
}
