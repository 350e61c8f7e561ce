using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Usher.Trace.Export;
using Usher.Trace.Otlp;
using Usher.Tests.Otlp;
using Usher.Tests.Otlp.Collector;

namespace Usher.Trace.Tests.Export;

/// <summary>Batches on sockets, to real servers of HTTP and gRPC.</summary>
public sealed class OtlpSenderTests
{
    private const int Later = (int)SendOutcome.Later;
    private const int Never = (int)SendOutcome.Never;
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(OtlpProtocol.HttpProtobuf, true)]
    [InlineData(OtlpProtocol.HttpProtobuf, false)]
    [InlineData(OtlpProtocol.Grpc, true)]
    [InlineData(OtlpProtocol.Grpc, false)]
    public async Task A_batch_arrives_whole_with_its_headers(OtlpProtocol protocol, bool gzip)
    {
        await using var collector = await TestCollector.StartAsync();
        using var sender = new OtlpSender(Settings(collector, protocol) with { Gzip = gzip, Headers = [new("x-api-key", "k=1")] }, TimeProvider.System);
        var batch = SpanWriter.Write(JourneySpans.Of(await Scenarios.All["arrived"]()));

        Assert.Equal(new SendAnswer(SendOutcome.Taken), await sender.SendAsync(batch, default));

        Assert.Equal(Received.Tree(Received.Of(batch)), Received.Tree(collector.Spans));
        Assert.Equal("k=1", collector.Headers["x-api-key"]);
        Assert.StartsWith("usher/", collector.Headers["user-agent"], StringComparison.Ordinal);
        Assert.DoesNotContain("traceparent", collector.Headers.Keys);
        Assert.Equal(gzip && protocol == OtlpProtocol.HttpProtobuf, collector.Headers.ContainsKey("content-encoding"));
    }

    [Theory]
    [InlineData(429, "7", Later, 7)]
    [InlineData(503, "Mon, 30 Nov 2026 12:00:09 GMT", Later, 9)]
    [InlineData(503, "Mon, 30 Nov 2026 11:00:00 GMT", Later, 0)]
    [InlineData(502, null, Later, null)]
    [InlineData(504, null, Later, null)]
    [InlineData(400, null, Never, null)]
    [InlineData(401, null, Never, null)]
    [InlineData(500, "7", Never, null)]
    [InlineData(302, null, Never, null)]
    public async Task What_HTTP_answers_says_whether_to_try_again(int status, string? after, int outcome, int? seconds)
    {
        await using var collector = await TestCollector.StartAsync();
        collector.Answers.Enqueue(response =>
        {
            response.StatusCode = status;
            if (after is not null) response.Headers.RetryAfter = after;
            // google.rpc.Status: message is its second field, as it is here.
            return TestCollector.SayAsync(response, new ExportTracePartialSuccess { ErrorMessage = "slow\ndown" });
        });
        using var sender = new OtlpSender(Settings(collector, OtlpProtocol.HttpProtobuf), new FakeTimeProvider(Now));

        var answer = await sender.SendAsync(Array.Empty<byte>(), default);

        Assert.Equal(((SendOutcome)outcome, $"it answered {status}: slow down"), (answer.Outcome, answer.Why));
        Assert.Equal(seconds, (int?)answer.After?.TotalSeconds);
    }

    [Theory]
    [InlineData(OtlpProtocol.HttpProtobuf)]
    [InlineData(OtlpProtocol.Grpc)]
    public async Task What_was_taken_in_part_is_told(OtlpProtocol protocol)
    {
        await using var collector = await TestCollector.StartAsync();
        var partly = new ExportTraceServiceResponse { PartialSuccess = new ExportTracePartialSuccess { RejectedSpans = 300, ErrorMessage = "too old" } };
        collector.Answers.Enqueue(response => TestCollector.SayAsync(response, partly));
        collector.Calls.Enqueue(_ => partly);
        using var sender = new OtlpSender(Settings(collector, protocol), TimeProvider.System);

        Assert.Equal(new SendAnswer(SendOutcome.Taken, "too old", Rejected: 300), await sender.SendAsync(Array.Empty<byte>(), default));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, false, Later, null)]
    [InlineData(StatusCode.Unavailable, true, Later, 3.5)]
    [InlineData(StatusCode.ResourceExhausted, true, Later, 3.5)]
    [InlineData(StatusCode.ResourceExhausted, false, Never, null)]
    [InlineData(StatusCode.Cancelled, false, Later, null)]
    [InlineData(StatusCode.DeadlineExceeded, false, Later, null)]
    [InlineData(StatusCode.Aborted, false, Later, null)]
    [InlineData(StatusCode.OutOfRange, false, Later, null)]
    [InlineData(StatusCode.DataLoss, false, Later, null)]
    [InlineData(StatusCode.InvalidArgument, true, Never, null)]
    [InlineData(StatusCode.Unauthenticated, false, Never, null)]
    [InlineData(StatusCode.Internal, false, Never, null)]
    public async Task What_gRPC_answers_says_whether_to_try_again(StatusCode status, bool withTime, int outcome, double? seconds)
    {
        await using var collector = await TestCollector.StartAsync();
        collector.Calls.Enqueue(context =>
        {
            if (withTime) context.ResponseTrailers.Add("grpc-status-details-bin", RetryInfo());
            throw new RpcException(new Grpc.Core.Status(status, "not now: ü"));
        });
        using var sender = new OtlpSender(Settings(collector, OtlpProtocol.Grpc), TimeProvider.System);

        var answer = await sender.SendAsync(Array.Empty<byte>(), default);

        Assert.Equal(((SendOutcome)outcome, $"it answered gRPC status {(int)status}: not now: ü"), (answer.Outcome, answer.Why));
        Assert.Equal(seconds, answer.After?.TotalSeconds);
    }

    [Fact]
    public async Task A_port_that_is_not_for_gRPC_is_told_as_one()
    {
        await using var collector = await TestCollector.StartAsync();
        using var sender = new OtlpSender(Settings(collector, OtlpProtocol.Grpc) with { Endpoint = new Uri(collector.Grpc, "/other") }, TimeProvider.System);
        var answer = await sender.SendAsync(Array.Empty<byte>(), default);
        // The gRPC server itself answers so for what it hasn't.
        Assert.Equal(SendOutcome.Never, answer.Outcome);

        using var other = new OtlpSender(Settings(collector, OtlpProtocol.Grpc) with { Endpoint = collector.Http }, TimeProvider.System);
        Assert.Equal(SendOutcome.Later, (await other.SendAsync(Array.Empty<byte>(), default)).Outcome);
    }

    [Fact]
    public async Task Nobody_there_and_no_answer_in_time_may_be_tried_again()
    {
        await using var collector = await TestCollector.StartAsync();
        collector.Answers.Enqueue(response => Task.Delay(Timeout.Infinite, response.HttpContext.RequestAborted));
        using var slow = new OtlpSender(Settings(collector, OtlpProtocol.HttpProtobuf) with { Timeout = TimeSpan.FromMilliseconds(100) }, TimeProvider.System);
        Assert.Equal(new SendAnswer(SendOutcome.Later, "no answer within 0.1 s"), await slow.SendAsync(Array.Empty<byte>(), default));

        using var nobody = new OtlpSender(Settings(collector, OtlpProtocol.HttpProtobuf) with { Endpoint = new Uri("http://127.0.0.1:1/v1/traces") }, TimeProvider.System);
        Assert.Equal(SendOutcome.Later, (await nobody.SendAsync(Array.Empty<byte>(), default)).Outcome);

        using var canceled = new CancellationTokenSource();
        var sending = slow.SendAsync(Array.Empty<byte>(), canceled.Token);
        await canceled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    private static OtlpSettings Settings(TestCollector collector, OtlpProtocol protocol) =>
        OtlpEnvironment.Read($"{(protocol == OtlpProtocol.Grpc ? collector.Grpc : collector.Http)}", protocol == OtlpProtocol.Grpc ? "grpc" : null, _ => null).Settings!;

    /// <summary>A <c>google.rpc.Status</c> with a <c>RetryInfo</c> of 3.5 s.</summary>
    private static byte[] RetryInfo()
    {
        var writer = new ProtoWriter();
        writer.Number(1, 14);
        var any = writer.Begin(3);
        writer.Text(1, "type.googleapis.com/google.rpc.RetryInfo");
        var info = writer.Begin(2);
        var delay = writer.Begin(1);
        writer.Number(1, 3);
        writer.Number(2, 500_000_000);
        writer.End(delay);
        writer.End(info);
        writer.End(any);
        return writer.ToArray();
    }
}
