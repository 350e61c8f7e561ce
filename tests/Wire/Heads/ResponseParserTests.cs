using System.Text;

namespace Usher.Wire.Tests.Heads;

public class ResponseParserTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", 200, "OK")]
    [InlineData("HTTP/1.1 200 \r\n\r\n", 200, "")]
    [InlineData("HTTP/1.1 200\r\n\r\n", 200, "")]
    [InlineData("HTTP/1.0 404 Not  Found\u00e9\r\n\r\n", 404, "Not  Found\u00e9")]
    [InlineData("HTTP/1.1 999 x\r\n\r\n", 999, "x")]
    public void A_status_line_is_read(string wire, int status, string reason)
    {
        Assert.Equal(ParseStatus.Complete, Parse(wire, out var head).Status);
        Assert.Equal(status, head.StatusCode);
        Assert.Equal(reason, Encoding.Latin1.GetString(head.Reason));
    }

    [Theory]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n", HttpViolation.InvalidStatusLine)]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n", HttpViolation.InvalidStatusLine)]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n", HttpViolation.InvalidStatusLine)]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n", HttpViolation.InvalidStatusLine)]
    [InlineData("HTTP/1.1\r\n\r\n", HttpViolation.InvalidStatusLine)]
    [InlineData("HTTPS/1.1 200 OK\r\n\r\n", HttpViolation.InvalidStatusLine)]
    [InlineData("<html>", HttpViolation.InvalidStatusLine)]
    [InlineData("\r\nHTTP/1.1 200 OK\r\n\r\n", HttpViolation.InvalidStatusLine)]
    [InlineData("HTTP/3.0 200 OK\r\n\r\n", HttpViolation.UnsupportedVersion)]
    [InlineData("HTTP/1.1 200 OK\n\n", HttpViolation.BareLineFeed)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", HttpViolation.ContentLengthWithTransferEncoding)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", HttpViolation.ConflictingContentLengths)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", HttpViolation.UnsupportedTransferCoding)]
    [InlineData("HTTP/1.1 200 OK\r\nbad header: 1\r\n\r\n", HttpViolation.InvalidHeaderName)]
    public void A_bad_head_is_told(string wire, HttpViolation violation)
    {
        var result = Parse(wire, out _);
        Assert.Equal((ParseStatus.Bad, violation), (result.Status, result.Violation));
    }

    [Theory]
    [InlineData("\0\0\u0012\u0004\0\0\0\0\0\0\u0003", "HTTP/2 only")]
    [InlineData("\0\0\0\u0004\0\0\0\0\0", "HTTP/2 only")]
    [InlineData("\0\0\u0012\u0004\0\0\0\0\u0001", "status line")]
    [InlineData("\0\0", "status line")]
    [InlineData("\u0015\u0003\u0003\0\u0002\u0002\u0016", "speaks TLS")]
    [InlineData("\u0015", "status line")]
    public void An_answer_in_another_protocol_is_told(string wire, string told)
    {
        var result = Parse(wire, out _);
        Assert.Equal(HttpViolation.InvalidStatusLine, result.Violation);
        Assert.Contains(told, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_32_KiB_of_headers_is_too_large()
    {
        var wire = "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat($"X: {new string('a', 12000)}\r\n", 3)) + "\r\n";
        Assert.Equal(HttpViolation.HeadTooLarge, Parse(wire, out _).Violation);
    }

    [Theory]
    [InlineData("200 OK\r\nContent-Length: 4\r\n\r\n", BodyKind.Length, BodyKind.None)]
    [InlineData("200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", BodyKind.Chunked, BodyKind.None)]
    [InlineData("200 OK\r\n\r\n", BodyKind.UntilClose, BodyKind.None)]
    [InlineData("204 No Content\r\nContent-Length: 4\r\n\r\n", BodyKind.None, BodyKind.None)]
    [InlineData("304 Not Modified\r\nContent-Length: 4\r\n\r\n", BodyKind.None, BodyKind.None)]
    [InlineData("100 Continue\r\n\r\n", BodyKind.None, BodyKind.None)]
    public void Framing_depends_on_headers_status_and_method(string rest, BodyKind get, BodyKind head)
    {
        Parse("HTTP/1.1 " + rest, out var response);
        Assert.Equal(get, response.FramingFor(headRequest: false).Kind);
        Assert.Equal(head, response.FramingFor(headRequest: true).Kind);
    }

    private static ParseResult Parse(string wire, out ResponseHead head)
    {
        head = new ResponseHead();
        return new Http1Parser(HeadLimits.Responses).ParseResponse(Encoding.Latin1.GetBytes(wire), head);
    }
}
