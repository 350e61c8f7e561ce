using System.Buffers;
using System.Text;
using CsCheck;

namespace Usher.Wire.Tests.Heads;

/// <summary>What a tolerant parser makes of heads that a strict one refuses: one reading that can be sent on, or a refusal, and always what it saw.</summary>
public class TolerantParserTests
{
    private const string Host = "Host: a\r\n";

    [Theory]
    [InlineData("GET /a b HTTP/1.1", "/a%20b", HeadDefects.TargetSpace)]
    [InlineData("GET  /a  HTTP/1.1", "/a", HeadDefects.TargetSpace)]
    [InlineData("GET / HTTP/1.1 HTTP/1.1", "/%20HTTP/1.1", HeadDefects.TargetSpace)]
    [InlineData("GET /a\tb\u0001?\u007f HTTP/1.1", "/a%09b%01?%7F", HeadDefects.TargetControl)]
    [InlineData("GET /a\0b HTTP/1.1", "/a%00b", HeadDefects.TargetUnreadable)]
    [InlineData("GET /a\rb\u0001 HTTP/1.1", "/a%0Db%01", HeadDefects.TargetUnreadable | HeadDefects.TargetControl)]
    [InlineData("GET /\u00c3\u00a9 HTTP/1.1", "/%C3%A9", HeadDefects.None)]
    [InlineData("GET http://b/x y HTTP/1.1", "http://b/x%20y", HeadDefects.TargetSpace)]
    [InlineData("GET / HTTP/1.1 \t ", "/", HeadDefects.UnusualVersion)]
    [InlineData("GET / HTTP/1.2", "/", HeadDefects.UnusualVersion)]
    [InlineData("GET / HTTP/1.9", "/", HeadDefects.UnusualVersion)]
    public void A_request_line_is_made_good(string line, string target, HeadDefects defects)
    {
        var wire = $"{line}\r\n{Host}\r\n";
        var (result, head) = Parse(wire);
        Assert.Equal((ParseStatus.Complete, defects), (result.Status, head.Defects));
        Assert.Equal(target, Encoding.ASCII.GetString(head.Target));
        Assert.Equal((wire.Length, 11), (head.WireLength, head.Version));
    }

    [Theory]
    [InlineData("G@T / HTTP/1.1", HttpViolation.InvalidMethod, HeadDefects.MalformedMethod)]
    [InlineData("GET\t/ HTTP/1.1", HttpViolation.InvalidMethod, HeadDefects.MalformedMethod)]
    [InlineData("GET / http/1.1", HttpViolation.InvalidRequestLine, HeadDefects.MalformedVersion)]
    [InlineData("GET / HTTP/1.1\r", HttpViolation.InvalidRequestLine, HeadDefects.MalformedVersion)]
    [InlineData("GET / HTTP/0.8", HttpViolation.UnsupportedVersion, HeadDefects.MalformedVersion)]
    [InlineData("GET / HTTP/0.9", HttpViolation.UnsupportedVersion, HeadDefects.UnusualVersion)]
    [InlineData("GET / HTTP/2.0", HttpViolation.UnsupportedVersion, HeadDefects.None)]
    [InlineData("GET /", HttpViolation.InvalidRequestLine, HeadDefects.UnusualVersion)]
    [InlineData("GET HTTP/1.1", HttpViolation.InvalidRequestLine, HeadDefects.None)]
    [InlineData("GET  HTTP/1.1", HttpViolation.InvalidRequestLine, HeadDefects.None)]
    [InlineData("GET /#f HTTP/1.1", HttpViolation.InvalidTarget, HeadDefects.None)]
    [InlineData("GET a b HTTP/1.1", HttpViolation.InvalidTarget, HeadDefects.None)]
    [InlineData("GET http://a b/ HTTP/1.1", HttpViolation.InvalidTarget, HeadDefects.None)]
    [InlineData("CONNECT a b:1 HTTP/1.1", HttpViolation.InvalidTarget, HeadDefects.None)]
    public void A_request_line_that_leaves_no_one_reading_is_refused(string line, HttpViolation violation, HeadDefects defects)
    {
        var (result, head) = Parse($"{line}\r\n{Host}\r\n");
        Assert.Equal((violation, defects), (result.Violation, head.Defects));
    }

