using System.Runtime.CompilerServices;
using Usher.Model.Journeys;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>
/// The seam's near side: every request that reaches an HTTP hop comes through here, so that its record is opened before the hop sees
/// it and closed after, whatever the hop does.
/// <list type="number">
/// <item>Read the generation, once.</item>
/// <item>Open the record.</item>
/// <item>Let the hop serve the request.</item>
/// <item>Close the record and hand it to the journey log.</item>
/// </list>
/// </summary>
public sealed class HopServer(IHttpHop hop, SeamParts parts) : IExchangeHandler
{
    /// <inheritdoc/>
    public ValueTask HandleAsync(HttpExchange exchange) => PassAsync(exchange, null);

    /// <inheritdoc/>
    public ValueTask OnRejectedAsync(HttpExchange exchange, HttpRejection rejection) =>
        // A connection that was only idle had no request: there is nothing to record. (A first byte that begins no request isn't counted either.)
        exchange.RequestBytes == 0 && rejection.Violation is (HttpViolation.IdleTimeout or HttpViolation.ConnectionClosed)
            ? ValueTask.CompletedTask
            : PassAsync(exchange, rejection);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask PassAsync(HttpExchange exchange, HttpRejection? rejection)
    {
        // 1 and 2.
        var passage = Open(exchange);
        try
        {
            // 3.
            await (rejection is { } known ? hop.RejectAsync(passage, known) : hop.ServeAsync(passage));
        }
        catch (ExchangeException gone)
        {
            passage.Lost(gone);
        }
        catch (Exception e)
        {
            passage.Failed(e);
            throw;
        }
        finally
        {
            // 4.
            passage.Close();
        }
    }

    private RequestPassage Open(HttpExchange exchange)
    {
        var request = exchange.Request;
        var connection = ConnectionOf(exchange);
        var record = new RequestRecord
        {
            Hop = hop.Hop,
            Generation = parts.Generations.Current,
            Downstream = connection.Id,
            RequestOnConnection = connection.NextRequest(),
            StartedAt = parts.Time.GetTimestamp(),
            StartedOn = parts.Time.GetUtcNow(),
            Protocol = exchange.Protocol,
            Method = request.Method.SequenceEqual("GET"u8) ? "GET" : parts.Texts.Of(request.Method),
            Target = parts.Texts.Of(request.Target),
            Host = parts.Texts.Of(request.Host),
            UserAgent = request.TryGet("User-Agent"u8, out var agent) ? parts.Texts.Of(agent) : null,
        };
        return new RequestPassage(exchange, record, connection, parts);
    }

    private static ClientConnection ConnectionOf(HttpExchange exchange)
    {
        if (exchange.Tag is ClientConnection known) return known;
        if (exchange.Features.Get<ClientConnection>() is not { } connection)
        {
            connection = new ClientConnection(new ConnectionId(exchange.RemoteEndPoint, exchange.LocalEndPoint));
            exchange.Features.Set(connection);
        }

        exchange.Tag = connection;
        return connection;
    }
}
