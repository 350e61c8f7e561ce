using System.Text;
using CsCheck;
using Usher.Trace.Export;
using Usher.Trace.Otlp;
using Usher.Tests.Otlp;
using Usher.Tests.Otlp.Collector;
using SpanKind = Usher.Trace.Otlp.SpanKind;

namespace Usher.Trace.Tests.Export;

/// <summary>What is written, read by our reader and by Google's.</summary>
public sealed class ProtoTests
{
    [Fact]
    public void Every_field_that_is_written_is_read() =>
        Gen.Select(Gen.Int[1, 100_000], Gen.ULong, Gen.UInt, Gen.Byte.Array[0, 400], Gen.String).Sample((field, number, four, bytes, text) =>
        {
            var writer = new ProtoWriter();
            writer.Number(field, number);
            writer.Eight(field, number);
            writer.Four(field, four);
            writer.Bytes(field, bytes);
            writer.Text(field, text);
            var reader = new ProtoReader(writer.ToArray());
            Assert.True(reader.Next());
            Assert.Equal((field, number), (reader.Field, reader.Number()));
            Assert.True(reader.Next());
            Assert.Equal(number, reader.Eight());
            Assert.True(reader.Next());
            reader.Skip();
            Assert.True(reader.Next());
            Assert.Equal(bytes, reader.Bytes().ToArray());
            Assert.True(reader.Next());
            // A lone half of a surrogate pair has no UTF-8.
            Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), reader.Text(int.MaxValue));
            Assert.False(reader.Next());
        }, iter: 5_000);

    [Fact]
    public void Nested_messages_have_their_lengths_however_long_they_become() =>
        Gen.Int[0, 40_000].Array[1, 6].Sample(lengths =>
        {
            var writer = new ProtoWriter();
            var begun = lengths.Select(length =>
            {
                var at = writer.Begin(1);
                writer.Bytes(2, new byte[length]);
                return at;
            }).ToList();
            foreach (var at in Enumerable.Reverse(begun)) writer.End(at);

            var outer = new ProtoReader(writer.ToArray());
            Assert.True(outer.Next());
            Check(outer.Bytes(), lengths);
            Assert.False(outer.Next());
        }, iter: 500);

    private static void Check(ReadOnlySpan<byte> message, ReadOnlySpan<int> lengths)
    {
        var reader = new ProtoReader(message);
        Assert.True(reader.Next());
        Assert.Equal((2, lengths[0]), (reader.Field, reader.Bytes().Length));
        if (lengths.Length > 1)
        {
            Assert.True(reader.Next());
            Check(reader.Bytes(), lengths[1..]);
        }

        Assert.False(reader.Next());
    }

    private static readonly Gen<string> Name = Gen.String[Gen.Char.AlphaNumeric, 1, 20];

    private static readonly Gen<object> Value = Gen.OneOf<object>(
        Gen.String[Gen.Char['a', 'ÿ'], 0, 200].Select(s => (object)s), Gen.Bool.Select(b => (object)b), Gen.Long.Select(n => (object)n), Gen.Double.Select(d => (object)d),
        Name.Array[0, 5].Select(list => (object)list));

    private static readonly Gen<ExportedSpan> Spans =
        from trace in Gen.Byte.Array[16]
        from id in Gen.Byte.Array[8]
        from parent in Gen.Byte.Array[8].Null()
        from name in Name
        from kind in Gen.Int[1, 5]
        from start in Gen.ULong[0, long.MaxValue]
        from took in Gen.ULong[0, 1_000_000_000]
        from failed in Gen.Bool
        from service in Gen.Int[0, 2]
        from attributes in Gen.Select(Name, Value, KeyValuePair.Create).Array[0, 10]
        select new ExportedSpan
        {
            TraceId = Convert.ToHexStringLower(trace), SpanId = Convert.ToHexStringLower(id), ParentId = parent is null ? null : Convert.ToHexStringLower(parent), Name = name, Kind = (SpanKind)kind,
            StartedOn = start, EndedOn = start + took, Failed = failed, StatusMessage = failed ? name : null, Resource = new SpanResource($"service-{service}", null), Attributes = [.. attributes.DistinctBy(a => a.Key)],
        };

    [Fact]
    public void Spans_that_are_written_are_read_by_Googles_parser_and_by_ours() => Spans.Array[0, 8].Sample(written =>
    {
        var message = SpanWriter.Write(written);
        var theirs = Received.Of(message);
        Assert.Equal(written.GroupBy(s => s.Resource.Key).SelectMany(g => g).Select(Told), theirs.Select(Told));

        var ours = SpanBatch.Read(message, 100);
        var valid = theirs.Where(s => s.TraceId.Any(c => c != '0') && s.Id.Any(c => c != '0')).ToList();
        Assert.Equal(valid.Select(s => (s.TraceId, s.Id, s.Span.Name, s.Span.StartTimeUnixNano, s.Service)), ours.Spans.Select(s => (s.TraceId, s.SpanId, s.Name, s.StartedOn, s.Service)));

        // And once more as they came.
        Assert.Equal(valid.Select(Told), Received.Of(SpanOrigin.Write(ours.Spans)).Select(Told));
    }, iter: 1_000);

    private static string Told(ExportedSpan span) =>
        $"{span.TraceId} {span.SpanId} {span.ParentId} {span.Name} {(int)span.Kind} {span.StartedOn} {span.EndedOn} {(span.Failed ? 2 : 0)} {span.StatusMessage} {span.Resource.Attributes[0].Value} {string.Join('|', span.Attributes.Select(a => $"{a.Key}={Told(a.Value)}"))}";

    private static string Told(Received span) =>
        $"{span.TraceId} {span.Id} {span.ParentId} {span.Span.Name} {span.Span.Kind} {span.Span.StartTimeUnixNano} {span.Span.EndTimeUnixNano} {span.Span.Status?.Code ?? 0} {span.Span.Status?.Message} {span.Service} {string.Join('|', span.Span.Attributes.Select(a => $"{a.Key}={Told(a.Value)}"))}";

    private static string Told(object value) => value switch
    {
        bool flag => flag ? "yes" : "no",
        double number => $"{BitConverter.DoubleToInt64Bits(number)}",
        string[] list => $"[{string.Join(',', list)}]",
        AnyValue { ValueCase: AnyValue.ValueOneofCase.BoolValue } read => Told(read.BoolValue),
        AnyValue { ValueCase: AnyValue.ValueOneofCase.DoubleValue } read => Told(read.DoubleValue),
        AnyValue { ValueCase: AnyValue.ValueOneofCase.IntValue } read => $"{read.IntValue}",
        AnyValue { ValueCase: AnyValue.ValueOneofCase.ArrayValue } read => Told(read.ArrayValue.Values.Select(v => v.StringValue).ToArray()),
        AnyValue read => read.StringValue,
        _ => $"{value}",
    };
}
