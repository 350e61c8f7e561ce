using System.Buffers;
using BenchmarkDotNet.Attributes;
using Usher.Bench.Road;
using Usher.Wire;

namespace Usher.Bench.Wire;

/// <summary>The HTTP/1.1 codec.</summary>
public class HeadBenchmarks
{
    private readonly Http1Parser parser = new(HeadLimits.Requests);
    private readonly RequestHead parsed = new();
    private readonly RequestHead head = new();
    private readonly HeaderEdits edits = new();
    private readonly ArrayBufferWriter<byte> output = new(4096);

    /// <summary>Parses the request that is written.</summary>
    [GlobalSetup]
    public void Setup() => new Http1Parser(HeadLimits.Requests).ParseRequest(Client.Forwarded.Span, head);

    /// <summary>Parses a request's head of eight lines.</summary>
    [Benchmark]
    public ParseResult Parse()
    {
        parser.Reset();
        parsed.Reset();
        return parser.ParseRequest(Client.Forwarded.Span, parsed);
    }

    /// <summary>Writes it for the next server with three edits.</summary>
    [Benchmark]
    public int WriteForwarded()
    {
        output.ResetWrittenCount();
        edits.Reset();
        edits.Set("X-Forwarded-For", "203.0.113.7");
        edits.Set("X-Real-IP", "203.0.113.7");
        edits.Remove("Proxy"u8);
        return HeadWriter.WriteForwarded(output, head, edits, BodyFraming.None, ConnectionOption.None, default);
    }
}
