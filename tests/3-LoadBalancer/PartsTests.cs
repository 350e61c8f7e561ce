using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using Usher.Seam;
using Usher.Wire;

namespace Usher.LoadBalancer.Tests;

/// <summary>The small pure parts, each by its table.</summary>
public sealed partial class PartsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(0x67891234);

    [Fact]
    public void A_wildcard_pattern_matches_what_its_definition_says()
    {
        var pattern = Gen.Char["abAB*?"].Array[0, 9].Select(c => new string(c));
        var input = Gen.Char["abAB"].Array[0, 12].Select(c => new string(c));
        Gen.Select(pattern, input, Gen.Bool).Sample(
            (p, text, ignoreCase) =>
            {
                var (np, nt) = ignoreCase ? (p.ToLowerInvariant(), text.ToLowerInvariant()) : (p, text);
                return new WildcardPattern(p, ignoreCase).Matches(text) == Defined(np, nt);
            },
            iter: 100_000);
    }

    [Fact]
    public void A_pattern_with_escapes_matches_as_its_regular_expression()
    {
        var pattern = Gen.Char[@"ab*?\"].Array[0, 8].Select(c => new string(c));
        var input = Gen.Char[@"ab*?\"].Array[0, 8].Select(c => new string(c));
        Gen.Select(pattern, input).Sample(
            (p, text) => new WildcardPattern(p, ignoreCase: true, escapes: true).Matches(text) == Regex.IsMatch(text, Translated(p),
                RegexOptions.IgnoreCase | RegexOptions.Singleline),
            iter: 100_000);
    }

    [Fact]
    public void A_pattern_full_of_stars_stays_fast()
    {
        var pattern = new WildcardPattern(string.Concat(Enumerable.Repeat("a*", 64)) + "b", ignoreCase: false);
        Assert.False(pattern.Matches(new string('a', 16_000)));
        Assert.True(pattern.Matches(new string('a', 16_000) + "b"));
    }

    [Theory]
    [InlineData(null, "^Root=(M)$")]
    [InlineData("", "^Root=(M)$")]
    [InlineData("nonsense", "^Root=(M)$")]
    [InlineData("CalledFrom=app", "^Root=(M)$")]
    [InlineData("Root=", "^Root=(M)$")]
    [InlineData("Root=1-67891233-abcdef012345678912345678", "^Self=(M);Root=1-67891233-abcdef012345678912345678$")]
    [InlineData("root=1-67891233-abcdef012345678912345678;CalledFrom=app", "^Self=(M);root=1-67891233-abcdef012345678912345678;CalledFrom=app$")]
    [InlineData("Self=1-67891200-1;Root=1-67891233-abcdef012345678912345678;A=b", "^Self=(M);Root=1-67891233-abcdef012345678912345678;A=b$")]
    [InlineData("Root=1-67891233-abcdef012345678912345678;A=b; self=1-67891200-1", "^Self=(M);Root=1-67891233-abcdef012345678912345678;A=b$")]
    public void The_trace_id_is_minted_or_gets_a_self_in_front(string? brought, string wanted)
    {
        var trace = AmznTraceId.For(brought, Now);
        var match = Regex.Match(trace.Header, wanted.Replace("M", "1-67891234-[0-9a-f]{24}", StringComparison.Ordinal));
        Assert.True(match.Success, trace.Header);
        Assert.Equal(match.Groups[1].Value, trace.JourneyId);
        Assert.Equal(wanted.Contains("Self", StringComparison.Ordinal) ? "67891233abcdef012345678912345678" : null, trace.TraceId);
        Assert.NotEqual(trace.JourneyId, AmznTraceId.For(brought, Now).JourneyId);
    }

    [Fact]
    public void A_trace_header_over_7_kB_is_cut_down_to_its_root()
    {
        var trace = AmznTraceId.For("Root=1-67891233-abcdef012345678912345678;A=" + new string('a', 7 * 1024), Now);
        Assert.Equal("Root=1-67891233-abcdef012345678912345678", trace.Header);
        Assert.Equal("67891233abcdef012345678912345678", trace.TraceId);
    }

    [Theory]
    [InlineData("Root=1-67891233-short")]
    [InlineData("Root=1-67891233-xyzdef012345678912345678")]
    [InlineData("Root=1-00000000-000000000000000000000000")]
    public void A_root_of_another_form_is_kept_and_the_trace_id_is_the_minted_ones(string brought)
    {
        var trace = AmznTraceId.For(brought, Now);
        Assert.Equal($"Self={trace.JourneyId};{brought}", trace.Header);
        Assert.Null(trace.TraceId);
    }

    [Theory]
    // Listener HTTP:80, bound at 8080. The Location names the port always, as an ALB's does.
    [InlineData("GET http://api.example.com/a/b?c=d", "HTTPS #{host} 443 /#{path} #{query}", "https://api.example.com:443/a/b?c=d", false)]
    [InlineData("GET http://api.example.com/", "HTTPS #{host} 443 /#{path} #{query}", "https://api.example.com:443/", false)]
    [InlineData("GET http://api.example.com/a?c=d", "#{protocol} new.example.com #{port} /new/#{path} #{query}&old=1", "http://new.example.com:80/new/a?c=d&old=1", false)]
    [InlineData("GET http://api.example.com/a", "HTTPS www.#{host} 443 /#{host}/#{port} x", "https://www.api.example.com:443/api.example.com/80?x", false)]
    [InlineData("GET http://api.example.com/a?c=d", "HTTPS #{host} 443 /b ", "https://api.example.com:443/b", false)]
    // #{path} is without its leading slash, and without no other; what a placeholder stands for isn't read again.
    [InlineData("GET http://api.example.com//a", "HTTPS #{host} 443 /#{path} ", "https://api.example.com:443//a", false)]
    [InlineData("GET http://api.example.com/#{host}?#{port}", "HTTPS #{host} 443 /#{path} #{query}", "https://api.example.com:443/#{host}?#{port}", false)]
    // A client that came to the bound port is sent to a bound port; a port that isn't mapped stays.
    [InlineData("GET http://api.example.com:8080/a", "HTTPS #{host} 443 /#{path} #{query}", "https://api.example.com:8443/a", true)]
    [InlineData("GET http://api.example.com:8080/a", "#{protocol} www.example.com #{port} /#{path} #{query}", "http://www.example.com:8080/a", true)]
    [InlineData("GET http://api.example.com:8080/a", "HTTPS #{host} 9443 /#{path} #{query}", "https://api.example.com:9443/a", false)]
    [InlineData("GET http://api.example.com:80/a", "HTTPS #{host} 443 /#{path} #{query}", "https://api.example.com:443/a", false)]
    public void A_redirects_location(string request, string redirect, string location, bool mapped)
    {
        var parts = redirect.Split(' ');
        var desk = new Desk(new Edge().Listener(80, Edge.To(new("HTTP_301", parts[0], parts[1], parts[2], parts[3], parts[4]))));
        var plan = (RedirectPlan)desk.Listener.Rules[0].Action;
        Assert.Equal(location, Redirect.Location(plan, Ask.For(request), desk.Listener, desk.Generation.Addresses.BoundPort, out var note));
        Assert.Equal(mapped, note is not null);
    }

    [Theory]
    // p: passed, f: failed. A new target is healthy at once; later it takes 3 in a row, and 2 failures in a row to fall.
    [InlineData("initial", "p", "H")]
    [InlineData("initial", "fp", "IH")]
    [InlineData("initial", "ff", "IU")]
    [InlineData("initial", "pfpf", "HHHH")]
    [InlineData("initial", "pff", "HHU")]
    [InlineData("initial", "ffppp", "IUUUH")]
    [InlineData("initial", "ffppfppp", "IUUUUUUH")]
    [InlineData("initial", "pffpfppp", "HHUUUUUH")]
    [InlineData("unhealthy", "p", "U")]
    [InlineData("unhealthy", "ppp", "UUH")]
    [InlineData("healthy", "f", "H")]
    public void Health_by_checks_in_a_row(string start, string checks, string states)
    {
        var unhealthy = new TargetHealth(HealthState.Unhealthy, "Target.Timeout", "was slow");
        var streak = new HealthStreak(3, 2, start switch { "initial" => TargetHealth.Initial, "healthy" => TargetHealth.Healthy, _ => unhealthy });
        var told = checks.Select((c, i) => streak.Next(c == 'p' ? CheckResult.Pass : new CheckResult(false, "Target.Timeout", $"check {i}"))).ToList();
        Assert.Equal(states, string.Concat(told.Select(t => t.State.ToString()[0])));
        // The last failure is what is told of an unhealthy target.
        if (told[^1].State == HealthState.Unhealthy && checks.Contains('f', StringComparison.Ordinal)) Assert.Equal($"check {checks.LastIndexOf('f')}", told[^1].Description);
        if (told[^1].State == HealthState.Healthy) Assert.Null(told[^1].Reason);
    }

    [Theory]
    // One check a second: f fails, p passes; C counts.
    [InlineData(10, "ffffffffffff", "C.........C.")]
    [InlineData(30, "fffp", "C..C")]
    [InlineData(5, "ffffff", "C....C")]
    [InlineData(1, "fff", "CCC")]
    public void Failures_of_a_new_target_count_once_an_interval(int interval, string checks, string counted)
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var pace = new InitialPace(TimeSpan.FromSeconds(interval), time);
        var told = checks.Select(c =>
        {
            var counts = pace.Counts(c == 'p' ? CheckResult.Pass : new CheckResult(false, "Target.Timeout", "slow"));
            time.Advance(TimeSpan.FromSeconds(1));
            return counts ? 'C' : '.';
        });
        Assert.Equal(counted, string.Concat(told));
    }

    [Theory]
    [InlineData("200", "200", "199 201 404")]
    [InlineData("200,202", "200 202", "201")]
    [InlineData("200-399", "200 301 399", "199 400")]
    [InlineData("200,300-302,404", "200 300 302 404", "303 403 299")]
    [InlineData("200-200", "200", "201")]
    public void A_matcher_takes_codes_lists_and_ranges(string text, string matches, string doesnt)
    {
        var matcher = CodeMatcher.Parse(text)!;
        Assert.Equal(text, matcher.Text);
        Assert.All(matches.Split(' '), code => Assert.True(matcher.Matches(int.Parse(code, CultureInfo.InvariantCulture)), code));
        Assert.All(doesnt.Split(' '), code => Assert.False(matcher.Matches(int.Parse(code, CultureInfo.InvariantCulture)), code));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ok")]
    [InlineData("199")]
    [InlineData("500")]
    [InlineData("200-500")]
    [InlineData("300-200")]
    [InlineData("200,")]
    [InlineData("200 - 300")]
    [InlineData("200-300-400")]
    [InlineData("+200")]
    public void What_is_no_matcher_is_told(string text) => Assert.Null(CodeMatcher.Parse(text));

    [Theory]
    // Port 80: Host without a port. Another port: the client's port, or the listener's when it named none. (ALB user guide, Host header preservation.)
    [InlineData(80, "false", "Host: api.example.com", "Host: api.example.com")]
    [InlineData(80, "false", "Host: Api.Example.com:8080", "Host: api.example.com")]
    [InlineData(9000, "false", "Host: api.example.com", "Host: api.example.com:9000")]
    [InlineData(9000, "false", "Host: api.example.com:9000", "Host: api.example.com:9000")]
    [InlineData(9000, "false", "Host: api.example.com:1234", "Host: api.example.com:1234")]
    [InlineData(81, "false", "Host: api.example.com:8081", "Host: api.example.com:81")] // 8081 stands for 81 here
    [InlineData(80, "true", "Host: Api.Example.com:8080", "Host: Api.Example.com:8080")]
    [InlineData(80, "false", "X-A: b", "Host: DNS")]
    [InlineData(9000, "true", "X-A: b", "Host: DNS:9000")]
    [InlineData(80, "false", "Host: a\nX-Forwarded-For: 198.51.100.1", "X-Forwarded-For: 198.51.100.1, 203.0.113.7")]
    [InlineData(80, "false", "Host: a", "X-Forwarded-For: 203.0.113.7")]
    [InlineData(80, "false", "Host: a\nX-Forwarded-For: 198.51.100.1\nx-forwarded-for: 198.51.100.2, 10.0.0.1",
        "X-Forwarded-For: 198.51.100.1, 198.51.100.2, 10.0.0.1, 203.0.113.7")]
    [InlineData(80, "false", "Host: a\nX-Forwarded-Proto: https", "X-Forwarded-Proto: http")]
    [InlineData(9000, "false", "Host: a:9000\nX-Forwarded-Port: 1", "X-Forwarded-Port: 9000")]
    [InlineData(81, "false", "Host: a:8081", "X-Forwarded-Port: 81")]
    [InlineData(80, "false", "Host: a\nX-Amzn-Trace-Id: brought", "X-Amzn-Trace-Id: new")]
    public void Headers_towards_the_target(int port, string preserveHost, string brought, string wanted)
    {
        var desk = new Desk(new Edge(18, ("routing.http.preserve_host_header.enabled", preserveHost)).Listener(port));
        var request = new RequestHead();
        request.SetRequestLine("GET", "/");
        foreach (var line in brought.Split('\n')) request.Add(line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]);
        var host = request.TryGet("Host"u8, out var value) ? System.Text.Encoding.ASCII.GetString(value) : "";
        var edits = new HeaderEdits();

        ForwardedHeaders.Apply(request, Ask.For($"GET http://{host}/ | from 203.0.113.7"), desk.Listener, new AmznTraceId("new", "", ""), edits);

        var (name, text) = (wanted[..wanted.IndexOf(':', StringComparison.Ordinal)], wanted[(wanted.IndexOf(':', StringComparison.Ordinal) + 2)..]);
        Assert.True(edits.TryGet(request, System.Text.Encoding.ASCII.GetBytes(name), out var set));
        Assert.Equal(text.Replace("DNS", desk.Listener.DnsName, StringComparison.Ordinal), System.Text.Encoding.ASCII.GetString(set));
    }

    [Fact]
    public void What_a_client_sent_beyond_ASCII_goes_on_byte_by_byte()
    {
        var desk = new Desk(new Edge(18).Listener(80));
        var request = new RequestHead();
        request.SetRequestLine("GET", "/");
        request.Add("Host", "a");
        request.Add("X-Forwarded-For", Octets.Of("\u00fc"));
        var edits = new HeaderEdits();

        ForwardedHeaders.Apply(request, Ask.For("GET http://a/ | from 203.0.113.7"), desk.Listener, new AmznTraceId("Self=1;Root=\u00d6", "", ""), edits);

        Assert.True(edits.TryGet(request, "X-Forwarded-For"u8, out var chain));
        Assert.Equal("\u00fc, 203.0.113.7"u8.ToArray(), chain.ToArray());
        Assert.True(edits.TryGet(request, "X-Amzn-Trace-Id"u8, out var trace));
        Assert.Equal([.. "Self=1;Root="u8, 0xd6], trace.ToArray());
    }

    [Theory]
    [InlineData("routing.http.xff_header_processing.mode=append", "X-Forwarded-For: 198.51.100.1", "X-Forwarded-For: 198.51.100.1, 203.0.113.7")]
    [InlineData("routing.http.xff_header_processing.mode=preserve", "X-Forwarded-For: 198.51.100.1", "X-Forwarded-For: 198.51.100.1")]
    [InlineData("routing.http.xff_header_processing.mode=preserve", "X-A: b", "X-Forwarded-For: none")]
    [InlineData("routing.http.xff_header_processing.mode=remove", "X-Forwarded-For: 198.51.100.1", "X-Forwarded-For: none")]
    [InlineData("routing.http.xff_client_port.enabled=true", "X-Forwarded-For: 198.51.100.1", "X-Forwarded-For: 198.51.100.1, 203.0.113.7:4711")]
    [InlineData("routing.http.drop_invalid_header_fields.enabled=true", "X_User: a", "X_User: none")]
    [InlineData("routing.http.drop_invalid_header_fields.enabled=true", "X-User-1: a", "X-User-1: a")]
    [InlineData("routing.http.drop_invalid_header_fields.enabled=false", "X_User: a", "X_User: a")]
    [InlineData("routing.http.x_amzn_tls_version_and_cipher_suite.enabled=true", "X-Amzn-Tls-Version: mine", "X-Amzn-Tls-Version: TLSv1.2")]
    [InlineData("routing.http.x_amzn_tls_version_and_cipher_suite.enabled=true", "X-A: b", "X-Amzn-Tls-Cipher-Suite: ECDHE-RSA-AES128-GCM-SHA256")]
    [InlineData("routing.http.x_amzn_tls_version_and_cipher_suite.enabled=false", "X-A: b", "X-Amzn-Tls-Version: none")]
    public void Attributes_change_the_headers_towards_the_target(string attribute, string brought, string wanted)
    {
        var (key, value) = (attribute.Split('=')[0], attribute.Split('=')[1]);
        var desk = new Desk(new Edge(18, (key, value)).Listener(80));
        var request = new RequestHead();
        request.SetRequestLine("GET", "/");
        request.Add("Host", "a.example.com");
        request.Add(brought.Split(": ")[0], brought.Split(": ")[1]);
        var edits = new HeaderEdits();
        var client = new System.Net.IPEndPoint(System.Net.IPAddress.Parse("203.0.113.7"), 4711);
        var handshake = new Usher.Model.Journeys.HandshakeRecord
        {
            Connection = new(client, client), AcceptedAt = 1, Version = "TLSv1.2", Cipher = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        };

        ForwardedHeaders.Apply(request, Ask.For("GET http://a.example.com/ | from 203.0.113.7"), desk.Listener, new AmznTraceId("new", "", ""), edits, new ClientConnection(new(client, client)),
            desk.Listener.Attributes.TlsHeaders ? handshake : null);

        var found = edits.TryGet(request, System.Text.Encoding.ASCII.GetBytes(wanted.Split(": ")[0]), out var set) ? System.Text.Encoding.ASCII.GetString(set) : "none";
        Assert.Equal(wanted.Split(": ")[1], found);
    }

    /// <summary>The definition: a star is nothing, or one character and again a star.</summary>
    private static bool Defined(string pattern, string text) => pattern switch
    {
        "" => text.Length == 0,
        ['*', ..] => Defined(pattern[1..], text) || (text.Length > 0 && Defined(pattern, text[1..])),
        _ => text.Length > 0 && (pattern[0] == '?' || pattern[0] == text[0]) && Defined(pattern[1..], text[1..]),
    };

    private static string Translated(string pattern) => "^" + Token().Replace(pattern, m => m.Value switch
    {
        "*" => ".*",
        "?" => ".",
        [_, var c] => Regex.Escape(c.ToString()),
        var other => Regex.Escape(other),
    }) + "\\z";

    [GeneratedRegex(@"\\[*?\\]|.", RegexOptions.Singleline)]
    private static partial Regex Token();
}
