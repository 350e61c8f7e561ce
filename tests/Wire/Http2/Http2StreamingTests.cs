using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Http2;

/// <summary>Bodies both ways. Alone, because it measures the process's memory.</summary>
[CollectionDefinition(nameof(Http2StreamingTests), DisableParallelization = true)]
[Collection(nameof(Http2StreamingTests))]
public class Http2StreamingTests
{
    private const int Total = 50 * 1024 * 1024;

    [Fact]
    public async Task Fifty_MB_stream_both_ways_with_flat_memory()
    {
        await using var upstream = await Http2Server.StartAsync(context => context.Request.Body.CopyToAsync(context.Response.Body));
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key);
        using var request = proxy.Request(HttpMethod.Post, "/", new Pushed(async stream =>
        {
            var piece = new byte[64 * 1024];
            for (var left = Total; left > 0; left -= piece.Length) await stream.WriteAsync(piece);
        }));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var response = await proxy.SendAsync(request);
        await using var body = await response.Content.ReadAsStreamAsync();
        Assert.Equal(Total, await DropAsync(body));
        var result = await proxy.ResultAsync();
        Assert.Equal(ForwardOutcome.Completed, result.Outcome);
        Assert.True(result.SentBytes >= Total && result.ReceivedBytes >= Total);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 8 * 1024 * 1024, $"memory grew by {grown} bytes");
    }

    [Fact]
    public async Task A_slow_client_holds_the_upstream_back()
    {
        var sent = 0L;
        await using var upstream = await Http2Server.StartAsync(async context =>
        {
            var piece = new byte[16 * 1024];
            for (var left = Total; left > 0; left -= piece.Length)
            {
                await context.Response.Body.WriteAsync(piece);
                Interlocked.Add(ref sent, piece.Length);
            }
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key);
        using var request = proxy.Request(HttpMethod.Get);
        using var response = await proxy.SendAsync(request);
        Assert.InRange(await SettleAsync(() => Interlocked.Read(ref sent)), 1, 4 * 1024 * 1024);
        // Others on the same connection aren't held up.
        using var other = proxy.Request(HttpMethod.Head);
        (await proxy.SendAsync(other)).Dispose();
        await using var body = await response.Content.ReadAsStreamAsync();
        Assert.Equal(Total, await DropAsync(body));
        Assert.Equal(1, proxy.Pool.Http2.Count);
    }

    [Fact]
    public async Task A_slow_upstream_holds_the_client_back()
    {
        var go = new TaskCompletionSource();
        var sent = 0L;
        await using var upstream = await Http2Server.StartAsync(async context =>
        {
            await go.Task;
            Assert.Equal(Total, await DropAsync(context.Request.Body));
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key);
        using var request = proxy.Request(HttpMethod.Post, "/", new Pushed(async stream =>
        {
            var piece = new byte[16 * 1024];
            for (var left = Total; left > 0; left -= piece.Length)
            {
                await stream.WriteAsync(piece);
                Interlocked.Add(ref sent, piece.Length);
            }
        }));
        var sending = proxy.SendAsync(request);
        Assert.InRange(await SettleAsync(() => Interlocked.Read(ref sent)), 1, 4 * 1024 * 1024);
        go.SetResult();
        using var response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task What_either_side_says_arrives_at_once()
    {
        await using var upstream = await Http2Server.StartAsync(EchoAsync);
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key);
        var lines = new Lines();
        using var request = proxy.Request(HttpMethod.Post, "/", lines.Content);
        using var response = await proxy.SendAsync(request);
        await using var body = await response.Content.ReadAsStreamAsync();
        using var reader = new StreamReader(body);
        for (var i = 0; i < 20; i++)
        {
            await lines.SayAsync($"line {i}");
            Assert.Equal($"line {i}", await reader.ReadLineAsync().WaitAsync(Limit.Wait));
        }

        lines.End();
        Assert.Null(await reader.ReadLineAsync().WaitAsync(Limit.Wait));
        Assert.Equal(ForwardOutcome.Completed, (await proxy.ResultAsync()).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_on_which_one_side_is_silent_is_not_idle(bool clientSpeaks)
    {
        var time = new FakeTimeProvider();
        var tick = new SemaphoreSlim(0);
        await using var upstream = await Http2Server.StartAsync(context => clientSpeaks ? CountAsync(context) : TickAsync(context, tick));
        await using var proxy = await Http2Proxy.StartAsync(
            upstream.Key, new ForwardOptions { TimeProvider = time }, new UpstreamPoolOptions { TimeProvider = time }, new Http1ServerOptions { TimeProvider = time });
        var lines = new Lines();
        using var request = proxy.Request(HttpMethod.Post, "/", lines.Content);
        using var response = await proxy.SendAsync(request);
        await using var body = await response.Content.ReadAsStreamAsync();
        using var reader = new StreamReader(body);
        Assert.Equal("begun", await reader.ReadLineAsync().WaitAsync(Limit.Wait));
        for (var i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromSeconds(40));
            if (clientSpeaks)
            {
                var before = Counted;
                await lines.SayAsync("x");
                await Limit.UntilAsync(() => Counted > before);
            }
            else
            {
                tick.Release();
                Assert.Equal("tick", await reader.ReadLineAsync().WaitAsync(Limit.Wait));
            }
        }

        Assert.Empty(proxy.Results);
        lines.End();
        Assert.Null(await reader.ReadLineAsync().WaitAsync(Limit.Wait));
        Assert.Equal(ForwardOutcome.Completed, (await proxy.ResultAsync()).Outcome);
    }

    [Fact]
    public async Task A_stream_on_which_both_are_silent_ends()
    {
        var time = new FakeTimeProvider();
        await using var upstream = await Http2Server.StartAsync(CountAsync);
        await using var proxy = await Http2Proxy.StartAsync(
            upstream.Key, new ForwardOptions { TimeProvider = time }, new UpstreamPoolOptions { TimeProvider = time }, new Http1ServerOptions { TimeProvider = time });
        var lines = new Lines();
        using var request = proxy.Request(HttpMethod.Post, "/", lines.Content);
        using var response = await proxy.SendAsync(request);
        var result = await Limit.AdvanceAsync(time, Task.Run(proxy.ResultAsync));
        Assert.Contains(result.Outcome, new[] { ForwardOutcome.ResponseTimedOut, ForwardOutcome.ClientTimedOut });
        lines.End();
    }

    [Fact]
    public async Task An_early_response_ends_an_endless_upload()
    {
        await using var upstream = await Http2Server.StartAsync(async context =>
        {
            await context.Request.BodyReader.ReadAsync();
            context.Response.StatusCode = 413;
            await context.Response.WriteAsync("no");
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key);
        using var request = proxy.Request(HttpMethod.Post, "/", new Pushed(async stream =>
        {
            var piece = new byte[16 * 1024];
            while (true) await stream.WriteAsync(piece);
        }));
        using var response = await proxy.SendAsync(request);
        Assert.Equal((HttpStatusCode)413, response.StatusCode);
        Assert.Equal("no", await response.Content.ReadAsStringAsync());
        var result = await proxy.ResultAsync();
        Assert.Equal((ForwardOutcome.Completed, UpstreamFate.Kept), (result.Outcome, result.UpstreamFate));
    }

    private static int Counted { get; set; }

    private static async Task EchoAsync(HttpContext context)
    {
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        await context.Request.Body.CopyToAsync(context.Response.Body);
    }

    private static async Task CountAsync(HttpContext context)
    {
        await context.Response.WriteAsync("begun\n");
        await context.Response.Body.FlushAsync();
        var buffer = new byte[1024];
        while (await context.Request.Body.ReadAsync(buffer) > 0) Counted++;
    }

    private static async Task TickAsync(HttpContext context, SemaphoreSlim tick)
    {
        await context.Response.WriteAsync("begun\n");
        await context.Response.Body.FlushAsync();
        var ended = DropAsync(context.Request.Body);
        while (true)
        {
            var next = tick.WaitAsync();
            if (await Task.WhenAny(next, ended) == ended) return;
            await context.Response.WriteAsync("tick\n");
            await context.Response.Body.FlushAsync();
        }
    }

    private static async Task<int> DropAsync(Stream stream)
    {
        var buffer = new byte[64 * 1024];
        for (var all = 0; ;)
        {
            var read = await stream.ReadAsync(buffer);
            if (read == 0) return all;
            all += read;
        }
    }

    /// <summary>The value once it stays the same for a while.</summary>
    private static async Task<long> SettleAsync(Func<long> value)
    {
        var last = -1L;
        for (var same = 0; same < 20;)
        {
            var now = value();
            same = now == last && now > 0 ? same + 1 : 0;
            last = now;
            await Task.Delay(10);
        }

        return last;
    }

    private sealed class Pushed(Func<Stream, Task> push) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => push(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>A request's body that a test speaks line by line.</summary>
    private sealed class Lines
    {
        private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Lines() => Content = new Pushed(async stream =>
        {
            await stream.FlushAsync();
            _stream.SetResult(stream);
            await _end.Task;
        });

        public HttpContent Content { get; }

        public async Task SayAsync(string line)
        {
            var stream = await _stream.Task;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\n"));
            await stream.FlushAsync();
        }

        public void End() => _end.SetResult();
    }
}
