using System.Buffers;
using System.Text;
using CsCheck;

namespace Usher.Wire.Tests.Heads;

/// <summary>A head that is handed over is the one that would have been read, had it been written.</summary>
public sealed class HeadFillTests
{
    private static readonly HeadLimits Small = new() { StartLineBytes = 40, HeaderBytes = 60, TotalBytes = 400, HeaderCount = 9 };
    private static readonly Gen<string> Name = Gen.OneOf(
        One("Host", "host", "X-A", "x-a", "X-B", "Connection", "Keep-Alive", "TE", "Expect", "Upgrade", "Trailer", "Accept"), Gen.String[Gen.Char["abX-"], 1, 8]);

    private static readonly Gen<string> Value = Gen.OneOf(One("close", "keep-alive, X-A", "x-b", "100-continue", "a b", ""), Gen.String[Gen.Char["ab ,;é"], 0, 70]);
    private static readonly Gen<(string Name, string Value)[]> Fields =
        Gen.Select(Name, Value, One("a.example", "a:80", ""), (name, value, host) => (name, name.Equals("host", StringComparison.OrdinalIgnoreCase) ? host : value)).Array[0, 10];
    private static readonly Gen<(int Kind, string Name, string Value)[]> Changes = Gen.Select(Gen.Int[0, 2], Name, Value).Array[0, 6];

    [Fact]
    public void A_request_is_what_its_text_parses_to() =>
        Gen.Select(One("/", "/a?b", "/x?", "http://h.example/p?q", "http://h.example", "*", "/this/is/a/rather/long/target/for/a/line"), Fields, Changes, Gen.Int[0, 3], Gen.Bool).Sample(
            (target, fields, changes, framing, close) =>
            {
                var head = new RequestHead();
                head.SetRequestLine(target == "*" ? "OPTIONS" : "GET", target);
                if (!TryFill(head, fields)) return;
                var edits = Edits(changes);
                var body = Framing(framing);
                var option = close ? ConnectionOption.Close : ConnectionOption.None;
                var text = new ArrayBufferWriter<byte>();
                HeadWriter.WriteForwarded(text, head, edits, body, option, "default"u8);
                var read = new RequestHead();
                var parsed = new Http1Parser(Small).ParseRequest(text.WrittenSpan, read);

                var filled = new RequestHead();
                var verdict = HeadWriter.CopyForwarded(filled, Small, head, edits, body, option, "default"u8);

                Assert.Equal((parsed.Violation, parsed.Message), (verdict.Violation, verdict.Message));
                if (parsed.Status != ParseStatus.Complete) return;
                AssertSame(read, filled);
                Assert.Equal((read.WireLength, read.Framing, read.KeepAlive, Encoding.Latin1.GetString(read.Target), Encoding.Latin1.GetString(read.Path), Encoding.Latin1.GetString(read.Query), Encoding.Latin1.GetString(read.Host)),
                    (filled.WireLength, filled.Framing, filled.KeepAlive, Encoding.Latin1.GetString(filled.Target), Encoding.Latin1.GetString(filled.Path), Encoding.Latin1.GetString(filled.Query), Encoding.Latin1.GetString(filled.Host)));
            },
            iter: 5_000);

    [Fact]
    public void A_response_is_what_its_text_parses_to() =>
        Gen.Select(Gen.Int[0, 3].Select(i => new[] { 200, 204, 304, 404 }[i]), One("OK", "", "A reason that takes more room than there is"), Fields, Changes, Gen.Int[0, 3], Gen.Bool).Sample(
            (status, reason, fields, changes, framing, close) =>
            {
                var head = new ResponseHead();
                head.SetStatus(status, reason);
                if (!TryFill(head, fields)) return;
                var edits = Edits(changes);
                var body = status is 204 or 304 ? BodyFraming.None : Framing(framing);
                var option = close ? ConnectionOption.Close : ConnectionOption.None;
                var text = new ArrayBufferWriter<byte>();
                HeadWriter.WriteForwarded(text, head, edits, body, option);
                var read = new ResponseHead();
                var parsed = new Http1Parser(Small).ParseResponse(text.WrittenSpan, read);

                var filled = new ResponseHead();
                var verdict = HeadWriter.CopyForwarded(filled, Small, head, edits, body, option);

                Assert.Equal((parsed.Violation, parsed.Message), (verdict.Violation, verdict.Message));
                if (parsed.Status != ParseStatus.Complete) return;
                AssertSame(read, filled);
                Assert.Equal((read.WireLength, read.StatusCode, read.Framing, read.KeepAlive, Encoding.Latin1.GetString(read.Reason)),
                    (filled.WireLength, filled.StatusCode, filled.Framing, filled.KeepAlive, Encoding.Latin1.GetString(filled.Reason)));
            },
            iter: 5_000);

    private static Gen<string> One(params string[] of) => Gen.Int[0, of.Length - 1].Select(i => of[i]);

    private static bool TryFill(MessageHead head, (string Name, string Value)[] fields)
    {
        foreach (var (name, value) in fields) head.Add(Encoding.Latin1.GetBytes(name), Encoding.Latin1.GetBytes(value));
        return head is not RequestHead || head.Count("Host"u8) < 2;
    }

    private static HeaderEdits Edits((int Kind, string Name, string Value)[] changes)
    {
        var edits = new HeaderEdits();
        foreach (var (kind, name, value) in changes)
        {
            if (!HeaderEdits.CanEdit(Encoding.Latin1.GetBytes(name))) continue;
            if (kind == 0) edits.Set(Encoding.Latin1.GetBytes(name), Encoding.Latin1.GetBytes(value));
            else if (kind == 1) edits.Add(Encoding.Latin1.GetBytes(name), Encoding.Latin1.GetBytes(value));
            else edits.Remove(name);
        }

        return edits;
    }

    private static BodyFraming Framing(int kind) => kind switch { 0 => BodyFraming.None, 1 => BodyFraming.OfLength(0), 2 => BodyFraming.OfLength(12_345), _ => BodyFraming.Chunked };

    private static void AssertSame(MessageHead expected, MessageHead actual)
    {
        Assert.Equal(expected.HeaderCount, actual.HeaderCount);
        for (var i = 0; i < expected.HeaderCount; i++)
        {
            Assert.Equal(Encoding.Latin1.GetString(expected.Name(i)), Encoding.Latin1.GetString(actual.Name(i)));
            Assert.Equal(Encoding.Latin1.GetString(expected.Value(i)), Encoding.Latin1.GetString(actual.Value(i)));
            Assert.Equal(expected.Kind(i), actual.Kind(i));
        }
    }
}
