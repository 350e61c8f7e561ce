using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Usher.Wire;

namespace Usher.Cli.Running;

/// <summary>
/// Lets one port without TLS serve HTTP/1.1 and HTTP/2 both. Kestrel serves HTTP/1.1 there, since nothing negotiates; but a client of HTTP/2 says so in its first bytes (RFC 9113, section 3.4), and is served as if
/// it had been negotiated. Wants <c>AllowAlternateSchemes</c>: such a client says <c>http</c>, where Kestrel takes the connection for one within TLS.
/// </summary>
internal static class CleartextHttp2
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The middleware.</summary>
    internal static ConnectionDelegate Use(ConnectionDelegate next) => async connection =>
    {
        if (await SpeaksHttp2Async(connection)) NegotiatedTls.Tell(connection, SslApplicationProtocol.Http2);
        await next(connection);
    };

    private static async ValueTask<bool> SpeaksHttp2Async(ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        // One that says nothing is not to hold up the stop.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            limit.Token, connection.ConnectionClosed, connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default);
        try
        {
            return await FirstBytes.LookAsync(connection.Transport.Input, ended.Token) == FirstSpoken.Http2;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Whoever reads on finds it too.
            return false;
        }
    }
}
