using System.Buffers;
using System.Net;
using System.Text;
using CsCheck;
using Usher.Model.Road;
using Usher.Wire;
using Usher.Wire.Tests.Peers;

namespace Usher.LoadBalancer.Tests.Desync;

/// <summary>Whatever bytes come in: what goes to a target is exactly one request by a strict, independent reading.</summary>
public sealed class ForwardedRequestProperties
{
    private static readonly ListenerPlan Listener = new Edge(18).Listener(80).CompileValid().Get<LoadBalancerSnapshot>().Listeners[0];

    [Fact]
    public void What_is_sent_on_is_one_request() => MutatedRequests.Requests.Sample(
        wire =>
        {
            var (result, head) = Parse([Encoding.Latin1.GetBytes(wire)]);
            // A refused head is classified too.
            if (result.Status != ParseStatus.NeedMore) Assert.NotEmpty(DesyncClassification.Of(head).Tell(DesyncMode.Defensive));
            if (result.Status != ParseStatus.Complete) return;
            var sent = Sent(head);
            var read = StrictReading.Next(sent, out var used);
            Assert.Equal((sent.Length, Encoding.Latin1.GetString(head.Method), TargetOf(head)), (used, read!.Method, read.Target));
        },
        iter: MutatedRequests.Count(30_000));

    [Fact]
    public void Any_split_is_read_the_same() => Gen.Select(MutatedRequests.Requests, Gen.Int[1, 40].Array[0, 20]).Sample(
        (wire, cuts) =>
        {
            var (whole, head) = Parse([Encoding.Latin1.GetBytes(wire)]);
            var (split, splitHead) = Parse(Pieces.Of(Encoding.Latin1.GetBytes(wire), cuts));
            Assert.Equal((whole.Status, whole.Violation, whole.Message, head.Defects), (split.Status, split.Violation, split.Message, splitHead.Defects));
            if (whole.Status == ParseStatus.Complete) Assert.Equal((whole.Consumed, head.WireLength, Sent(head)), (split.Consumed, splitHead.WireLength, Sent(splitHead)));
        },
        iter: MutatedRequests.Count(10_000));

    /// <summary>As it goes to a target, with a body of the length that its framing has.</summary>
    private static string Sent(RequestHead head)
    {
        var (host, port) = RequestFacts.SplitHost(Encoding.Latin1.GetString(head.Host));
        var facts = new RequestFacts { Method = "GET", Scheme = "http", Host = host, HostPort = port, Path = "/", Source = IPAddress.Loopback };
        var edits = new HeaderEdits();
        ForwardedHeaders.Apply(head, facts, Listener, new AmznTraceId("new", "Root=1-new", ""), edits);
        var output = new ArrayBufferWriter<byte>();
        HeadWriter.WriteForwarded(output, head, edits, head.Framing, ConnectionOption.None, "target"u8);
        var body = head.Framing.Kind == BodyKind.Chunked ? "3\r\nabc\r\n0\r\n\r\n" : new string('x', (int)Math.Min(head.Framing.Length, 1000));
        var text = Encoding.Latin1.GetString(output.WrittenSpan);
        // What is longer than anybody would write here is told by its head alone.
        return (head.Framing.Length > 1000 ? text.Replace($"{head.Framing.Length}\r\n", "1000\r\n", StringComparison.Ordinal) : text) + body;
    }

    private static string TargetOf(RequestHead head) => head.Form == TargetForm.Absolute
        ? $"{Encoding.Latin1.GetString(head.Path)}{(head.HasQuery ? "?" : "")}{Encoding.Latin1.GetString(head.Query)}" : Encoding.Latin1.GetString(head.Target);

    private static (ParseResult Result, RequestHead Head) Parse(IEnumerable<byte[]> parts)
    {
        var head = new RequestHead();
        var parser = new Http1Parser(HeadLimits.Requests, tolerant: true);
        var (result, consumed) = (new ParseResult(ParseStatus.NeedMore, 0), 0L);
        foreach (var part in parts)
        {
            result = parser.ParseRequest(part, head);
            consumed += result.Consumed;
            if (result.Status != ParseStatus.NeedMore) break;
        }

        return (result with { Consumed = consumed }, head);
    }
}
