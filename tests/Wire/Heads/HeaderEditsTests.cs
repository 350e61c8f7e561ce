using System.Buffers;
using System.Text;

namespace Usher.Wire.Tests.Heads;

public class HeaderEditsTests
{
    private const string Wire =
        "GET /a?b HTTP/1.1\r\nhost: h\r\nX-A: 1\r\nX-Gone: x\r\nX-a: 2\r\nConnection: keep-alive, X-Hop, Host\r\nX-Hop: y\r\n" +
        "Keep-Alive: 5\r\nTE: trailers\r\nUpgrade: h2c\r\nProxy-Connection: close\r\nTrailer: z\r\nExpect: 100-continue\r\nX-Last: l\r\n\r\n";

    [Fact]
    public void Edits_apply_in_place_and_hop_by_hop_headers_go()
    {
        var edits = new HeaderEdits();
        edits.Set("X-A", "new");
        edits.Remove("X-GONE");
        edits.Add("X-Added", "1");
        edits.Add("X-Added", "2");
        edits.Set("X-Absent", "set");
        edits.SetTarget("/rewritten");
        Assert.Equal(
            "GET /rewritten HTTP/1.1\r\nhost: h\r\nX-A: new\r\nX-Last: l\r\nX-Added: 1\r\nX-Added: 2\r\nX-Absent: set\r\n\r\n",
            Forwarded(Wire, edits, BodyFraming.None));
    }

    [Fact]
    public void Only_what_really_changes_is_told()
    {
        var edits = new HeaderEdits();
        edits.Set("X-A", "1");
        edits.Set("X-Last", "m");
        edits.Remove("X-Never");
        edits.Add("X-Added", "1");
        Assert.Equal(
            [
                new(HeaderChangeKind.Removed, "X-a", null),
                new(HeaderChangeKind.Rewritten, "X-Last", "m"),
                new(HeaderChangeKind.Added, "X-Added", "1"),
            ],
            edits.ChangesTo(Parse(Wire)));
        Assert.Contains(new(HeaderChangeKind.Removed, "X-Hop", null), edits.ChangesTo(Parse(Wire), hopByHop: true));
    }

    [Fact]
    public void Each_character_of_a_text_is_a_byte()
    {
        var edits = new HeaderEdits();
        edits.Set(new HeaderName("X-A"), "\u00fc\u0080");
        edits.Set("X-Last", Octets.Of("\u00fc\u20ac"));
        edits.Add("X-Added", "\u00ff");
        var sent = Forwarded(Wire, edits, BodyFraming.None);
        Assert.Contains("X-A: \u00fc\u0080\r\n", sent, StringComparison.Ordinal);
        Assert.Contains("X-Last: \u00c3\u00bc\u00e2\u0082\u00ac\r\n", sent, StringComparison.Ordinal);
        Assert.Contains("X-Added: \u00ff\r\n", sent, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => edits.Set(new HeaderName("X-A"), "a\nb"));
        Assert.Throws<ArgumentException>(() => edits.Add("X-A", "\u20ac"));
    }

    [Fact]
    public void A_name_that_was_checked_before_edits_as_its_text_does()
    {
        var (named, checkedOnce) = (new HeaderEdits(), new HeaderEdits());
        named.Set("X-A", " v ");
        named.Set("X-Wide", "\u00fcber");
        named.Remove("X-Last");
        checkedOnce.Set(new HeaderName("X-A"), " v ");
        checkedOnce.Set(new HeaderName("X-Wide"), "\u00fcber");
        checkedOnce.Remove(new HeaderName("X-Last"));
        Assert.Equal(Forwarded(Wire, named, BodyFraming.None), Forwarded(Wire, checkedOnce, BodyFraming.None));
        Assert.Equal(named.ChangesTo(Parse(Wire)), checkedOnce.ChangesTo(Parse(Wire)));
        Assert.Throws<ArgumentException>(() => new HeaderName("Connection"));
        Assert.Throws<ArgumentException>(() => new HeaderName("X A"));
        Assert.Throws<ArgumentException>(() => checkedOnce.Set(new HeaderName("X-A"), "a\nb"));
        Assert.Equal(named.ChangesTo(Parse(Wire)), checkedOnce.ChangesTo(Parse(Wire)));
    }

