using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Server;

/// <summary>Real HTTP/2 with prior knowledge.</summary>
public sealed class KestrelExchangeTests : IExchangeHandler, IAsyncLifetime
{
    private const int Many = 20;
    private readonly HttpClient _client = new();
    private readonly FakeTimeProvider _time = new();
    private WebApplication _app = null!;
    private Func<HttpExchange, Task> _handle = null!;
    private Uri _uri = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        _app = builder.Build();
        _app.Run(context => KestrelExchange.RunAsync(context, this, new Http1ServerOptions { TimeProvider = _time, RequestsPerHttp2Connection = Many }));
        await _app.StartAsync();
        _uri = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    public async ValueTask HandleAsync(HttpExchange exchange) => await _handle(exchange);

    [Fact]
    public async Task A_connection_with_many_requests_is_told_to_end_and_none_is_lost()
    {
        var connections = new List<(int Port, int Earlier)>();
        _handle = exchange =>
        {
            lock (connections) connections.Add((exchange.RemoteEndPoint.Port, exchange.EarlierRequests));
            return exchange.RespondAsync(200, "text/plain", "ok").AsTask();
        };
        for (var i = 0; i < 3 * Many; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _uri) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        // What was on its way before the client read the GOAWAY is served on the old connection.
        var used = connections.GroupBy(c => c.Port).Select(g => g.Count()).ToList();
        Assert.InRange(used.Count, 2, 3);
        Assert.All(used[..^1], count => Assert.InRange(count, Many, Many + 5));
    }

    [Fact]
    public async Task The_head_is_that_of_http1()
    {
        var head = "";
        var remote = default(IPEndPoint);
        _handle = exchange =>
        {
            head = Text(exchange.Request);
            remote = exchange.RemoteEndPoint;
            Assert.Equal("HTTP/2.0", exchange.Protocol);
            Assert.True(exchange.Request.KeepAlive);
            Assert.Equal(exchange.LocalEndPoint.Port, _uri.Port);
            return exchange.RespondAsync(201, [new("X-A", "1")], "made"u8.ToArray()).AsTask();
        };
        using var request = Request(HttpMethod.Get, "/a%2Fb?q=1");
        request.Headers.Add("X-Mixed", ["One", "Two"]);
        request.Headers.Add("Cookie", "a=1; b=2");
        using var response = await _client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Equal("made", await response.Content.ReadAsStringAsync());
        Assert.Equal("1", response.Headers.GetValues("x-a").Single());
        Assert.StartsWith("GET /a%2Fb?q=1 20\n", head, StringComparison.Ordinal);
        Assert.Contains($"host: {_uri.Authority}\n", head, StringComparison.Ordinal);
        Assert.Contains("cookie: a=1; b=2\n", head, StringComparison.Ordinal);
        Assert.Contains("x-mixed: One, Two\n", head, StringComparison.Ordinal);
        Assert.Equal(IPAddress.Loopback, remote!.Address);
    }

