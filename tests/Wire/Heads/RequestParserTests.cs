using System.Text;

namespace Usher.Wire.Tests.Heads;

public class RequestParserTests
{
    private const string Host = "Host: a.example\r\n";

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost:\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n")]
    [InlineData("GET http://b.example/x HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("get /a/../b%41?x=|y HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("M-SEARCH / HTTP/1.1\r\nHost: a\r\nX_y: \tz \r\nEmpty:\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: , Chunked ,\r\n\r\n")]
    public void A_sound_head_is_complete(string wire) => Assert.Equal(ParseStatus.Complete, Parse(wire, out _).Status);

    [Theory]
    [InlineData("GET /\r\n\r\n", HttpViolation.InvalidRequestLine)]
    [InlineData("GET\r\n\r\n", HttpViolation.InvalidRequestLine)]
    [InlineData("GET / HTTP/1.1 \r\n\r\n", HttpViolation.InvalidRequestLine)]
    [InlineData("GET / http/1.1\r\n\r\n", HttpViolation.InvalidRequestLine)]
    [InlineData("GET / HTTP/11\r\n\r\n", HttpViolation.InvalidRequestLine)]
    [InlineData("\r\n\r\nGET / HTTP/1.1\r\n\r\n", HttpViolation.InvalidMethod)]
    [InlineData("G@T / HTTP/1.1\r\n\r\n", HttpViolation.InvalidMethod)]
    [InlineData(" GET / HTTP/1.1\r\n\r\n", HttpViolation.InvalidMethod)]
    [InlineData("\u0016\u0003\u0001", HttpViolation.InvalidMethod)]
    [InlineData("GET /a b HTTP/1.1\r\n\r\n", HttpViolation.InvalidTarget)]
    [InlineData("GET  / HTTP/1.1\r\n\r\n", HttpViolation.InvalidTarget)]
    [InlineData("GET /#f HTTP/1.1\r\n\r\n", HttpViolation.InvalidTarget)]
    [InlineData("GET /\u00e9 HTTP/1.1\r\n\r\n", HttpViolation.InvalidTarget)]
    [InlineData("GET /\u0001 HTTP/1.1\r\n\r\n", HttpViolation.InvalidTarget)]
    [InlineData("GET a HTTP/1.1\r\n\r\n", HttpViolation.InvalidTarget)]
    [InlineData("GET * HTTP/1.1\r\n\r\n", HttpViolation.InvalidTarget)]
    [InlineData("GET ftp://a/ HTTP/1.1\r\n\r\n", HttpViolation.InvalidTarget)]
    [InlineData("GET http:///x HTTP/1.1\r\n\r\n", HttpViolation.InvalidTarget)]
    [InlineData("GET http://u@a/x HTTP/1.1\r\n\r\n", HttpViolation.InvalidTarget)]
    [InlineData("GET / HTTP/2.0\r\n\r\n", HttpViolation.UnsupportedVersion)]
    [InlineData("GET / HTTP/1.2\r\n\r\n", HttpViolation.UnsupportedVersion)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", HttpViolation.UnsupportedVersion)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", HttpViolation.MissingHost)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", HttpViolation.MultipleHosts)]
    [InlineData("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", HttpViolation.MultipleHosts)]
    [InlineData("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", HttpViolation.InvalidHost)]
    [InlineData("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", HttpViolation.InvalidHost)]
    [InlineData("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", HttpViolation.InvalidHost)]
    [InlineData("GET / HTTP/1.1\n\n", HttpViolation.BareLineFeed)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\n\r\n", HttpViolation.BareLineFeed)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", HttpViolation.BareCarriageReturn)]
    [InlineData("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", HttpViolation.BareCarriageReturn)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\0\r\n\r\n", HttpViolation.NulByte)]
    public void A_bad_request_line_or_host_is_told(string wire, HttpViolation violation) => AssertBad(wire, violation);

    [Theory]
    [InlineData(" X: folded\r\n", HttpViolation.ObsoleteLineFolding)]
    [InlineData("X: a\r\n\tfolded\r\n", HttpViolation.ObsoleteLineFolding)]
    [InlineData("X : a\r\n", HttpViolation.WhitespaceBeforeColon)]
    [InlineData("Transfer-Encoding\t: chunked\r\n", HttpViolation.WhitespaceBeforeColon)]
    [InlineData("X Y: a\r\n", HttpViolation.InvalidHeaderName)]
    [InlineData("NoColon\r\n", HttpViolation.InvalidHeaderName)]
    [InlineData(": a\r\n", HttpViolation.InvalidHeaderName)]
    [InlineData("X(y): a\r\n", HttpViolation.InvalidHeaderName)]
    [InlineData("X: a\u0001b\r\n", HttpViolation.InvalidHeaderValue)]
    [InlineData("X: a\u007fb\r\n", HttpViolation.InvalidHeaderValue)]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", HttpViolation.ContentLengthWithTransferEncoding)]
    [InlineData("Transfer-Encoding: gzip, chunked\r\nContent-Length: 5\r\n", HttpViolation.ContentLengthWithTransferEncoding)]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n", HttpViolation.ConflictingContentLengths)]
    [InlineData("Content-Length: 5, 5\r\n", HttpViolation.InvalidContentLength)]
    [InlineData("Content-Length: +5\r\n", HttpViolation.InvalidContentLength)]
    [InlineData("Content-Length: -5\r\n", HttpViolation.InvalidContentLength)]
    [InlineData("Content-Length: 0x5\r\n", HttpViolation.InvalidContentLength)]
    [InlineData("Content-Length:\r\n", HttpViolation.InvalidContentLength)]
    [InlineData("Content-Length: 9223372036854775808\r\n", HttpViolation.InvalidContentLength)]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n", HttpViolation.UnsupportedTransferCoding)]
    [InlineData("Transfer-Encoding: chunked, gzip\r\n", HttpViolation.UnsupportedTransferCoding)]
    [InlineData("Transfer-Encoding: xchunked\r\n", HttpViolation.UnsupportedTransferCoding)]
    [InlineData("Transfer-Encoding: \"chunked\"\r\n", HttpViolation.UnsupportedTransferCoding)]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", HttpViolation.InvalidTransferEncoding)]
    [InlineData("Transfer-Encoding: identity, chunked\r\n", HttpViolation.InvalidTransferEncoding)]
    [InlineData("Transfer-Encoding:\r\n", HttpViolation.InvalidTransferEncoding)]
    [InlineData("Transfer-Encoding: \u000bchunked\r\n", HttpViolation.InvalidHeaderValue)]
    public void A_bad_header_is_told(string headers, HttpViolation violation) =>
        AssertBad($"POST / HTTP/1.1\r\n{Host}{headers}\r\n", violation);

    [Fact]
    public void Http10_knows_no_transfer_encoding() =>
        AssertBad("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", HttpViolation.InvalidTransferEncoding);

    [Fact]
    public void What_was_read_before_the_violation_stays()
    {
        Parse("GET /x HTTP/1.1\r\nHost: a\r\nbad\r\n\r\n", out var head);
        Assert.Equal("/x"u8, head.Target);
        Assert.Equal(1, head.HeaderCount);
    }

    [Fact]
    public void Parts_are_found()
    {
        const string Wire = "POST /p/q?a=b?c HTTP/1.1\r\nHost: h:1\r\nX-One:  1 \r\nx-one: 2\r\nContent-Length: 7\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n";
        Assert.Equal(Wire.Length, Parse(Wire + "body", out var head).Consumed);
        Assert.Equal("POST"u8, head.Method);
        Assert.Equal("/p/q?a=b?c"u8, head.Target);
        Assert.Equal("/p/q"u8, head.Path);
        Assert.Equal("a=b?c"u8, head.Query);
        Assert.Equal("h:1"u8, head.Host);
        Assert.Equal(11, head.Version);
        Assert.Equal(6, head.HeaderCount);
        Assert.Equal("X-One"u8, head.Name(1));
        Assert.Equal("1"u8, head.Value(1));
        Assert.Equal(2, head.Count("X-ONE"u8));
        Assert.Equal(BodyFraming.OfLength(7), head.Framing);
        Assert.True(head.ExpectContinue);
        Assert.False(head.KeepAlive);
        Assert.Equal(Wire.Length, head.WireLength);
    }

    [Theory]
    [InlineData("http://b.example:81?q", "b.example:81", "/", "q")]
    [InlineData("HTTPS://b.example", "b.example", "/", "")]
    [InlineData("http://b.example/p?", "b.example", "/p", "")]
    public void An_absolute_target_gives_host_and_path(string target, string host, string path, string query)
    {
        Parse($"GET {target} HTTP/1.1\r\n{Host}\r\n", out var head);
        Assert.Equal(TargetForm.Absolute, head.Form);
        Assert.Equal(host, Encoding.ASCII.GetString(head.Host));
        Assert.Equal(path, Encoding.ASCII.GetString(head.Path));
        Assert.Equal(query, Encoding.ASCII.GetString(head.Query));
    }

    [Theory]
    [InlineData(11, "", true)]
    [InlineData(11, "Connection: x, Close\r\n", false)]
    [InlineData(10, "", false)]
    [InlineData(10, "Connection: Keep-Alive\r\n", true)]
    [InlineData(10, "Connection: keep-alive, close\r\n", false)]
    public void Keep_alive_follows_version_and_connection(int version, string headers, bool keepAlive)
    {
        Parse($"GET / HTTP/1.{version - 10}\r\n{Host}{headers}\r\n", out var head);
        Assert.Equal(keepAlive, head.KeepAlive);
    }

    [Fact]
    public void Limits_are_told_apart()
    {
        var long16 = new string('a', 16 * 1024);
        AssertBad($"GET /{long16} HTTP/1.1\r\n", HttpViolation.TargetTooLong);
        AssertBad($"GET / HTTP/1.1\r\nX: {long16}\r\n", HttpViolation.HeaderTooLarge);
        AssertBad($"GET / HTTP/1.1\r\n{string.Concat(Enumerable.Repeat($"X: {long16[..9000]}\r\n", 8))}\r\n", HttpViolation.HeadTooLarge);
        AssertBad($"GET / HTTP/1.1\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", 501))}\r\n", HttpViolation.TooManyHeaders);
        AssertBad(long16 + "a", HttpViolation.TargetTooLong);
    }

    [Fact]
    public void A_line_of_exactly_the_limit_passes()
    {
        var fits = new string('a', (16 * 1024) - "GET / HTTP/1.1\r\n".Length);
        Assert.Equal(ParseStatus.Complete, Parse($"GET /{fits} HTTP/1.1\r\n{Host}\r\n", out _).Status);
        AssertBad($"GET /{fits}a HTTP/1.1\r\n{Host}\r\n", HttpViolation.TargetTooLong);
    }

    [Fact]
    public void A_built_head_needs_no_parser()
    {
        var head = new RequestHead();
        head.SetRequestLine("PUT", "/a?b");
        head.Add("Content-Length", " 3 ");
        Assert.Equal(BodyFraming.OfLength(3), head.Framing);
        Assert.Throws<ArgumentException>(() => head.Add("X", "a\r\nY: b"));
        Assert.Throws<ArgumentException>(() => head.Add("X y", "a"));
        Assert.Throws<ArgumentException>(() => head.SetRequestLine("GET", "/a b"));
        head.Reset();
        Assert.Equal(0, head.HeaderCount);
        Assert.Equal(BodyFraming.None, head.Framing);
    }

    private static ParseResult Parse(string wire, out RequestHead head)
    {
        head = new RequestHead();
        return new Http1Parser(HeadLimits.Requests).ParseRequest(Encoding.Latin1.GetBytes(wire), head);
    }

    private static void AssertBad(string wire, HttpViolation violation)
    {
        var result = Parse(wire, out _);
        Assert.Equal((ParseStatus.Bad, violation), (result.Status, result.Violation));
        Assert.NotEmpty(result.Message!);
    }
}
