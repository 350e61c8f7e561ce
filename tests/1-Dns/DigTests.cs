using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Usher.Dns.Tests;

/// <summary>A real client on real sockets.</summary>
public sealed class DigTests
{
    private const string Zones =
        """
        loadbalancer edge
        zone example.com
        api - A alias {edge} elb
        www 300 CNAME api.example.com
        big 60 TXT "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" | "1123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" | "2123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" | "3123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" | "4123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
        """;

    [Theory]
    [InlineData("+notcp", false)]
    [InlineData("+notcp +noedns", false)]
    [InlineData("+tcp", true)]
    [InlineData("+tcp +noedns", true)]
    public async Task An_alias_is_answered_over_both_transports_and_recorded(string options, bool tcp)
    {
        await using var server = await TestServer.StartAsync(Zones);

        var answer = await server.DigAsync(["api.example.com", "A", .. options.Split(' ')]);

        Assert.Contains("status: NOERROR", answer, StringComparison.Ordinal);
        Assert.Contains("flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 4", answer, StringComparison.Ordinal);
        Assert.Matches(@"api\.example\.com\.\s+60\s+IN\s+A\s+127\.18\.0\.1\n", answer);
        Assert.DoesNotContain("exit", answer, StringComparison.Ordinal);
        await TestServer.UntilAsync(() => server.Road.Records.Count > 0);
        var record = Assert.Single(server.Road.Records);
        Assert.Equal(tcp, record.Tcp);
        Assert.Equal(IPAddress.Loopback, record.Client.Address);
        Assert.InRange(record.EndedAt, record.StartedAt, long.MaxValue);
        Assert.Contains($"id: {record.QueryId}", answer, StringComparison.Ordinal);
        var told = Assert.Single(record.Decision.Tell());
        Assert.Equal((server.EndPoint.ToString(), tcp ? "tcp" : "udp"), ((string?)told.Facts["server"], (string?)told.Facts["transport"]));
    }

