using System.Buffers;
using System.Text;
using CsCheck;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Heads;

public class ParserProperties
{
    private static readonly Gen<string> Token = Gen.String[Gen.Char["abcXYZ019-_!~"], 1, 12];
    private static readonly Gen<string> Value = Gen.String[Gen.Char["abc XYZ\t019,;=\"/\u00e9\u00ff"], 0, 40];

    private static readonly Gen<(string Name, string Value)[]> Fields =
        Gen.Select(Token, Value, (name, value) => ("X" + name, value)).Array[0, 12];

    internal static readonly Gen<RequestHead> Requests =
        from method in Token
        from path in Gen.String[Gen.Char["/abc.%41?=&|{}~"], 0, 30]
        from version in Gen.Bool
        from fields in Fields
        select Build(method, "/" + path, version ? 11 : 10, fields);

    private static readonly Gen<byte[]> Wires = Requests.Select(Write);

    [Fact]
    public void What_is_written_is_read_again() => Requests.Sample(head =>
    {
        var read = new RequestHead();
        var result = new Http1Parser(HeadLimits.Requests).ParseRequest(Write(head), read);
        Assert.Equal(ParseStatus.Complete, result.Status);
        AssertSame(head, read);
    });

    [Fact]
    public void Any_split_gives_the_same_result() =>
        Gen.Select(Gen.Frequency((3, Wires), (2, Mutated)), Gen.Int[1, 40].Array[0, 20]).Sample((wire, cuts) =>
        {
            var whole = Parse([wire], out var wholeHead);
            var split = Parse(Pieces.Of(wire, cuts), out var splitHead);
            Assert.Equal((whole.Status, whole.Violation, whole.Message), (split.Status, split.Violation, split.Message));
            if (whole.Status != ParseStatus.Bad) Assert.Equal(whole.Consumed, split.Consumed);
            AssertSame(wholeHead, splitHead);

            var sequence = new Http1Parser(HeadLimits.Requests).ParseRequest(Sequence(Pieces.Of(wire, cuts)), splitHead);
            Assert.Equal((whole.Status, whole.Violation), (sequence.Status, sequence.Violation));
        });

    [Fact]
    public void Mutated_input_never_throws() => Mutated.Sample(
        wire =>
        {
            var result = Parse([wire], out _);
            if (result.Status == ParseStatus.Bad) Assert.NotEqual(HttpViolation.None, result.Violation);
            var response = new ResponseHead();
            new Http1Parser(HeadLimits.Responses).ParseResponse(wire, response);
        },
        iter: 20_000);

    [Fact]
    public void Mutated_chunks_never_throw_and_any_split_decodes_the_same() =>
        Gen.Select(Gen.String[Gen.Char["0123456789abf;\r\n\r\n\r\n x"], 0, 60].Select(Encoding.ASCII.GetBytes), Gen.Int[1, 9].Array[0, 20]).Sample(
            (wire, cuts) => Assert.Equal(Decode([wire]), Decode(Pieces.Of(wire, cuts))),
            iter: 20_000);

    private static Gen<byte[]> Mutated =>
        from wire in Wires
        from edits in Gen.Select(Gen.Int[0, 500], Gen.Byte, Gen.Int[0, 2]).Array[1, 4]
        select Mutate(wire, edits);

    private static byte[] Mutate(byte[] wire, (int At, byte With, int How)[] edits)
    {
        var bytes = wire.ToList();
        foreach (var (at, with, how) in edits)
        {
            if (bytes.Count == 0) break;
            var index = at % bytes.Count;
            if (how == 0) bytes[index] = with;
            else if (how == 1) bytes.Insert(index, with);
            else bytes.RemoveAt(index);
        }

        return [.. bytes];
    }

    private static RequestHead Build(string method, string target, int version, (string Name, string Value)[] fields)
    {
        var head = new RequestHead();
        head.SetRequestLine(method, target, version);
        head.Add("Host", "a.example");
        foreach (var (name, value) in fields) head.Add(Encoding.Latin1.GetBytes(name), Encoding.Latin1.GetBytes(value));
        return head;
    }

    internal static byte[] Write(RequestHead head)
    {
        var output = new ArrayBufferWriter<byte>();
        HeadWriter.Write(output, head);
        return output.WrittenSpan.ToArray();
    }

    private static ParseResult Parse(IEnumerable<byte[]> parts, out RequestHead head)
    {
        head = new RequestHead();
        var parser = new Http1Parser(HeadLimits.Requests);
        var consumed = 0L;
        var result = new ParseResult(ParseStatus.NeedMore, 0);
        foreach (var part in parts)
        {
            result = parser.ParseRequest(part, head);
            consumed += result.Consumed;
            if (result.Status != ParseStatus.NeedMore) break;
        }

        return result with { Consumed = consumed };
    }

    private static string Decode(IEnumerable<byte[]> parts)
    {
        var decoder = default(ChunkedDecoder);
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            for (var rest = part.AsSpan(); !rest.IsEmpty && !decoder.IsDone;)
            {
                if (!decoder.TryNext(rest, out var skip, out var data)) return "bad after " + text;
                text.Append(Encoding.ASCII.GetString(rest.Slice(skip, data)));
                if (data > 0) decoder.Take(data);
                rest = rest[(skip + data)..];
            }
        }

        return $"{text}{(decoder.IsDone ? " done" : " more")}";
    }

    private static ReadOnlySequence<byte> Sequence(IEnumerable<byte[]> parts)
    {
        Segment? first = null;
        Segment? last = null;
        foreach (var part in parts)
        {
            last = new Segment(part, last);
            first ??= last;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private static void AssertSame(RequestHead a, RequestHead b)
    {
        Assert.Equal(a.Method, b.Method);
        Assert.Equal(a.Target, b.Target);
        Assert.Equal(a.Version, b.Version);
        Assert.Equal(a.HeaderCount, b.HeaderCount);
        for (var i = 0; i < a.HeaderCount; i++)
        {
            Assert.Equal(a.Name(i), b.Name(i));
            Assert.Equal(a.Value(i), b.Value(i));
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is null) return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}
