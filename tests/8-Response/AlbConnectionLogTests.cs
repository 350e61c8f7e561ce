using System.Net;
using System.Text.RegularExpressions;
using Usher.Model.Journeys;

namespace Usher.Response.Tests;

/// <summary>
/// Lines of the connection log in the order of "Connection logs for your Application Load Balancer" (docs.aws.amazon.com, section "Connection log entries"), and by the regular expression of
/// Athena's table for them ("Query Application Load Balancer logs").
/// </summary>
public sealed partial class AlbConnectionLogTests
{
    private readonly LogLine line = new();

    [Fact]
    public void A_handshake_that_is_done()
    {
        Write(Exchange.Handshake("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLSv1.2", "www.example.com"));
        Same("""2018-07-02T22:22:48.363000Z 192.168.131.39 2817 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 0.004 "-" - - Success TID""");
    }

    [Fact]
    public void A_handshake_that_failed()
    {
        Write(new HandshakeRecord
        {
            Connection = new ConnectionId(IPEndPoint.Parse("192.168.131.39:2817"), IPEndPoint.Parse("10.0.0.250:8443")),
            AcceptedAt = Exchange.At(-5),
            FailedAt = Exchange.At(-2),
            Failure = "no version is shared",
        });
        Same("""2018-07-02T22:22:48.362000Z 192.168.131.39 2817 443 - - - "-" - - Failed:UnmappedConnectionError TID""");
    }

    [Fact]
    public void A_connection_without_tls()
    {
        AlbConnectionLog.WritePlain(line, Exchange.Record(), 80);
        Same("""2018-07-02T22:22:48.364000Z 192.168.131.39 2817 80 - - - "-" - - - TID""");
    }

    [Fact]
    public void Requests_and_their_connection_have_the_same_trace_id()
    {
        var handshake = Exchange.Handshake("TLS_AES_128_GCM_SHA256", "TLSv1.3", "www.example.com");
        Write(handshake);
        var request = new LogLine();
        new AlbAccessLog(Exchange.Time).Write(request, Exchange.Record(to: "10.0.0.250:443", scheme: "https").Answered(1, 2, 3).Decided(new()), _ => handshake);
        Assert.Equal(line.ToString().Split(' ')[^1], request.ToString().Split(' ')[^4]);

        line.Clear();
        request.Clear();
        AlbConnectionLog.WritePlain(line, Exchange.Record(), 80);
        new AlbAccessLog(Exchange.Time).Write(request, Exchange.Record().Answered(1, 2, 3).Decided(new()), _ => null);
        Assert.Equal(line.ToString().Split(' ')[^1], request.ToString().Split(' ')[^4]);
    }

    private void Write(HandshakeRecord handshake) => new AlbConnectionLog(Exchange.Time).Write(line, handshake, 443);

    private void Same(string expected)
    {
        var written = line.ToString();
        Assert.Equal(expected, TraceId().Replace(written, "TID"));
        var athena = Athena().Match(written);
        Assert.True(athena.Success && athena.Groups[12].Value.StartsWith("TID_", StringComparison.Ordinal) && athena.Groups[13].Value.Length == 0, written);
    }

    [GeneratedRegex("TID_[0-9a-f]{32}$")]
    private static partial Regex TraceId();

    [GeneratedRegex("^([^ ]*) ([^ ]*) ([0-9]*) ([0-9]*) ([A-Za-z0-9.-]*) ([^ ]*) ([-.0-9]*) \"([^\"]*)\" ([^ ]*) ([^ ]*) ([^ ]*) ?([^ ]*)?( .*)?$")]
    private static partial Regex Athena();
}