    [Fact]
    public void The_last_edit_of_a_name_wins()
    {
        var edits = new HeaderEdits();
        edits.Add("X-N", "dropped");
        edits.Set("x-n", "first");
        edits.Set("X-N", "second");
        edits.Add("X-N", "third");
        edits.Set("X-Last", "never");
        edits.Remove("X-Last");
        var written = Forwarded(Wire, edits, BodyFraming.None);
        Assert.EndsWith("X-Gone: x\r\nX-a: 2\r\nX-N: second\r\nX-N: third\r\n\r\n", written, StringComparison.Ordinal);
        Assert.True(edits.TryGet(Parse(Wire), "X-N"u8, out var value));
        Assert.Equal("second"u8, value);
        Assert.False(edits.TryGet(Parse(Wire), "X-Last"u8, out _));
        Assert.True(edits.TryGet(Parse(Wire), "X-Gone"u8, out _));
    }

    [Fact]
    public void A_set_header_that_connection_names_is_written_all_the_same()
    {
        var edits = new HeaderEdits();
        edits.Set("X-Hop", "ours");
        Assert.EndsWith("X-Last: l\r\nX-Hop: ours\r\n\r\n", Forwarded(Wire, edits, BodyFraming.None), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length")]
    [InlineData("transfer-encoding")]
    [InlineData("Connection")]
    [InlineData("Upgrade")]
    [InlineData("no token")]
    public void The_codecs_headers_cannot_be_edited(string name)
    {
        Assert.False(HeaderEdits.CanEdit(Encoding.ASCII.GetBytes(name)));
        Assert.Throws<ArgumentException>(() => new HeaderEdits().Set(name, "x"));
    }

    [Fact]
    public void No_header_can_be_smuggled_in_by_a_value()
    {
        Assert.Throws<ArgumentException>(() => new HeaderEdits().Set("X", "a\r\nY: b"));
        Assert.Throws<ArgumentException>(() => new HeaderEdits().SetTarget("/ HTTP/1.1\r\nX: y"));
    }

    [Fact]
    public void Framing_is_written_anew_in_its_place()
    {
        const string Length = "POST / HTTP/1.1\r\nHost: h\r\ncontent-LENGTH: 5\r\nContent-Length: 5\r\nX: y\r\n\r\n";
        Assert.Equal("POST / HTTP/1.1\r\nHost: h\r\ncontent-LENGTH: 5\r\nX: y\r\n\r\n", Forwarded(Length, null, BodyFraming.OfLength(5)));
        Assert.Equal("POST / HTTP/1.1\r\nHost: h\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n", Forwarded(Length, null, BodyFraming.Chunked));
    }

    [Fact]
    public void An_absolute_target_becomes_a_path_and_its_host_wins()
    {
        Assert.Equal(
            "GET /?q HTTP/1.1\r\nhOST: b.example\r\n\r\n",
            Forwarded("GET http://b.example?q HTTP/1.1\r\nhOST: a.example\r\n\r\n", null, BodyFraming.None));
        var edits = new HeaderEdits();
        edits.Set("Host", "c.example");
        Assert.Equal(
            "GET /p HTTP/1.1\r\nHost: c.example\r\n\r\n",
            Forwarded("GET http://b.example/p HTTP/1.1\r\nHost: a.example\r\n\r\n", edits, BodyFraming.None));
    }

    [Fact]
    public void A_request_without_host_gets_the_default() => Assert.Equal(
        "GET / HTTP/1.1\r\nX: y\r\nHost: 127.0.0.1:80\r\n\r\n",
        Forwarded("GET / HTTP/1.0\r\nX: y\r\n\r\n", null, BodyFraming.None));

    private static RequestHead Parse(string wire)
    {
        var head = new RequestHead();
        Assert.Equal(ParseStatus.Complete, new Http1Parser(HeadLimits.Requests).ParseRequest(Encoding.Latin1.GetBytes(wire), head).Status);
        return head;
    }

    private static string Forwarded(string wire, HeaderEdits? edits, BodyFraming framing)
    {
        var output = new ArrayBufferWriter<byte>();
        var length = HeadWriter.WriteForwarded(output, Parse(wire), edits, framing, ConnectionOption.None, "127.0.0.1:80"u8);
        Assert.Equal(output.WrittenCount, length);
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }
}
