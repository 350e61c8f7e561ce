using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using Usher.Model.Journeys;

namespace Usher.LoadBalancer;

/// <summary>
/// Why handshakes fail. Kestrel's TLS layer tells it to its log only, so this stands between the two: what that layer logs while a connection's
/// handshake runs goes into the connection's record.
/// </summary>
internal sealed class HandshakeFailures(ILoggerFactory inner) : ILoggerFactory
{
    private const string TlsLayer = "Microsoft.AspNetCore.Server.Kestrel.Https.Internal.HttpsConnectionMiddleware";

    private static readonly AsyncLocal<HandshakeRecord?> Running = new();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        categoryName == TlsLayer ? new Listener(inner.CreateLogger(categoryName)) : inner.CreateLogger(categoryName);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>The factory belongs to the road.</summary>
    public void Dispose()
    {
    }

    /// <summary>From here on, what the TLS layer says in this flow is about this handshake; about none for null, which also spares each request of the connection the cost of the flow.</summary>
    internal static void Follow(HandshakeRecord? record) => Running.Value = record;

    /// <summary>Puts a failure into words.</summary>
    internal static void Tell(HandshakeRecord record, Exception failure)
    {
        var reason = Reason(failure);
        var alert = new[] { "tlsv1 alert ", "sslv3 alert ", "tlsv13 alert " }
            .Where(prefix => reason.StartsWith(prefix, StringComparison.Ordinal)).Select(prefix => reason[prefix.Length..]).FirstOrDefault();
        record.Alert = alert;
        (record.Outcome, record.Failure) = (alert, reason) switch
        {
            ("unknown ca", _) => ("tls.client-refused",
                "the client refused the certificate: it doesn't trust the CA that signed it (alert unknown ca). Let it trust the road's CA: usher ca trust, or usher ca export"),
            ("bad certificate" or "certificate unknown" or "certificate expired" or "certificate revoked" or "unsupported certificate", _) => ("tls.client-refused",
                $"the client refused the certificate (alert {alert}): it doesn't trust the CA, the name isn't the one asked for, or it has ended. For the road's own CA: usher ca trust"),
            ("protocol version", _) or (null, "unsupported protocol") => ("tls.no-shared-version", $"client and listener share no TLS version{Versions(record)}; the listener's are those of spec.sslPolicy"),
            ("handshake failure", _) or (null, "no shared cipher" or "no suitable signature algorithm" or "no suitable key share" or "no suitable groups") => ("tls.no-shared-cipher",
                "client and listener share no cipher suite, group or signature algorithm that fits the certificate's key"),
            (not null, _) => ("tls.client-refused", $"the client ended the handshake (alert {alert})"),
            (null, "http request" or "https proxy request" or "wrong version number") => ("tls.not-tls", "the client spoke no TLS: plain HTTP at an HTTPS listener, say"),
            _ when failure is IOException => ("tls.closed", "the client closed the connection in the middle of the handshake, without an alert"),
            _ => ("tls.failed", $"the handshake failed: {reason}"),
        };
    }

    private static string Versions(HandshakeRecord record) => record.Offered is null ? "" : $" (the client offers {record.Offered})";

    /// <summary>OpenSSL's own words: what stands after the last <c>::</c> of the innermost message that has it.</summary>
    private static string Reason(Exception failure)
    {
        var reason = failure.Message;
        for (var e = failure; e is not null; e = e.InnerException)
        {
            if (e.Message.LastIndexOf("::", StringComparison.Ordinal) is var at and >= 0) reason = e.Message[(at + 2)..].Trim();
        }

        return reason;
    }

    private sealed class Listener(ILogger next) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => next.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => Running.Value is not null || next.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (Running.Value is { DoneAt: 0, Failure: null } record)
            {
                if (exception is AuthenticationException or IOException) Tell(record, exception);
                else if (eventId.Name == "AuthenticationTimedOut") (record.Outcome, record.Failure) = ("tls.timeout", "the handshake took longer than the listener waits");
            }

            if (next.IsEnabled(logLevel)) next.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