    [Theory]
    [InlineData("X : a\r\n", "", HeadDefects.HeaderCharacters)]
    [InlineData("X(y): a\r\n", "", HeadDefects.HeaderCharacters)]
    [InlineData(" X: a\r\n", "", HeadDefects.HeaderCharacters)]
    [InlineData("X\u0001: a\r\nY: b\r\n", "Y: b\r\n", HeadDefects.HeaderCharacters)]
    [InlineData("X\0: a\r\n", "", HeadDefects.HeaderUnreadable)]
    [InlineData("X: a\u0001b\u0001\r\n", "X: a b\r\n", HeadDefects.HeaderCharacters)]
    [InlineData("X: \0a\rTransfer-Encoding: chunked\r\n", "X: a Transfer-Encoding: chunked\r\n", HeadDefects.HeaderUnreadable)]
    [InlineData("#Transfer-Encoding: x\rchunked\r\n", "", HeadDefects.HeaderUnreadable | HeadDefects.FramingLikeName | HeadDefects.UnknownCoding)]
    [InlineData(": a\r\n", "", HeadDefects.EmptyName)]
    [InlineData(" \t: a\r\n", "", HeadDefects.EmptyName)]
    [InlineData(":X: a\r\n", "", HeadDefects.EmptyName)]
    [InlineData(" \t \r\nX: a\r\n", "X: a\r\n", HeadDefects.EmptyName)]
    [InlineData("X: \u00e9\u0080\r\n", "X: \u00e9\u0080\r\n", HeadDefects.None)]
    [InlineData("Transfer-Encoding : chunked\r\n", "", HeadDefects.HeaderCharacters | HeadDefects.FramingLikeName)]
    [InlineData("Transfer_Encoding: chunked\r\n", "", HeadDefects.FramingLikeName)]
    [InlineData("Content_Length: 5\r\nContent-Length: 0\r\n", "Content-Length: 0\r\n", HeadDefects.FramingLikeName | HeadDefects.DifferingLengths)]
    [InlineData("Content-Length: 0\r\nContent-Length: 0\r\n", "Content-Length: 0\r\n", HeadDefects.RepeatedLength)]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\n", HeadDefects.LengthWithCoding)]
    [InlineData("Transfer-Encoding: identity\r\nContent-Length: 0\r\n", "Content-Length: 0\r\n", HeadDefects.LengthWithCoding | HeadDefects.CodingWithoutChunked)]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: Chunked\r\n", "Transfer-Encoding: chunked\r\n", HeadDefects.RepeatedChunked)]
    [InlineData("Transfer-Encoding: identity, chunked\r\n", "Transfer-Encoding: chunked\r\n", HeadDefects.None)]
    [InlineData("Transfer-Encoding: ,chunked\r\n", "Transfer-Encoding: chunked\r\n", HeadDefects.UnknownCoding)]
    public void Headers_are_made_good(string headers, string sent, HeadDefects defects)
    {
        var (result, head) = Parse($"POST / HTTP/1.1\r\n{Host}{headers}\r\n");
        Assert.Equal((ParseStatus.Complete, defects), (result.Status, head.Defects));
        Assert.Equal($"POST / HTTP/1.1\r\n{Host}{sent}\r\n", Forwarded(head));
    }

