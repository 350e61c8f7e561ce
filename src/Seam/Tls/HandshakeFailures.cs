using Usher.Model.Journeys;

namespace Usher.Seam;

/// <summary>Why handshakes fail, in words for a person: made of what the TLS library says.</summary>
internal static class HandshakeFailures
{
    /// <summary>What .NET says of bytes that are no record of TLS, before OpenSSL sees them.</summary>
    private const string NoFrame = "Cannot determine the frame size or a corrupted frame was received.";

    /// <summary>Puts a failure into a record: its code and words.</summary>
    internal static void Tell(HandshakeRecord record, string code, string failure)
    {
        record.Outcome = record.Hop == Hop.Tls ? $"tls.{code}" : $"{record.Hop.Name()}.tls.{code}";
        record.Failure = failure;
    }

    /// <summary>Puts what the TLS library says into a record.</summary>
    internal static void Tell(HandshakeRecord record, Exception failure, HandshakeWords words)
    {
        var reason = Reason(failure);
        var alert = new[] { "tlsv1 alert ", "sslv3 alert ", "tlsv13 alert " }
            .Where(prefix => reason.StartsWith(prefix, StringComparison.Ordinal)).Select(prefix => reason[prefix.Length..]).FirstOrDefault();
        record.Alert = alert;
        var (code, told) = (alert, reason) switch
        {
            ("unknown ca", _) => ("client-refused", $"the client refused the certificate: it doesn't trust the CA that signed it (alert unknown ca). {words.Distrusted}"),
            ("bad certificate" or "certificate unknown" or "certificate expired" or "certificate revoked" or "unsupported certificate", _) => ("client-refused",
                $"the client refused the certificate (alert {alert}): it doesn't trust the CA, the name isn't the one asked for, or it has ended. {words.Refused}"),
            ("protocol version", _) or (null, "unsupported protocol") => ("no-shared-version", $"client and {words.Server} share no TLS version{Versions(record)}; {words.Versions}"),
            ("handshake failure", _) or (null, "no shared cipher" or "no suitable signature algorithm" or "no suitable key share" or "no suitable groups") => ("no-shared-cipher",
                $"client and {words.Server} share no cipher suite, group or signature algorithm that fits the certificate's key"),
            (null, "no application protocol") => ("no-shared-protocol", $"client and {words.Server} share no application protocol: what the client offers by ALPN isn't spoken here"),
            (not null, _) => ("client-refused", $"the client ended the handshake (alert {alert})"),
            (null, "http request" or "https proxy request" or "wrong version number" or NoFrame) => ("not-tls", $"the client spoke no TLS: plain HTTP at {words.Port}, say"),
            _ when failure is IOException => ("closed", "the client closed the connection in the middle of the handshake, without an alert"),
            _ => ("failed", $"the handshake failed: {reason}"),
        };
        Tell(record, code, told);
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
}
