using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Seam.Tests.Peers;
using Usher.Wire;
using Usher.Wire.Tests.Peers;

namespace Usher.Seam.Tests;

/// <summary>What the seam tells and adds when the hops' times are wanted in answers.</summary>
public sealed class ServerTimingTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a.com\r\n\r\n";

    [Fact]
    public async Task The_header_is_one_more_line_and_the_record_has_its_times_by_then()
    {
        await using var backend = Backend.Answering("HTTP/1.1 200 OK\r\nServer-Timing: db;dur=5\r\nContent-Length: 2\r\n\r\nok");
        var timings = new Given("lb;dur=7");

        var (answer, record) = await AskAsync(timings, new OneHop(async passage => await passage.ForwardAsync(new UpstreamKey(backend.EndPoint), new ForwardOptions())));

        Assert.Contains("\r\nServer-Timing: db;dur=5\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nServer-Timing: lb;dur=7\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(("lb;dur=7", "lb;dur=7"), (record.ServerTiming, record.ResponseChanges.Added["Server-Timing"]));
        Assert.True(timings.Connected >= record.StartedAt && timings.Sent >= timings.Connected && timings.FirstByte >= timings.Sent, timings.ToString());
    }

    [Fact]
    public async Task An_answer_of_the_hops_own_has_it_too()
    {
        var (answer, record) = await AskAsync(new Given("lb;dur=7"), new OneHop(passage => passage.AnswerAsync(404, [], default, null, null)));

        Assert.Contains("\r\nServer-Timing: lb;dur=7\r\n", answer, StringComparison.Ordinal);
        Assert.Equal("lb;dur=7", record.ServerTiming);
    }

    [Fact]
    public async Task Nothing_is_added_where_nothing_is_returned()
    {
        var (answer, record) = await AskAsync(new Given(null), new OneHop(passage => passage.AnswerAsync(404, [], default, null, null)));

        Assert.DoesNotContain("Server-Timing", answer, StringComparison.Ordinal);
        Assert.Null(record.ServerTiming);
    }

    private static async Task<(string Answer, RequestRecord Record)> AskAsync(IServerTimings timings, OneHop hop)
    {
        using var seam = new SeamUnderTest(timings: timings);
        var http = new Http1Server(new Http1ServerOptions());
        var handler = new HopServer(hop, seam.Parts);
        await using var loop = TcpListenerLoop.Start(new IPEndPoint(IPAddress.Loopback, 0), (socket, draining, aborted) => http.RunAsync(socket, handler, draining, aborted));
        using var client = await RawPeer.ConnectAsync(loop.LocalEndPoint);
        await client.SendAsync(Get);
        var answer = await client.ReadMessageAsync();
        return (answer, await seam.Journal.RequestAsync());
    }

    private sealed class OneHop(Func<RequestPassage, ValueTask> serve) : IHttpHop
    {
        public Hop Hop => Hop.LoadBalancer;

        public ValueTask ServeAsync(RequestPassage passage) => serve(passage);

        public ValueTask RejectAsync(RequestPassage passage, HttpRejection rejection) => ValueTask.CompletedTask;
    }

    /// <summary>Returns one value, and keeps what the record said at that moment.</summary>
    private sealed record Given(string? Value) : IServerTimings
    {
        public long Connected { get; private set; }

        public long Sent { get; private set; }

        public long FirstByte { get; private set; }

        public string? HeadLeaves(RequestRecord record)
        {
            (Connected, Sent, FirstByte) = (record.ConnectedAt, record.RequestSentAt, record.FirstByteAt);
            return Value;
        }
    }
}