    [Theory]
    [InlineData("NoColon\r\n", HttpViolation.InvalidHeaderName, HeadDefects.None)]
    [InlineData("X: a\r\n folded\r\n", HttpViolation.ObsoleteLineFolding, HeadDefects.None)]
    [InlineData("X: a\n", HttpViolation.BareLineFeed, HeadDefects.None)]
    [InlineData("Content-Length: 5, 5\r\n", HttpViolation.InvalidContentLength, HeadDefects.MalformedLength)]
    [InlineData("Content-Length: 5\u0001\r\n", HttpViolation.InvalidContentLength, HeadDefects.MalformedLength | HeadDefects.HeaderCharacters)]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n", HttpViolation.ConflictingContentLengths, HeadDefects.DifferingLengths)]
    [InlineData("Transfer-Encoding: xchunked\r\n", HttpViolation.UnsupportedTransferCoding, HeadDefects.UnknownCoding | HeadDefects.CodingWithoutChunked)]
    [InlineData("Transfer-Encoding: chunked\u000b\r\n", HttpViolation.UnsupportedTransferCoding, HeadDefects.UnknownCoding | HeadDefects.CodingWithoutChunked | HeadDefects.HeaderCharacters)]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n", HttpViolation.UnsupportedTransferCoding, HeadDefects.None)]
    [InlineData("Transfer-Encoding: chunked, identity\r\n", HttpViolation.InvalidTransferEncoding, HeadDefects.None)]
    [InlineData("Transfer-Encoding:\r\n", HttpViolation.InvalidTransferEncoding, HeadDefects.UnknownCoding | HeadDefects.CodingWithoutChunked)]
    [InlineData("Host: b\r\n", HttpViolation.MultipleHosts, HeadDefects.None)]
    [InlineData("X: y\r\nHost: b\u0001\r\n", HttpViolation.InvalidHost, HeadDefects.HeaderCharacters)]
    public void Headers_that_leave_the_body_or_the_host_open_are_refused(string headers, HttpViolation violation, HeadDefects defects)
    {
        var (result, head) = Parse($"POST / HTTP/1.1\r\n{Host}{headers}\r\n");
        Assert.Equal((violation, defects), (result.Violation, head.Defects));
    }

    [Fact]
    public void Chunks_in_HTTP10_are_taken_and_the_connection_is_not_kept()
    {
        var (_, head) = Parse("POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n");
        Assert.Equal(HeadDefects.CodingBeforeHttp11 | HeadDefects.LengthWithCoding, head.Defects);
        Assert.Equal((BodyFraming.Chunked, false), (head.Framing, head.KeepAlive));
    }

    [Theory]
    [InlineData("Transfer-Encoding\t", true)]
    [InlineData("\u0001\u0001Content-Length", true)]
    [InlineData("Transfer- Encoding", true)]
    [InlineData("Tr ansfer-Encoding", true)]
    [InlineData("Transfer___Encoding", true)]
    [InlineData("TransferXEncoding", true)]
    [InlineData("Transfer-Encoding x", true)]
    [InlineData("transfer-encoding\u0001XY", true)]
    [InlineData("Tran\u017ffer-Encoding", true)]
    [InlineData("Transfer-Encod\u0131ng", true)]
    [InlineData("\u2003Transfer\u2015Encoding\u2003", true)]
    [InlineData("Content-Length\u00a0", true)]
    [InlineData("TransferEncoding", false)]
    [InlineData("T-ransfer-Encoding", false)]
    [InlineData("X-Transfer-Encoding", false)]
    [InlineData("Transfer-Encodings", false)]
    [InlineData("Transfer-Encodin-", false)]
    [InlineData("Content-Encoding", false)]
    [InlineData("Content-Language", false)]
    [InlineData("----------------", false)]
    public void Names_are_near_those_of_framing_headers(string name, bool near) =>
        Assert.Equal(near, FramingName.Resembled(Encoding.UTF8.GetBytes(name)) != HeaderKind.Other);

    [Fact]
    public void What_a_strict_parser_takes_has_no_defects_and_the_same_reading() => ParserProperties.Requests.Sample(head =>
    {
        var wire = ParserProperties.Write(head);
        var read = new RequestHead();
        Assert.Equal(ParseStatus.Complete, new Http1Parser(HeadLimits.Requests, tolerant: true).ParseRequest(wire, read).Status);
        Assert.Equal(HeadDefects.None, read.Defects);
        Assert.Equal(wire, ParserProperties.Write(read));
    });

    private static string Forwarded(RequestHead head)
    {
        var output = new ArrayBufferWriter<byte>();
        HeadWriter.WriteForwarded(output, head, null, head.Framing, ConnectionOption.None, "a"u8);
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }

    private static (ParseResult Result, RequestHead Head) Parse(string wire)
    {
        var head = new RequestHead();
        return (new Http1Parser(HeadLimits.Requests, tolerant: true).ParseRequest(Encoding.Latin1.GetBytes(wire), head), head);
    }
}
