using System.Net;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam.Tests.Peers;
using Usher.Wire;
using Usher.Wire.Tests.Peers;

namespace Usher.Seam.Tests;

/// <summary>One record for each request, whatever the hop does. Addresses: the hop and the upstream are ports of 127.0.0.1.</summary>
public sealed class HopServerTests : IAsyncLifetime
{
    private const string Get = "GET /a?b=c HTTP/1.1\r\nHost: Api.example.com:8080\r\nUser-Agent: test\r\nX-Old: 1\r\nX-Gone: 2\r\n\r\n";
    private readonly SeamUnderTest seam = new();
    private readonly AnyHop hop = new();
    private TcpListenerLoop loop = null!;
    private Http1Server http = null!;

    public ValueTask InitializeAsync()
    {
        Listen(new Http1ServerOptions());
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await DisposeListenerAsync();
        seam.Dispose();
    }

    [Fact]
    public async Task An_answer_made_by_the_hop_is_recorded()
    {
        hop.Serve = passage => passage.AnswerAsync(404, [new("X-Why", "test")], "gone"u8.ToArray(), "ingress.404.no-route", "nothing there");
        using var client = await RawPeer.ConnectAsync(loop.LocalEndPoint);
        await client.SendAsync(Get);
        var answer = await client.ReadMessageAsync();

        var record = await seam.Journal.RequestAsync();
        Assert.StartsWith("HTTP/1.1 404 Not Found\r\nDate: ", answer, StringComparison.Ordinal);
        Assert.EndsWith("X-Why: test\r\nContent-Length: 4\r\n\r\ngone", answer, StringComparison.Ordinal);
        Assert.Equal((Hop.Ingress, "GET", "/a?b=c", "Api.example.com:8080", "test", "HTTP/1.1"),
            (record.Hop, record.Method, record.Target, record.Host, record.UserAgent, record.Protocol));
        Assert.Equal((404, 0, true, "ingress.404.no-route", "nothing there"),
            (record.Status, record.UpstreamStatus, record.AnsweredHere, record.Outcome, record.Problem));
        Assert.Equal((Get.Length, answer.Length), ((int)record.RequestBytes, (int)record.ResponseBytes));
        Assert.Equal((client.LocalEndPoint, loop.LocalEndPoint), (record.Downstream.From, record.Downstream.To));
        Assert.Equal("kept", record.DownstreamFate);
        Assert.Null(record.Upstream);
        Assert.True(record.StartedAt <= record.FirstByteAt && record.FirstByteAt <= record.EndedAt);
        Assert.Same(seam.Generations.Current, record.Generation);
    }

    [Fact]
    public async Task A_forwarded_request_is_recorded_with_its_changes_and_both_connections()
    {
        await using var backend = Backend.Answering("HTTP/1.1 201 Created\r\nContent-Length: 2\r\nX-Powered-By: x\r\n\r\nok");
        hop.Serve = async passage =>
        {
            passage.RequestEdits.Set("X-New", "3");
            passage.RequestEdits.Set("X-Old", "changed");
            passage.RequestEdits.Remove("X-Gone");
            passage.ResponseEditor = new Editor();
            await passage.ForwardAsync(new UpstreamKey(backend.EndPoint), new ForwardOptions());
        };
        using var client = await RawPeer.ConnectAsync(loop.LocalEndPoint);
        await client.SendAsync(Get);
        await client.ReadMessageAsync();
        await client.SendAsync(Get);
        var answer = await client.ReadMessageAsync();

        var first = await seam.Journal.RequestAsync();
        var second = await seam.Journal.RequestAsync(2);
        Assert.Contains("X-Edited: 1\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Powered-By", answer, StringComparison.Ordinal);
        Assert.Equal((201, 201, false, null), (first.Status, first.UpstreamStatus, first.AnsweredHere, first.Outcome));
        Assert.Equal("3", first.RequestChanges.Added["X-New"]);
        Assert.Equal("changed", first.RequestChanges.Rewritten["X-Old"]);
        Assert.Equal(["X-Gone"], first.RequestChanges.Removed);
        Assert.Equal("1", first.ResponseChanges.Added["X-Edited"]);
        Assert.Equal(["X-Powered-By"], first.ResponseChanges.Removed);
        // The second request came and went on the same connections, each with one identity object.
        Assert.Equal((1, 2, 1, 2), (first.RequestOnConnection, second.RequestOnConnection, first.RequestOnUpstream, second.RequestOnUpstream));
        Assert.Same(first.Downstream, second.Downstream);
        Assert.Same(first.Upstream, second.Upstream);
        Assert.Equal(backend.EndPoint, first.Upstream!.To);
        Assert.Equal(("kept", "kept"), (first.UpstreamFate, second.UpstreamFate));
        // Only the first one dialled.
        Assert.True(first.ConnectStartedAt > 0 && first.ConnectedAt >= first.ConnectStartedAt && first.RequestSentAt >= first.ConnectedAt);
        Assert.Equal((0, 0), (second.ConnectStartedAt, second.ConnectedAt));
        Assert.True(second.RequestSentAt > 0 && second.FirstByteAt >= second.RequestSentAt);
    }

    [Fact]
    public async Task A_hop_that_throws_leaves_a_record_that_says_so_and_the_client_is_cut()
    {
        hop.Serve = _ => throw new InvalidOperationException("broken on purpose");
        using var client = await RawPeer.ConnectAsync(loop.LocalEndPoint);
        await client.SendAsync(Get);
        Assert.Equal("", await CutAsync(client));

        var record = await seam.Journal.RequestAsync();
        Assert.Equal((0, "ingress.failed", "a fault in Usher itself: broken on purpose", "cut"),
            (record.Status, record.Outcome, record.Problem, record.DownstreamFate));
        Assert.True(record.EndedAt > 0);
    }

