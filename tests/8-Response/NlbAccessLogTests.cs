using System.Net;
using System.Text.RegularExpressions;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Response.Tests;

/// <summary>
/// Lines of an NLB's access log in the order of "Access logs for your Network Load Balancer" (NLB user guide, section "Access log entries", whose examples these are like), and by the regular expression of
/// Athena's table for them ("Querying Network Load Balancer logs").
/// </summary>
public sealed partial class NlbAccessLogTests
{
    private const string Begin = "tls 2.0 2018-07-02T22:22:48 net/my-network-loadbalancer/c6e77e28c25b2234 g3d4b5e8bb8464cd 72.21.218.154:51341 172.100.100.185:443 ";
    private const string Certificate = "arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012";

    private readonly LogLine line = new();

    [Fact]
    public void Without_an_ALPN_policy()
    {
        Write("None", Done("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLSv1.2", "my-network-loadbalancer.example.com", null, "h2", "http/1.1"));
        Same($"{Begin}5000 4 98 246 - {Certificate} - ECDHE-RSA-AES128-GCM-SHA256 tlsv12 - my-network-loadbalancer.example.com - - - 2018-07-02T22:22:43");
    }

    [Fact]
    public void With_one_and_a_TLS_target()
    {
        Write("HTTP2Preferred", Done("TLS_AES_128_GCM_SHA256", "TLSv1.3", "a.example.com", "h2", "h2", "http/1.1"), new UpstreamSecurity { Version = "TLSv1.3", Alpn = "h2" });
        Same($"{Begin}5000 4 98 246 - {Certificate} - TLS_AES_128_GCM_SHA256 tlsv13 - a.example.com h2 h2 \"h2\",\"http/1.1\" 2018-07-02T22:22:43");
    }

    [Fact]
    public void Nothing_in_common_and_no_server_name()
    {
        Write("HTTP2Only", Done("TLS_AES_128_GCM_SHA256", "TLSv1.3", null, null, "http/1.1"));
        Same($"{Begin}5000 4 98 246 - {Certificate} - TLS_AES_128_GCM_SHA256 tlsv13 - - - - \"http/1.1\" 2018-07-02T22:22:43");
    }

    [Fact]
    public void A_handshake_that_the_client_ended()
    {
        var handshake = Handshake("a.example.com", "h2");
        (handshake.FailedAt, handshake.Alert, handshake.Outcome) = (Exchange.At(-1), "unknown ca", "tls.client-refused");
        Write("HTTP2Only", handshake, bytes: (0, 0));
        Same($"{Begin}5000 - 0 0 48 {Certificate} - - - - a.example.com - - \"h2\" 2018-07-02T22:22:43");
    }

    [Fact]
    public void What_was_no_ClientHello()
    {
        Write("HTTP2Only", new HandshakeRecord { Connection = Client, AcceptedAt = Exchange.At(-5000), FailedAt = Exchange.At(-1), Outcome = "tls.not-tls" }, bytes: (0, 0));
        Same($"{Begin}5000 - 0 0 - - - - - - - - - - 2018-07-02T22:22:43");
    }

    [Fact]
    public void What_clients_say_cant_break_the_line()
    {
        Write("HTTP2Only", Done("TLS_AES_128_GCM_SHA256", "TLSv1.3", "a b\n\u00e9", null, "x y\"", new string('z', 255)));
        var list = $"\"x%20y%22\",\"{new string('z', 255)}"[..256];
        Same($"{Begin}5000 4 98 246 - {Certificate} - TLS_AES_128_GCM_SHA256 tlsv13 - a%20b%0A%C3%A9 - - {list} 2018-07-02T22:22:43");
    }

    [Fact]
    public void Files_have_the_names_of_an_NLBs()
    {
        var arn = AwsNames.LoadBalancerArn(AwsScope.Default, "net", network: true);
        var balancer = new LoadBalancer
        {
            LoadBalancerArn = arn, Name = "net", DnsName = "net", Type = "network",
            Attributes = new Dictionary<string, string> { ["access_logs.s3.enabled"] = "true", ["access_logs.s3.bucket"] = "my-logs" },
        };
        var state = new DesiredState([new Resource(new ResourceKey("elbv2.services.k8s.aws", "LoadBalancer", "shop", "net"), balancer, Origin.Derived)]);
        var addresses = AddressPlan.Empty.Next(state.All<LoadBalancer>().SelectMany(LoadBalancerNode.Of).Select(n => new AddressClaim(n.Owner, AddressBlock.LoadBalancer, null)));
        var to = Assert.Single(LogDestination.Of(LogKind.Access, new Generation(1, state, addresses, [])).Values);

        Assert.Equal($"000000000000_elasticloadbalancing_us-east-1_net.net.{arn[^16..]}_20180702T2225Z_abcdefgh.log", to.FileName(new DateTimeOffset(2018, 7, 2, 22, 25, 0, TimeSpan.Zero), "abcdefgh"));
    }

    private static ConnectionId Client { get; } = new(IPEndPoint.Parse("72.21.218.154:51341"), IPEndPoint.Parse("127.18.0.1:8443"));

    private static HandshakeRecord Handshake(string? name, params string[] offered)
    {
        var certificate = Exchange.Handshake("", "", name).Decision;
        return new HandshakeRecord { Connection = Client, AcceptedAt = Exchange.At(-5000), Decision = certificate, ServerName = name, AlpnOffered = offered };
    }

    private static HandshakeRecord Done(string cipher, string version, string? name, string? alpn, params string[] offered)
    {
        var handshake = Handshake(name, offered);
        (handshake.DoneAt, handshake.Cipher, handshake.Version, handshake.Alpn) = (Exchange.At(-4996), cipher, version, alpn);
        return handshake;
    }

    private void Write(string policy, HandshakeRecord handshake, UpstreamSecurity? upstream = null, (long Up, long Down)? bytes = null)
    {
        var record = new ConnectionRecord
        {
            Hop = Hop.LoadBalancer, Generation = new Generation(1, DesiredState.Empty, AddressPlan.Empty, []), Downstream = Client, AcceptedAt = Exchange.At(-5000), ClosedAt = Exchange.At(0),
            Handshake = handshake, UpstreamTls = upstream, BytesUp = bytes?.Up ?? 98, BytesDown = bytes?.Down ?? 246,
        };
        var listener = new Listener
        {
            ListenerArn = "arn:aws:elasticloadbalancing:us-east-2:123456789012:listener/net/my-network-loadbalancer/c6e77e28c25b2234/g3d4b5e8bb8464cd", LoadBalancerArn = "x", Port = 443, Protocol = "TLS", AlpnPolicy = policy,
            DefaultActions = [],
        };
        new NlbAccessLog(Exchange.Time).Write(line, record, listener, "net/my-network-loadbalancer/c6e77e28c25b2234", IPEndPoint.Parse("172.100.100.185:443"));
    }

    private void Same(string expected)
    {
        var written = line.ToString();
        Assert.Equal(expected, written);
        Assert.Equal(22, written.Split(' ').Length);
        var athena = Athena().Match(written);
        Assert.True(athena.Success && athena.Groups[24].Value == "2018-07-02T22:22:43" && athena.Groups[25].Value.Length == 0, written);
    }

    [GeneratedRegex("^([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*):([0-9]*) ([^ ]*):([0-9]*) ([-.0-9]*) ([-.0-9]*) ([-0-9]*) ([-0-9]*) ([-0-9]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ?([^ ]*)?( .*)?$")]
    private static partial Regex Athena();
}
