using System.Text.RegularExpressions;
using CsCheck;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Response.Tests;

/// <summary>
/// Lines against those of "Access logs for your Application Load Balancer" (docs.aws.amazon.com, section "Example log entries"): the same
/// requests, with the end of each line as the fields' table has it today (lists in quotes, <c>conn_trace_id</c> and the transforms last).
/// </summary>
public sealed partial class AlbAccessLogTests
{
    private const string Group = Exchange.GroupArn;

    private readonly AlbAccessLog log = new(Exchange.Time);

    [Fact]
    public void Example_http_entry() => Same(
        Exchange.Record().Answered(0.2, 1.2, 11_822.641).Bytes(34, 366).Decided(new()),
        null,
        """http 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 """
        + $"""
        "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - {Group} "Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 2018-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID "-" "-" "-"
        """);

    [Fact]
    public void A_request_that_is_not_compliant_has_its_class_and_reason() => Same(
        Exchange.Record().Answered(0.2, 1.2, 11_822.641).Bytes(34, 366).Decided(new() { Classification = "Ambiguous", ClassificationReason = "BothTeClPresent" }),
        null,
        """http 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 """
        + $"""
        "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - {Group} "Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 2018-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.0.1:80" "200" "Ambiguous" "BothTeClPresent" TID "-" "-" "-"
        """);

    [Fact]
    public void Example_https_entry()
    {
        var record = Exchange.Record(to: "10.0.0.250:8443", scheme: "https", host: "www.example.com:8443").Answered(86, 134, 11_822.641).Bytes(0, 57)
            .Decided(new() { ListenerPort = 443, RulePriority = 1, ActionsExecuted = "authenticate,forward" });
        record.RequestChanges = new HeaderChanges(
            System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("X-Amzn-Trace-Id", "Root=1-58337281-1d84f3d73c47ec4e58577259"), [],
            System.Collections.Immutable.ImmutableDictionary<string, string>.Empty);
        Same(
            record,
            Exchange.Handshake("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLSv1.2", "www.example.com"),
            """https 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.086 0.048 0.000 200 200 0 57 """
            + $"""
            "GET https://www.example.com:443/ HTTP/1.1" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 {Group} "Root=1-58337281-1d84f3d73c47ec4e58577259" "www.example.com" "arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012" 1 2018-07-02T22:22:48.364000Z "authenticate,forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID "-" "-" "-"
            """);
    }

    [Fact]
    public void Example_http2_entry_with_a_redirect_that_went_to_no_target() => Same(
        Exchange.Record(client: "10.0.1.252:48160", scheme: "https", protocol: "HTTP/2.0", host: "10.0.2.105").AnsweredHere(301, 0.1).Bytes(5, 257)
            .Decided(new() { ListenerPort = 773, RulePriority = 1, ActionsExecuted = "redirect", RedirectUrl = "https://example.com:80/", TargetEndPoint = null, TargetGroupArn = null }),
        Exchange.Handshake("TLS_AES_128_GCM_SHA256", "TLSv1.3", null, "default"),
        """h2 2018-07-02T22:22:48.364100Z app/my-loadbalancer/50dc6c495c0c9188 10.0.1.252:48160 - -1 -1 -1 301 - 5 257 "GET https://10.0.2.105:773/ HTTP/2.0" "curl/7.46.0" """
        + """
        TLS_AES_128_GCM_SHA256 TLSv1.3 - "Root=1-58337262-36d228ad5d99923122bbe354" "-" "arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012" 1 2018-07-02T22:22:48.364000Z "redirect" "https://example.com:80/" "-" "-" "-" "-" "-" TID "-" "-" "-"
        """);

    [Fact]
    public void Example_websockets_entry() => Same(
        Exchange.Record(client: "10.0.0.140:40914", host: "10.0.0.30", agent: null).Answered(1, 4, 11_822.641, 101).Bytes(218, 587)
            .Decided(new() { RulePriority = 1, TargetEndPoint = System.Net.IPEndPoint.Parse("10.0.1.192:8010") }),
        null,
        """ws 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 10.0.0.140:40914 10.0.1.192:8010 0.001 0.003 0.000 101 101 218 587 """
        + $"""
        "GET http://10.0.0.30:80/ HTTP/1.1" "-" - - {Group} "Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 1 2018-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.1.192:8010" "101" "-" "-" TID "-" "-" "-"
        """);

