using System.Globalization;
using System.Net;
using Usher.Model.Aws;
using Usher.Model.Journeys;

namespace Usher.Response;

/// <summary>
/// One line of an NLB's access log: a connection to a TLS listener, once it has ended. Fields, order and values follow "Access logs for your Network Load Balancer", section "Access log entries" (NLB user guide), version 2.0 up to
/// <c>tls_connection_creation_time</c>, which Athena's table for these logs has as the last.
/// </summary>
internal sealed class NlbAccessLog(TimeProvider time)
{
    /// <summary>The client's list of protocols is cut at so many bytes (same section).</summary>
    private const int MaxOffered = 256;

    /// <summary>Appends the line, without its end.</summary>
    /// <param name="line">Takes it.</param>
    /// <param name="record">The load balancer's record of the connection, with the client's handshake.</param>
    /// <param name="listener">The listener.</param>
    /// <param name="resourceId"><c>net/NAME/ID</c>.</param>
    /// <param name="destination">The listener's end of the connection, in the VPC.</param>
    public void Write(LogLine line, ConnectionRecord record, Listener listener, string resourceId, IPEndPoint destination)
    {
        var handshake = record.Handshake!;
        var done = handshake.DoneAt != 0;
        line.Add("tls 2.0 ").Add(At(record.ClosedAt)).Add(' ').Add(resourceId).Add(' ').Add(IdOf(listener)).Add(' ');
        line.Add(record.Downstream.From).Add(' ').Add(destination).Add(' ');
        line.Add(Milliseconds(record.AcceptedAt, record.ClosedAt)).Add(' ');
        (done ? line.Add(Milliseconds(handshake.AcceptedAt, handshake.DoneAt)) : line.Add('-')).Add(' ');
        line.Add(record.BytesUp).Add(' ').Add(record.BytesDown).Add(' ');
        (TlsAlerts.Find(handshake.Alert) is { } alert ? line.Add(alert) : line.Add('-')).Add(' ');
        line.Add(Certificate(handshake)).Add(" - ");
        line.Add(handshake.Cipher is { } cipher ? CipherNames.OpenSsl(cipher) : "-").Add(' ').Add(Version(handshake)).Add(" - ");
        line.Add(Or(handshake.ServerName is { } name ? Uri.EscapeDataString(name) : null)).Add(' ');
        line.Add(Or(handshake.Alpn)).Add(' ').Add(Or(record.UpstreamTls?.Alpn)).Add(' ').Add(Offered(handshake, listener)).Add(' ');
        line.Add(At(record.AcceptedAt));
    }

    /// <summary>ISO 8601 as AWS's examples have it: to the second, and without a zone.</summary>
    private string At(long ticks) => (time.GetUtcNow() - time.GetElapsedTime(ticks)).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);

    private long Milliseconds(long from, long to) => (long)Math.Round(time.GetElapsedTime(from, to).TotalMilliseconds);

    private static string IdOf(Listener listener) => listener.ListenerArn[(listener.ListenerArn.LastIndexOf('/') + 1)..];

    private static string Certificate(HandshakeRecord handshake) =>
        Or(handshake.Decision?.Tell().FirstOrDefault(a => a.Hop == Hop.Tls)?.Facts["certificateArn"]?.ToString());

    private static string Version(HandshakeRecord handshake) => handshake.Version switch
    {
        "TLSv1.3" => "tlsv13",
        "TLSv1.2" => "tlsv12",
        _ => "-",
    };

    private static string Offered(HandshakeRecord handshake, Listener listener)
    {
        if (listener.AlpnPolicy == "None" || handshake.AlpnOffered.Count == 0) return "-";
        var list = string.Join(',', handshake.AlpnOffered.Select(p => $"\"{Protocol(p)}\""));
        return list.Length <= MaxOffered ? list : list[..MaxOffered];
    }

    // AWS says that the value is URL-encoded, and its example has http/1.1 with the slash as it is.
    private static string Protocol(string offered) => Uri.EscapeDataString(offered).Replace("%2F", "/", StringComparison.Ordinal);

    private static string Or(string? value) => string.IsNullOrEmpty(value) ? "-" : value;
}