    [Theory]
    [InlineData(true, BodyKind.Length)]
    [InlineData(false, BodyKind.Chunked)]
    public async Task A_body_is_read_to_its_end(bool withLength, BodyKind kind)
    {
        _handle = async exchange =>
        {
            Assert.Equal(kind, exchange.Request.Framing.Kind);
            var count = 0L;
            for (var completed = false; !completed;)
            {
                var result = await exchange.ReadBodyAsync();
                count += result.Buffer.Length;
                completed = result.IsCompleted;
                exchange.AdvanceBody(result.Buffer.End, result.Buffer.End);
            }

            await exchange.RespondAsync(200, "text/plain", $"{count} {exchange.RequestBytes > count}");
        };
        using var request = Request(HttpMethod.Post, "/");
        using var stream = new MemoryStream(new byte[300_000]);
        request.Content = new StreamContent(stream);
        if (!withLength) request.Content = new Endless(300_000);
        using var response = await _client.SendAsync(request);
        Assert.Equal("300000 True", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_client_that_cancels_is_gone()
    {
        var gone = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        _handle = async exchange =>
        {
            await using var registration = exchange.ClientGone.Register(gone.SetResult);
            begun.SetResult();
            await gone.Task;
        };
        using var cancel = new CancellationTokenSource();
        using var request = Request(HttpMethod.Get, "/");
        var sending = _client.SendAsync(request, cancel.Token);
        await begun.Task.WaitAsync(Limit.Wait);
        await cancel.CancelAsync();
        await gone.Task.WaitAsync(Limit.Wait);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task A_client_that_resets_its_stream_while_what_it_sent_is_used_is_told_by_the_next_read()
    {
        var begun = new TaskCompletionSource();
        var told = new TaskCompletionSource<Exception>();
        _handle = async exchange =>
        {
            try
            {
                var read = await exchange.ReadBodyAsync();
                begun.SetResult();
                await Limit.UntilAsync(() => exchange.ClientGone.IsCancellationRequested);
                exchange.AdvanceBody(read.Buffer.End, read.Buffer.End);
                exchange.CancelBodyRead();
                // What came before the reset may be read first.
                while (true)
                {
                    read = await exchange.ReadBodyAsync();
                    if (!read.IsCanceled) exchange.AdvanceBody(read.Buffer.End, read.Buffer.End);
                }
            }
            catch (Exception e)
            {
                told.SetResult(e);
                throw;
            }
        };
        using var cancel = new CancellationTokenSource();
        using var request = Request(HttpMethod.Post, "/");
        request.Content = new Endless(long.MaxValue);
        var sending = _client.SendAsync(request, cancel.Token);
        await begun.Task.WaitAsync(Limit.Wait);
        await cancel.CancelAsync();
        Assert.Equal(HttpViolation.ConnectionClosed, Assert.IsType<ExchangeException>(await told.Task.WaitAsync(Limit.Wait)).Violation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Theory]
    [InlineData(50_000_000)]
    [InlineData(90_000)]
    public async Task A_client_that_takes_no_more_of_the_response_is_reset_at_the_idle_timeout(int length)
    {
        var failed = new TaskCompletionSource<ExchangeException>();
        _handle = async exchange =>
        {
            failed.SetResult(await Assert.ThrowsAsync<ExchangeException>(() => exchange.RespondAsync(200, [], new byte[length]).AsTask()));
        };
        // Without a reader the client's window stays at what a stream begins with, 64 KiB.
        using var request = Request(HttpMethod.Get, "/");
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpViolation.IdleTimeout, (await Limit.AdvanceAsync(_time, failed.Task)).Violation);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_client_that_sends_no_more_of_its_body_can_still_be_answered()
    {
        var never = new TaskCompletionSource();
        _handle = async exchange =>
        {
            var e = await Assert.ThrowsAsync<ExchangeException>(async () =>
            {
                while (true)
                {
                    var read = await exchange.ReadBodyAsync();
                    exchange.AdvanceBody(read.Buffer.End, read.Buffer.End);
                }
            });
            await exchange.RespondAsync(e.Violation == HttpViolation.IdleTimeout ? 408 : 400, [], "late"u8.ToArray());
        };
        using var request = Request(HttpMethod.Post, "/");
        request.Content = new Stalling(never.Task);
        using var response = await Limit.AdvanceAsync(_time, _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
        Assert.Equal((408, "late"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        never.SetResult();
    }

    [Fact]
    public async Task An_incomplete_response_resets_the_stream()
    {
        _handle = async exchange =>
        {
            var head = new ResponseHead();
            head.SetStatus(200);
            await exchange.StartResponseAsync(head, null, BodyFraming.OfLength(10));
            await exchange.WriteBodyAsync("half"u8.ToArray());
            await exchange.FlushAsync();
        };
        using var request = Request(HttpMethod.Get, "/");
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Http2_is_forwarded_to_http1()
    {
        var seen = "";
        await using var upstream = ScriptedUpstream.Answering(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\nX-B: y\r\nX-B: z\r\nSet-Cookie: \u00e9\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            text => seen = text);
        using var pool = new UpstreamPool();
        // Known only after the client has the whole answer.
        var result = new TaskCompletionSource<ForwardResult>();
        _handle = async exchange =>
            result.SetResult(await Forwarder.ForwardAsync(exchange, pool, upstream.Key, null, null, new ForwardOptions()));
        using var request = Request(HttpMethod.Post, "/p?q");
        request.Content = new Endless(3);
        using var response = await _client.SendAsync(request);
        Assert.Equal("abcde", await response.Content.ReadAsStringAsync());
        Assert.Equal(["y", "z"], response.Headers.GetValues("X-B"));
        Assert.True(response.Headers.Contains("Set-Cookie"));
        Assert.Equal(ForwardOutcome.Completed, (await result.Task.WaitAsync(Limit.Wait)).Outcome);
        Assert.StartsWith($"POST /p?q HTTP/1.1\r\n", seen, StringComparison.Ordinal);
        Assert.EndsWith("Transfer-Encoding: chunked\r\n\r\n3\r\n\0\0\0\r\n0\r\n\r\n", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_early_response_ends_an_endless_upload()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("\r\n\r\n");
            await peer.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
            await peer.ReadErrorAsync();
        });
        using var pool = new UpstreamPool();
        var result = new TaskCompletionSource<ForwardResult>();
        _handle = async exchange =>
            result.SetResult(await Forwarder.ForwardAsync(exchange, pool, upstream.Key, null, null, new ForwardOptions()));
        using var request = Request(HttpMethod.Post, "/");
        request.Content = new Endless(long.MaxValue);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("no", await response.Content.ReadAsStringAsync());
        Assert.Equal(UpstreamFate.ClosedAfterEarlyResponse, (await result.Task.WaitAsync(Limit.Wait)).UpstreamFate);
    }

    [Theory]
    [InlineData("HEAD", "200 OK\r\nContent-Length: 77", 200, 77)]
    [InlineData("GET", "304 Not Modified\r\nContent-Length: 77", 304, 77)]
    [InlineData("GET", "204 No Content", 204, 0)]
    public async Task Responses_without_body(string method, string upstreamHead, int status, int length)
    {
        await using var upstream = ScriptedUpstream.Answering($"HTTP/1.1 {upstreamHead}\r\n\r\n");
        using var pool = new UpstreamPool();
        _handle = async exchange => await Forwarder.ForwardAsync(exchange, pool, upstream.Key, null, null, new ForwardOptions());
        using var request = Request(new HttpMethod(method), "/");
        using var response = await _client.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(length, response.Content.Headers.ContentLength ?? 0);
    }

    private HttpRequestMessage Request(HttpMethod method, string path) => new(method, _uri.GetLeftPart(UriPartial.Authority) + path)
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static string Text(RequestHead head)
    {
        var text = new StringBuilder($"{Encoding.ASCII.GetString(head.Method)} {Encoding.ASCII.GetString(head.Target)} {head.Version}\n");
        for (var i = 0; i < head.HeaderCount; i++)
            text.Append($"{Encoding.ASCII.GetString(head.Name(i))}: {Encoding.ASCII.GetString(head.Value(i))}\n");
        return text.ToString();
    }

    /// <summary>A body whose length isn't told.</summary>
    private sealed class Stalling(Task never) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("part"u8.ToArray());
            await stream.FlushAsync();
            await never;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class Endless : HttpContent
    {
        private readonly long _length;

        public Endless(long length)
        {
            _length = length;
            Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var piece = new byte[16 * 1024];
            for (var left = _length; left > 0; left -= Math.Min(left, piece.Length))
                await stream.WriteAsync(piece.AsMemory(0, (int)Math.Min(left, piece.Length)));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
