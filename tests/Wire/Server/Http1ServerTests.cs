using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Server;

public class Http1ServerTests
{
    private const string Get = "GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n";

    [Fact]
    public async Task A_response_is_written_as_given()
    {
        await using var server = new ExchangeServer(exchange => exchange.RespondAsync(
            404, [new("X-A", "1"), new("x-b", "2")], "nope"u8.ToArray()).AsTask());
        using var client = await server.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal("HTTP/1.1 404 Not Found\r\nX-A: 1\r\nx-b: 2\r\nContent-Length: 4\r\n\r\nnope", await client.ReadMessageAsync());
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nConnection: close\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")]
    [InlineData("GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")]
    [InlineData("HEAD / HTTP/1.1\r\nConnection: close\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")]
    [InlineData("GET / HTTP/2.0\r\n\r\n", "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 18\r\nConnection: close\r\n\r\nUnsupportedVersion")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 11\r\nConnection: close\r\n\r\nMissingHost")]
    [InlineData("GET / HTTP/1.1\n\n", "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 12\r\nConnection: close\r\n\r\nBareLineFeed")]
    public async Task Raw_in_and_raw_out_and_then_closed(string request, string response)
    {
        await using var server = new ExchangeServer(exchange => exchange.RespondAsync(200, [], "ok"u8.ToArray()).AsTask());
        using var client = await server.ConnectAsync();
        await client.SendAsync(request);
        Assert.Equal(response, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_smuggled_request_is_never_answered()
    {
        var handled = 0;
        await using var server = new ExchangeServer(exchange =>
        {
            handled++;
            return exchange.RespondAsync(200, [], default).AsTask();
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.EndsWith("ContentLengthWithTransferEncoding", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, handled);
    }

    [Theory]
    [InlineData("Content-Length: 11\r\n\r\nhello world")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nT: 1\r\n\r\n")]
    public async Task A_body_is_read_and_counted_however_it_is_cut(string rest)
    {
        await using var server = new ExchangeServer(async exchange =>
        {
            var body = await ReadAsync(exchange);
            await exchange.RespondAsync(200, "text/plain", $"{body} {exchange.RequestBytes}");
        });
        using var client = await server.ConnectAsync();
        var request = "POST / HTTP/1.1\r\nHost: a\r\n" + rest;
        for (var size = 1; size < request.Length; size += 7)
        {
            foreach (var piece in request.Chunk(size)) await client.SendAsync(new string(piece));
            Assert.EndsWith($"\r\n\r\nhello world {request.Length}", await client.ReadMessageAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_body_that_nobody_read_is_dropped_when_it_is_small()
    {
        await using var server = new ExchangeServer(exchange => exchange.RespondAsync(200, [], "ok"u8.ToArray()).AsTask());
        using var client = await server.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + Get);
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", await client.ReadMessageAsync());
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", await client.ReadMessageAsync());
    }

    [Fact]
    public async Task A_large_body_that_nobody_read_ends_the_connection_but_not_the_response()
    {
        await using var server = new ExchangeServer(exchange => exchange.RespondAsync(413, [], "no"u8.ToArray()).AsTask());
        using var client = await server.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n");
        await client.SendAsync(new byte[300_000]);
        Assert.EndsWith("Connection: close\r\n\r\nno", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Continue_is_sent_at_the_first_read()
    {
        await using var server = new ExchangeServer(async exchange => await exchange.RespondAsync(200, "text/plain", await ReadAsync(exchange)));
        using var client = await server.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await client.ReadUntilAsync("\r\n\r\n"));
        await client.SendAsync("hi");
        Assert.EndsWith("hi", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_read_no_continue_is_sent_and_the_connection_ends()
    {
        await using var server = new ExchangeServer(exchange => exchange.RespondAsync(417, [], default).AsTask());
        using var client = await server.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        Assert.Equal("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", await client.ReadMessageAsync());
    }

    [Fact]
    public async Task An_unknown_length_is_sent_in_chunks_as_it_is_flushed()
    {
        var go = new TaskCompletionSource();
        await using var server = new ExchangeServer(async exchange =>
        {
            var head = new ResponseHead();
            head.SetStatus(200);
            await exchange.StartResponseAsync(head, null, BodyFraming.UntilClose);
            await exchange.WriteBodyAsync("one"u8.ToArray());
            await exchange.WriteBodyAsync("two"u8.ToArray());
            await exchange.FlushAsync();
            await go.Task;
            await exchange.WriteBodyAsync(new byte[20]);
            await exchange.CompleteAsync();
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n", await client.ReadUntilAsync("two\r\n"));
        go.SetResult();
        Assert.Equal($"14\r\n{new string('\0', 20)}\r\n0\r\n\r\n", await client.ReadUntilAsync("0\r\n\r\n"));
    }

    [Fact]
    public async Task An_incomplete_response_cuts_the_connection()
    {
        await using var server = new ExchangeServer(async exchange =>
        {
            var head = new ResponseHead();
            head.SetStatus(200);
            await exchange.StartResponseAsync(head, null, BodyFraming.OfLength(10));
            await exchange.WriteBodyAsync("half"u8.ToArray());
            await exchange.FlushAsync();
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(Get);
        await Assert.ThrowsAnyAsync<Exception>(() => client.ReadMessageAsync());
    }

    [Fact]
    public async Task A_handler_that_fails_cuts_the_connection_and_is_heard()
    {
        await using var server = new ExchangeServer(_ => throw new InvalidDataException("bug"));
        using var client = await server.ConnectAsync();
        await client.SendAsync(Get);
        await Assert.ThrowsAnyAsync<Exception>(() => client.ReadMessageAsync());
        await Limit.UntilAsync(() => server.Error is InvalidDataException);
    }

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("GET / HT", 8, 0)]
    [InlineData(Get, 0, 1)]
    public async Task An_idle_connection_is_told_to_the_handler_and_closed(string sent, long bytes, int earlier)
    {
        var time = new FakeTimeProvider();
        var rejected = new TaskCompletionSource<(HttpRejection, long, int)>();
        await using var server = new ExchangeServer(
            exchange => exchange.RespondAsync(200, [], default).AsTask(),
            new Http1ServerOptions { TimeProvider = time },
            (exchange, rejection) =>
            {
                rejected.SetResult((rejection, exchange.RequestBytes, exchange.EarlierRequests));
                return exchange.RespondAsync(408, [], default).AsTask();
            });
        using var client = await server.ConnectAsync();
        await client.SendAsync(sent);
        if (earlier > 0) await client.ReadMessageAsync();
        while (!rejected.Task.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(20));
            await Task.Yield();
        }

        var (what, read, before) = await rejected.Task;
        Assert.Equal((HttpViolation.IdleTimeout, earlier), (what.Violation, before));
        Assert.True(read == bytes || read == 0);
        Assert.StartsWith("HTTP/1.1 408", await client.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_is_cut_at_the_idle_timeout()
    {
        var failed = new TaskCompletionSource<ExchangeException>();
        var begun = new TaskCompletionSource();
        var time = new FakeTimeProvider();
        await using var server = new ExchangeServer(
            async exchange =>
            {
                begun.SetResult();
                try
                {
                    await exchange.RespondAsync(200, [], new byte[64 * 1024 * 1024]);
                }
                catch (ExchangeException e)
                {
                    failed.SetResult(e);
                    throw;
                }
            },
            new Http1ServerOptions { TimeProvider = time });
        using var client = await server.ConnectAsync(receiveBuffer: 8192);
        await client.SendAsync(Get);
        await begun.Task.WaitAsync(Limit.Wait);
        Assert.Equal(HttpViolation.IdleTimeout, (await Limit.AdvanceAsync(time, failed.Task)).Violation);
    }

    [Fact]
    public async Task After_the_keep_alive_timeout_one_more_response_is_the_last()
    {
        var time = new FakeTimeProvider();
        await using var server = new ExchangeServer(
            exchange => exchange.RespondAsync(200, [], default).AsTask(),
            new Http1ServerOptions { TimeProvider = time, KeepAliveTimeout = TimeSpan.FromSeconds(100), IdleTimeout = TimeSpan.FromHours(1) });
        using var client = await server.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", await client.ReadMessageAsync());
        time.Advance(TimeSpan.FromSeconds(101));
        await client.SendAsync(Get);
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Draining_finishes_what_runs_and_closes_what_is_idle()
    {
        var begun = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var server = new ExchangeServer(async exchange =>
        {
            if (exchange.Request.Path.SequenceEqual("/slow"u8))
            {
                begun.SetResult();
                await go.Task;
            }

            await exchange.RespondAsync(200, [], default);
        });
        using var idle = await server.ConnectAsync();
        await idle.SendAsync(Get);
        await idle.ReadMessageAsync();
        using var busy = await server.ConnectAsync();
        await busy.SendAsync("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        await begun.Task.WaitAsync(Limit.Wait);
        var stopping = server.StopAsync(Limit.Wait);
        Assert.True(await idle.IsClosedAsync());
        var refused = await Assert.ThrowsAsync<SocketException>(() => server.ConnectAsync());
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        go.SetResult();
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", await busy.ReadToEndAsync());
        await stopping;
    }

    [Fact]
    public async Task A_client_that_closes_inside_its_head_is_told()
    {
        var rejected = new TaskCompletionSource<HttpRejection>();
        await using var server = new ExchangeServer(_ => Task.CompletedTask, null, (_, rejection) =>
        {
            rejected.SetResult(rejection);
            return Task.CompletedTask;
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHo");
        client.EndSending();
        Assert.Equal(HttpViolation.ConnectionClosed, (await rejected.Task.WaitAsync(Limit.Wait)).Violation);
    }

    [Fact]
    public async Task A_client_that_goes_is_noticed_while_the_handler_waits()
    {
        var gone = new TaskCompletionSource();
        await using var server = new ExchangeServer(async exchange =>
        {
            await using var registration = exchange.ClientGone.Register(gone.SetResult);
            await gone.Task;
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(Get);
        client.Dispose();
        await gone.Task.WaitAsync(Limit.Wait);
        await Limit.UntilAsync(() => server.Connections == 0);
    }

    [Fact]
    public async Task Response_bytes_are_those_on_the_wire()
    {
        long counted = 0;
        await using var server = new ExchangeServer(async exchange =>
        {
            var head = new ResponseHead();
            head.SetStatus(200);
            await exchange.StartResponseAsync(head, null, BodyFraming.Chunked);
            await exchange.WriteBodyAsync(Encoding.ASCII.GetBytes(new string('x', 100_000)));
            await exchange.CompleteAsync();
            counted = exchange.ResponseBytes;
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.Equal((await client.ReadToEndAsync()).Length, counted);
    }

    private static async Task<string> ReadAsync(HttpExchange exchange)
    {
        var text = new StringBuilder();
        while (true)
        {
            var result = await exchange.ReadBodyAsync();
            text.Append(Encoding.ASCII.GetString(result.Buffer));
            exchange.AdvanceBody(result.Buffer.End, result.Buffer.End);
            if (result.IsCompleted) return text.ToString();
        }
    }
}
