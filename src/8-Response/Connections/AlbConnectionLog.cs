using Usher.Model.Aws;
using Usher.Model.Journeys;

namespace Usher.Response;

/// <summary>
/// One line of an ALB's connection log: fields, order and values follow "Connection logs for your Application Load Balancer", section "Connection log entries" (ALB user guide).
/// The three fields of a client's certificate are empty: there is no mutual TLS.
/// </summary>
internal sealed class AlbConnectionLog(TimeProvider time)
{
    /// <summary>Appends the line, without its end, of a handshake that is done or has failed.</summary>
    public void Write(LogLine line, HandshakeRecord handshake, int listenerPort)
    {
        var done = handshake.DoneAt != 0;
        Begin(line, time.GetUtcNow() - time.GetElapsedTime(done ? handshake.DoneAt : handshake.FailedAt), handshake.Connection, listenerPort);
        line.Add(' ').Add(handshake.Version ?? "-").Add(' ').Add(handshake.Cipher is { } cipher ? CipherNames.OpenSsl(cipher) : "-").Add(' ');
        (done ? line.Seconds(time.GetElapsedTime(handshake.AcceptedAt, handshake.DoneAt)) : line.Add('-')).Add(" \"-\" - - ");
        // The other codes of the page are of clients' certificates.
        line.Add(done ? "Success" : "Failed:UnmappedConnectionError").Add(' ').Add(ConnectionTraceId.Of(handshake.Connection, handshake.AcceptedAt));
    }

    /// <summary>The same of a connection without TLS, by its first request.</summary>
    public static void WritePlain(LogLine line, RequestRecord first, int listenerPort)
    {
        Begin(line, first.StartedOn, first.Downstream, listenerPort);
        line.Add(" - - - \"-\" - - - ").Add(ConnectionTraceId.Of(first.Downstream, 0));
    }

    private static void Begin(LogLine line, DateTimeOffset at, ConnectionId connection, int listenerPort) =>
        line.Moment(at).Add(' ').Add(connection.From.Address.ToString()).Add(' ').Add(connection.From.Port).Add(' ').Add(listenerPort);
}