    [Theory]
    [InlineData(null, null, null, "\"-\" \"-\" \"-\"")]
    [InlineData("api.internal", "/product.php?id=7", "TransformSuccess", "\"api.internal\" \"/product.php?id=7\" \"TransformSuccess\"")]
    [InlineData(null, null, "TransformInvalidPath", "\"-\" \"-\" \"TransformInvalidPath\"")]
    public void Transforms_are_the_last_three_fields_and_the_request_stays_the_clients(string? host, string? uri, string? status, string expected)
    {
        var line = Line(Exchange.Record(target: "/dp/7").Answered(1, 2, 3).Decided(new() { TransformedHost = host, TransformedUri = uri, TransformStatus = status }), null);
        Assert.EndsWith($" {expected}", line, StringComparison.Ordinal);
        Assert.Contains("\"GET http://www.example.com:80/dp/7 HTTP/1.1\"", line, StringComparison.Ordinal);
    }

    /// <summary>Target, the three times, both statuses: what tells a 502 from a 504 in these logs.</summary>
    [Theory]
    [InlineData("refused", "10.0.0.1:80 -1 -1 -1 502 -")]
    [InlineData("connect timeout", "10.0.0.1:80 -1 -1 -1 504 -")]
    [InlineData("keep-alive race", "10.0.0.1:80 0.003 0.001 -1 502 -")] // as in uNetworking/uWebSockets.js issue 939
    [InlineData("idle timeout", "10.0.0.1:80 0.001 60.001 -1 504 -")]
    [InlineData("no target", "- -1 -1 -1 503 -")]
    [InlineData("client gone", "10.0.0.1:80 0.001 4.999 -1 460 -")]
    [InlineData("client gone inside its body", "10.0.0.1:80 -1 -1 -1 400 -")]
    [InlineData("client gone, answered 460", "10.0.0.1:80 0.001 4.999 -1 460 -")]
    [InlineData("target's 503", "10.0.0.1:80 0.001 0.002 0.000 503 503")]
    public void Failures_can_be_told_apart(string what, string expected)
    {
        var facts = new Exchange.TestFacts();
        var record = what switch
        {
            "refused" => Exchange.Record().AnsweredHere(502, 1).Decided(facts),
            "connect timeout" => Exchange.Record().AnsweredHere(504, 10_000).Decided(facts),
            "keep-alive race" => Exchange.Record().AnsweredHere(502, 4, sent: 3).Decided(facts),
            "idle timeout" => Exchange.Record().AnsweredHere(504, 60_002, sent: 1).Decided(facts),
            "no target" => Exchange.Record().AnsweredHere(503, 1).Decided(facts with { TargetEndPoint = null }),
            "client gone" => Gone(facts),
            "client gone inside its body" => Inside(facts),
            "client gone, answered 460" => Exchange.Record().AnsweredHere(460, 5_000, "load-balancer.460.client-closed", sent: 1).Decided(facts),
            _ => Exchange.Record().Answered(1, 3, 3, 503).Decided(facts),
        };
        Assert.Equal(expected, string.Join(' ', Line(record, null).Split(' ')[4..10]));

        static RequestRecord Inside(Exchange.TestFacts facts)
        {
            var record = Exchange.Record().Decided(facts);
            (record.EndedAt, record.Outcome) = (Exchange.At(5_000), "load-balancer.400.client-closed-mid-body");
            return record;
        }

        static RequestRecord Gone(Exchange.TestFacts facts)
        {
            var record = Exchange.Record().Decided(facts);
            (record.RequestSentAt, record.EndedAt, record.Outcome) = (Exchange.At(1), Exchange.At(5_000), "load-balancer.client-gone");
            return record;
        }
    }