    [Fact]
    public async Task A_load_balancer_is_answered_with_the_address_of_each_of_its_nodes_in_turning_order()
    {
        await using var server = await TestServer.StartAsync("loadbalancer edge us-east-1a us-east-1b us-east-1c\nzone example.com\napi - A alias {edge} elb");
        var orders = new HashSet<string>();
        for (var left = 200; left > 0 && orders.Count < 3; left--)
        {
            var answered = (await server.DigAsync("+short", "api.example.com")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(["127.18.0.1", "127.18.0.2", "127.18.0.3"], answered.Order(StringComparer.Ordinal));
            orders.Add(answered[0]);
        }

        Assert.Equal(3, orders.Count);
    }

    [Fact]
    public async Task An_answer_that_is_too_long_for_udp_is_asked_for_again_over_tcp()
    {
        await using var server = await TestServer.StartAsync(Zones);

        var cut = await server.DigAsync("big.example.com", "TXT", "+noedns", "+ignore");
        var whole = await server.DigAsync("big.example.com", "TXT", "+noedns");
        var roomy = await server.DigAsync("big.example.com", "TXT", "+bufsize=1232", "+notcp", "+ignore");

        Assert.Contains("flags: qr aa tc rd; QUERY: 1, ANSWER: 0", cut, StringComparison.Ordinal);
        Assert.Contains("Truncated, retrying in TCP mode", whole, StringComparison.Ordinal);
        Assert.Contains("flags: qr aa rd; QUERY: 1, ANSWER: 5", whole, StringComparison.Ordinal);
        Assert.Contains("flags: qr aa rd; QUERY: 1, ANSWER: 5", roomy, StringComparison.Ordinal);
        await TestServer.UntilAsync(() => server.Road.Records.Count == 4);
        Assert.Equal([false, false, true, false], server.Road.Records.Select(r => r.Tcp));
    }

    [Theory]
    [InlineData("aPi.eXample.cOm A", "aPi.eXample.cOm.", "status: NOERROR")]
    [InlineData("www.example.com A", "CNAME", "ANSWER: 2")]
    [InlineData("api.example.com MX", "awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400", "AUTHORITY: 1")]
    [InlineData("nope.example.com A", "status: NXDOMAIN", "AUTHORITY: 1")]
    [InlineData("example.org A", "status: REFUSED", "ANSWER: 0")]
    [InlineData("api.example.com A +opcode=notify", "opcode: NOTIFY, status: NOTIMP", "QUERY: 0")]
    [InlineData("api.example.com A +opcode=status", "opcode: STATUS, status: NOTIMP", "QUERY: 0")]
    [InlineData("api.example.com A +edns=1 +noednsnegotiation", "status: BADVERS", "EDNS: version: 0")]
    [InlineData("api.example.com A +edns=1", "status: NOERROR", "EDNS: version: 0")]
    [InlineData("api.example.com A +dnssec", "flags: do; udp: 4096", "ANSWER: 1")]
    [InlineData("api.example.com A +subnet=192.0.2.0/24", "EDNS: version: 0, flags:; udp: 4096", "ANSWER: 1")]
    [InlineData("api.example.com A +cdflag", "flags: qr aa rd cd;", "ANSWER: 1")]
    [InlineData("api.example.com A +norecurse", "flags: qr aa;", "ANSWER: 1")]
    [InlineData("api.example.com A +header-only", "status: FORMERR", "QUERY: 0")]
    [InlineData("api.example.com HTTPS", "status: NOERROR", "AUTHORITY: 1")]
    [InlineData("-c CH -t TXT version.bind", "status: REFUSED", "CH")]
    [InlineData("example.com AXFR", "Transfer failed", "")]
    public async Task Questions(string arguments, string expected, string andAlso)
    {
        await using var server = await TestServer.StartAsync(Zones);

        var answer = await server.DigAsync(arguments.Split(' '));

        Assert.Contains(expected, answer, StringComparison.Ordinal);
        Assert.Contains(andAlso, answer, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING: Message parser", answer, StringComparison.Ordinal);
    }

    private const string Wide =
        """
        zone example.com
        * 60 A 192.0.2.7
        a.b 60 A 192.0.2.8
        www 60 CNAME web.example.net.
        sub 300 NS ns.sub.example.com
        sub 300 DS 12345 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF
        ns.sub 300 A 192.0.2.53
        @ 300 HTTPS 1 . alpn="h2,h3" port=8443
        @ 300 A 192.0.2.1
        _dns 300 SVCB 1 web.example.net alpn=dot
        sip 300 NAPTR 100 10 "U" "E2U+sip" "!^.*$!sip:info@example.com!" .
        host 300 SSHFP 4 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF
        _443._tcp 300 TLSA 3 1 1 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF
        zone example.net
        web 60 CNAME end.example.org
        zone example.org
        end 60 A 192.0.2.9
        zone deep.example.com
        www 60 A 192.0.2.10
        """;

    [Theory]
    // A wildcard, and what it doesn't cover.
    [InlineData("any.thing.example.com A", "any.thing.example.com. 60 IN A 192.0.2.7", "ANSWER: 1")]
    [InlineData("c.b.example.com A", "status: NXDOMAIN", "ANSWER: 0")]
    [InlineData("any.example.com TXT", "status: NOERROR", "ANSWER: 0")]
    // CNAMEs through three zones.
    [InlineData("www.example.com A", "www.example.com. 60 IN CNAME web.example.net.\nweb.example.net. 60 IN CNAME end.example.org.\nend.example.org. 60 IN A 192.0.2.9", "ANSWER: 3")]
    // The longest of the zones.
    [InlineData("www.deep.example.com A", "www.deep.example.com. 60 IN A 192.0.2.10", "AUTHORITY: 4")]
    [InlineData("nope.deep.example.com A", "status: NXDOMAIN", "deep.example.com. 900 IN SOA")]
    // A delegation, with and without its DS.
    [InlineData("www.sub.example.com A", "sub.example.com. 300 IN NS ns.sub.example.com.", "flags: qr rd; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 2")]
    [InlineData("sub.example.com DS", "sub.example.com. 300 IN DS 12345 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF", "flags: qr aa rd;")]
    // The newer types, as dig reads their bytes.
    [InlineData("example.com HTTPS", "example.com. 300 IN HTTPS 1 . alpn=\"h2,h3\" port=8443", "example.com. 300 IN A 192.0.2.1")]
    [InlineData("_dns.example.com SVCB", "_dns.example.com. 300 IN SVCB 1 web.example.net. alpn=\"dot\"", "ANSWER: 1")]
    [InlineData("sip.example.com NAPTR", "sip.example.com. 300 IN NAPTR 100 10 \"U\" \"E2U+sip\" \"!^.*$!sip:info@example.com!\" .", "ANSWER: 1")]
    [InlineData("host.example.com SSHFP", "host.example.com. 300 IN SSHFP 4 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF", "ANSWER: 1")]
    [InlineData("_443._tcp.example.com TLSA", "_443._tcp.example.com. 300 IN TLSA 3 1 1 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF", "ANSWER: 1")]
    [InlineData("example.com HTTPS +subnet=203.0.113.0/24", "EDNS: version: 0, flags:; udp: 4096", "ANSWER: 1")]
    public async Task What_a_zone_says(string arguments, string expected, string andAlso)
    {
        await using var server = await TestServer.StartAsync(Wide);

        var answer = Regex.Replace(await server.DigAsync([.. arguments.Split(' '), "+nosplit"]), "[ \t]+", " ");

        Assert.Contains(expected, answer, StringComparison.Ordinal);
        Assert.Contains(andAlso, answer, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING: Message parser", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("CLIENT-SUBNET", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_questions_share_one_connection()
    {
        await using var server = await TestServer.StartAsync(Zones);

        var answer = await server.DigAsync("+tcp", "+keepopen", "api.example.com", "A", "nope.example.com", "A", "www.example.com", "A");

        Assert.Equal(["NOERROR", "NXDOMAIN", "NOERROR"], answer.Split("status: ")[1..].Select(s => s[..s.IndexOf(',', StringComparison.Ordinal)]));
        await TestServer.UntilAsync(() => server.Road.Records.Count == 3);
        Assert.Single(server.Road.Records.Select(r => r.Client).Distinct());
    }

    [Fact]
    public async Task IPv6_is_served_where_it_is_asked_for()
    {
        if (!Socket.OSSupportsIPv6) Assert.Fail("this machine has no IPv6");
        await using var server = await TestServer.StartAsync(Zones, address: IPAddress.IPv6Loopback);

        Assert.Contains("127.18.0.1", await server.DigAsync("api.example.com", "A", "+notcp"), StringComparison.Ordinal);
        Assert.Contains("127.18.0.1", await server.DigAsync("api.example.com", "A", "+tcp"), StringComparison.Ordinal);
        await TestServer.UntilAsync(() => server.Road.Records.Count == 2);
        Assert.All(server.Road.Records, r => Assert.Equal(IPAddress.IPv6Loopback, r.Client.Address));
    }
}