    [Fact]
    public async Task A_client_that_goes_while_it_is_answered_leaves_a_record()
    {
        hop.Serve = async passage =>
        {
            await Limit.UntilAsync(() => passage.Exchange.ClientGone.IsCancellationRequested);
            await passage.AnswerAsync(200, [], new byte[4_000_000], null, null);
        };
        var client = await RawPeer.ConnectAsync(loop.LocalEndPoint);
        await client.SendAsync(Get);
        await Limit.UntilAsync(() => hop.Served == 1);
        client.Reset();

        var record = await seam.Journal.RequestAsync();
        Assert.Equal(("ingress.client-gone", "cut"), (record.Outcome, record.DownstreamFate));
        Assert.Contains("closed the connection", record.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_never_became_a_request_is_recorded_and_the_hop_answers_it()
    {
        hop.Reject = (passage, rejection) => passage.AnswerAsync(400, [], default, "ingress.400.malformed", rejection.Message);
        using var client = await RawPeer.ConnectAsync(loop.LocalEndPoint);
        await client.SendAsync("GET / HTTP/1.1\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", await client.ReadToEndAsync(), StringComparison.Ordinal);

        var record = await seam.Journal.RequestAsync();
        Assert.Equal((400, "ingress.400.malformed", "An HTTP/1.1 request needs a Host.", "closed after this response"),
            (record.Status, record.Outcome, record.Problem, record.DownstreamFate));
    }

    [Fact]
    public async Task A_hop_that_throws_at_a_malformed_request_leaves_a_record_too()
    {
        hop.Reject = (_, _) => throw new InvalidOperationException("broken on purpose");
        using var client = await RawPeer.ConnectAsync(loop.LocalEndPoint);
        await client.SendAsync("GET / HTTP/1.1\r\n\r\n");
        await CutAsync(client);
        Assert.Equal("ingress.failed", (await seam.Journal.RequestAsync()).Outcome);
    }

    [Fact]
    public async Task A_connection_that_was_only_idle_leaves_no_record_and_half_a_head_does()
    {
        var told = new List<HttpViolation>();
        hop.Reject = (passage, rejection) =>
        {
            told.Add(rejection.Violation);
            return ValueTask.CompletedTask;
        };
        await DisposeListenerAsync();
        Listen(new Http1ServerOptions { IdleTimeout = TimeSpan.FromMilliseconds(300) });
        using (var idle = await RawPeer.ConnectAsync(loop.LocalEndPoint)) await CutAsync(idle);
        await DisposeListenerAsync();
        Listen(new Http1ServerOptions { HeadTimeout = TimeSpan.FromMilliseconds(300) });
        using (var half = await RawPeer.ConnectAsync(loop.LocalEndPoint))
        {
            await half.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n");
            await CutAsync(half);
        }

        await seam.Journal.RequestAsync();
        Assert.Equal([HttpViolation.IdleTimeout], told);
        Assert.Single(seam.Journal.Requests);
    }

    [Fact]
    public async Task Facts_are_the_request_as_decisions_see_it()
    {
        RequestFacts? bare = null;
        RequestFacts? full = null;
        hop.Serve = passage =>
        {
            bare = passage.Facts("http", withHeaders: false);
            full = passage.Facts("https", withHeaders: true);
            return passage.AnswerAsync(200, [], default, null, null);
        };
        using var client = await RawPeer.ConnectAsync(loop.LocalEndPoint);
        await client.SendAsync(Get);
        await client.ReadMessageAsync();

        Assert.Equal(("GET", "http", "api.example.com", 8080, "/a", "b=c"), (bare!.Method, bare.Scheme, bare.Host, bare.HostPort, bare.Path, bare.Query));
        Assert.Equal(client.LocalEndPoint.Address, bare.Source);
        Assert.Empty(bare.Headers);
        Assert.Equal("https", full!.Scheme);
        Assert.Contains(new("X-Old", "1"), full.Headers);
    }

    private void Listen(Http1ServerOptions options)
    {
        http = new Http1Server(options);
        var handler = new HopServer(hop, seam.Parts);
        loop = TcpListenerLoop.Start(new IPEndPoint(IPAddress.Loopback, 0), (socket, draining, aborted) => http.RunAsync(socket, handler, draining, aborted));
    }

    private ValueTask DisposeListenerAsync() => loop.DisposeAsync();

    private static async Task<string> CutAsync(RawPeer client)
    {
        try
        {
            return await client.ReadToEndAsync();
        }
        catch (System.Net.Sockets.SocketException)
        {
            return "";
        }
    }

    private sealed class Editor : IResponseEditor
    {
        public void Edit(ResponseHead response, HeaderEdits edits)
        {
            edits.Remove("X-Powered-By");
            edits.Set("X-Edited", "1");
        }
    }

    private sealed class AnyHop : IHttpHop
    {
        private int served;

        public Hop Hop => Hop.Ingress;

        public int Served => Volatile.Read(ref served);

        public Func<RequestPassage, ValueTask> Serve { get; set; } = _ => throw new NotSupportedException();

        public Func<RequestPassage, HttpRejection, ValueTask> Reject { get; set; } = (_, _) => ValueTask.CompletedTask;

        public ValueTask ServeAsync(RequestPassage passage)
        {
            Interlocked.Increment(ref served);
            return Serve(passage);
        }

        public ValueTask RejectAsync(RequestPassage passage, HttpRejection rejection) => Reject(passage, rejection);
    }
}