    [Fact]
    public void A_request_refused_before_any_decision_names_its_load_balancer_and_port()
    {
        var key = new ResourceKey("elbv2.services.k8s.aws", "LoadBalancer", "shop", "edge");
        var arn = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/edge/0123456789abcdef";
        var state = new DesiredState(
        [
            new Resource(key, new LoadBalancer { LoadBalancerArn = arn, Name = "edge", DnsName = "edge" }, Origin.Derived),
            new Resource(
                new ResourceKey("elbv2.services.k8s.aws", "Listener", "shop", "https"),
                new Listener { ListenerArn = "l", LoadBalancerArn = arn, Port = 443, Protocol = "HTTPS", DefaultActions = [] }, Origin.Derived),
        ]);
        var addresses = AddressPlan.Empty.Next([new AddressClaim(key, AddressBlock.LoadBalancer, null)]);
        var record = Exchange.Record(
                to: addresses.Bind(key, 443).ToString(), scheme: "https", host: "", target: "/a b", generation: new Generation(1, state, addresses, []))
            .AnsweredHere(400, 0.1);
        var line = Line(record, null);
        Assert.Contains(" app/edge/0123456789abcdef ", line, StringComparison.Ordinal);
        Assert.Contains("\"GET https://127.18.0.1:443/a b HTTP/1.1\"", line, StringComparison.Ordinal);
        Assert.Contains(" - 2018-07-02T22:22:48.364000Z \"-\" \"-\" \"-\" ", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("say \"hi\"", "say \\x22hi\\x22")]
    [InlineData("tab\tnewline\n", "tab\\x09newline\\x0A")]
    [InlineData("caf\u00e9", "caf\\xE9")] // one byte on the wire
    [InlineData("back\\slash", "back\\x5Cslash")]
    [InlineData("\u20ac", "\\xE2\\x82\\xAC")]
    [InlineData("\u007f", "\\x7F")]
    [InlineData("", "-")]
    [InlineData(null, "-")]
    public void Quotes_and_control_characters_are_escaped(string? agent, string expected) =>
        Assert.Contains($" \"{expected}\" - - ", Line(Exchange.Record(agent: agent).Answered(1, 2, 3).Decided(new()), null), StringComparison.Ordinal);

    [Fact]
    public void A_user_agent_is_cut_at_8_kB() =>
        Assert.Contains($"\"{new string('a', 8_192)}\"", Line(Exchange.Record(agent: new string('a', 9_000)).Answered(1, 2, 3), null), StringComparison.Ordinal);

    [Theory]
    [InlineData("TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384")]
    [InlineData("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384")]
    [InlineData("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "ECDHE-RSA-AES128-SHA256")]
    [InlineData("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA")]
    [InlineData("TLS_RSA_WITH_AES_128_GCM_SHA256", "AES128-GCM-SHA256")]
    [InlineData("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305")]
    public void Ciphers_have_their_openssl_names(string iana, string openssl) => Assert.Equal(openssl, CipherNames.OpenSsl(iana));

    /// <summary>The expression by which Athena's table reads these logs (Athena user guide, "Application Load Balancer logs").</summary>
    [GeneratedRegex("""
        ^([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*):([0-9]*) ([^ ]*)[:-]([0-9]*) ([-.0-9]*) ([-.0-9]*) ([-.0-9]*) (|[-0-9]*) (-|[-0-9]*) ([-0-9]*) ([-0-9]*) "([^ ]*) (.*) (- |[^ ]*)" "([^"]*)" ([A-Z0-9-_]+) ([A-Za-z0-9.-]*) ([^ ]*) "([^"]*)" "([^"]*)" "([^"]*)" ([-.0-9]*) ([^ ]*) "([^"]*)" "([^"]*)" "([^ ]*)" "([^\s]+?)" "([^\s]+)" "([^ ]*)" "([^ ]*)" ?([^ ]*)? ?( .*)?$
        """)]
    private static partial Regex Athena();

    [Fact]
    public void Whatever_a_client_sends_the_line_stays_one_that_Athena_reads() =>
        Gen.Select(Gen.String[0, 40], Gen.String[0, 40], Gen.String[0, 40]).Sample((agent, host, url) =>
        {
            var record = Exchange.Record(agent: agent, host: host, target: "/" + url).Answered(1, 2, 3).Decided(new() { RedirectUrl = url });
            var line = Line(record, null);
            var read = Athena().Match(line);
            Assert.True(read.Success, line);
            Assert.All(line, c => Assert.InRange(c, ' ', '~'));
            Assert.Equal("200", read.Groups[11].Value);
            Assert.StartsWith("TID_", read.Groups[34].Value, StringComparison.Ordinal);
        });

    private string Line(RequestRecord record, HandshakeRecord? handshake)
    {
        var line = new LogLine();
        log.Write(line, record, _ => handshake);
        return line.ToString();
    }

    private void Same(RequestRecord record, HandshakeRecord? handshake, string expected)
    {
        var line = Line(record, handshake);
        var tail = line.LastIndexOf("TID_", StringComparison.Ordinal);
        Assert.Matches("^TID_[0-9a-f]{32} ", line[tail..]);
        Assert.Equal(expected, string.Concat(line.AsSpan(0, tail), "TID", line.AsSpan(tail + 36)));
    }
}
