using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Links;

/// <summary>A link is a socket to everybody who looks: each case runs over both, and everything seen is the same.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Names => [.. LinkCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_seen_is_what_a_socket_shows(string name)
    {
        var overSocket = await RunAsync(LinkCases.All[name], express: false);
        var overLink = await RunAsync(LinkCases.All[name], express: true);

        Assert.Equal(overSocket, overLink);
    }

    [Fact]
    public async Task A_connection_keeps_its_link_and_its_features()
    {
        var seen = new ConcurrentQueue<(IPEndPoint From, int Earlier, string? Kept)>();
        await using var chain = new Chain(express: true, default, new ChainOptions
        {
            Handler = exchange =>
            {
                seen.Enqueue((exchange.RemoteEndPoint, exchange.EarlierRequests, exchange.Features.Get<string>()));
                exchange.Features.Set("kept");
                return exchange.RespondAsync(200, "text/plain", "ok").AsTask();
            },
        });
        using var client = await chain.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            await client.ReadMessageAsync();
        }

        Assert.Equal([(new(IPAddress.Loopback, 1024), 0, null), (new(IPAddress.Loopback, 1024), 1, "kept")], seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_the_second_stops_the_request_ends_first_and_idle_connections_close(bool express)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var chain = new Chain(express, default, new ChainOptions
        {
            Handler = async exchange =>
            {
                if (exchange.Request.Path.SequenceEqual("/slow"u8))
                {
                    entered.TrySetResult();
                    await goOn.Task;
                }

                await exchange.RespondAsync(200, "text/plain", "ok");
            },
        });
        using var slow = await chain.ConnectAsync();
        using var other = await chain.ConnectAsync();
        await slow.SendAsync("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        await entered.Task.WaitAsync(Limit.Wait, TestContext.Current.CancellationToken);
        await other.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await other.ReadMessageAsync();

        var stopping = chain.StopBehindAsync(Limit.Wait);
        Assert.False(stopping.IsCompleted);
        goOn.SetResult();
        Assert.EndsWith("ok", await slow.ReadMessageAsync(), StringComparison.Ordinal);
        await stopping;

        var fates = new[] { chain.FrontResults.Take(), chain.FrontResults.Take() }.Select(r => r.UpstreamFate).Order();
        Assert.Equal([UpstreamFate.Kept, UpstreamFate.ClosedByUpstream], fates);
        await other.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.EndsWith("ConnectRefused", await other.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_the_time_to_stop_is_over_the_request_is_cut(bool express)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var chain = new Chain(express, default, new ChainOptions
        {
            Handler = async exchange =>
            {
                entered.TrySetResult();
                await Limit.UntilAsync(() => exchange.ClientGone.IsCancellationRequested);
            },
        });
        using var client = await chain.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await entered.Task.WaitAsync(Limit.Wait, TestContext.Current.CancellationToken);

        await chain.StopBehindAsync(TimeSpan.Zero);

        Assert.EndsWith("UpstreamReset", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_goes_before_the_response_is_gone_for_both(bool express)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            asked.SetResult();
            await peer.ReadToEndAsync();
        });
        await using var chain = new Chain(express, upstream.Key);
        using var client = await chain.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await asked.Task.WaitAsync(Limit.Wait, TestContext.Current.CancellationToken);

        client.Reset();

        await Limit.UntilAsync(() => chain.FrontResults.Count == 1 && chain.Results.Count == 1);
        Assert.Equal((ForwardOutcome.ClientGone, UpstreamFate.ClosedOnFailure), (chain.FrontResults.First().Outcome, chain.FrontResults.First().UpstreamFate));
        Assert.Equal((ForwardOutcome.ClientGone, UpstreamFate.ClosedOnFailure), (chain.Results.First().Outcome, chain.Results.First().UpstreamFate));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_response_that_breaks_off_is_cut_for_the_client_too(bool express)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            await begun.Task;
        });
        await using var chain = new Chain(express, upstream.Key);
        using var client = await chain.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadUntilAsync("half");

        begun.SetResult();

        await client.ReadErrorAsync();
        await Limit.UntilAsync(() => chain.FrontResults.Count == 1 && chain.Results.Count == 1);
        Assert.Equal((ForwardOutcome.UpstreamReset, true), (chain.FrontResults.First().Outcome, chain.FrontResults.First().ResponseStarted));
        Assert.Equal((ForwardOutcome.UpstreamClosedMidBody, true), (chain.Results.First().Outcome, chain.Results.First().ResponseStarted));
    }

    [Fact]
    public async Task A_link_that_was_idle_for_longer_than_the_second_waits_is_not_used()
    {
        await using var chain = new Chain(express: true, default, new ChainOptions
        {
            Server = new() { IdleTimeout = TimeSpan.Zero },
            Handler = exchange => exchange.RespondAsync(200, "text/plain", $"{exchange.EarlierRequests}").AsTask(),
        });
        using var client = await chain.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.EndsWith("0", await client.ReadMessageAsync(), StringComparison.Ordinal);
            Assert.False(chain.FrontResults.Take(TestContext.Current.CancellationToken).UpstreamReused);
        }
    }

    /// <summary>Everything that is seen of a case, in words.</summary>
    private static async Task<string> RunAsync(LinkCase @case, bool express)
    {
        var seen = new ConcurrentQueue<string>();
        await using var upstream = new ScriptedUpstream((peer, _) => (@case.Upstream ?? ((_, _) => Task.CompletedTask))(peer, seen.Enqueue));
        var key = upstream.Key;
        if (@case.Upstream is null) await upstream.DisposeAsync();
        await using var chain = new Chain(express, key, @case.Options);
        using var client = await chain.ConnectAsync();
        var received = await @case.Client(client);
        await Limit.UntilAsync(() => chain.FrontResults.Count == @case.Requests && (!@case.Forwarded || chain.Results.Count == @case.Requests));
        return string.Join('\n', [
            $"client: {Chunks(@case, received)}",
            .. seen.Select(s => $"upstream: {Chunks(@case, s).Replace($"{key.Remote}", "upstream", StringComparison.Ordinal)}"),
            .. chain.FrontResults.Select(r => $"front: {Words(@case, r)}"),
            .. @case.Forwarded ? chain.Results.Select(r => $"behind: {Words(@case, r)}") : []]);
    }

    private static string Words(LinkCase @case, ForwardResult r)
    {
        var bytes = r.Outcome == ForwardOutcome.Completed && !@case.AnyBytes && !@case.AnyFate && r.UpstreamFate != UpstreamFate.ClosedAfterEarlyResponse
            ? $"{r.SentBytes} {r.ReceivedBytes}" : "";
        return $"{r.Outcome} {r.Violation} {r.StatusCode} started {r.ResponseStarted} retried {r.Retried} {(@case.AnyFate ? "" : $"{r.UpstreamFate}, reused {r.UpstreamReused}")} {bytes}"
            + $" connect {r.ConnectStarted > 0}{r.Connected > 0} first {r.FirstByte > 0} last {r.LastByte > 0}";
    }

    private static string Chunks(LinkCase @case, string text) => @case.AnyBytes ? SizeLine().Replace(text, "") : text;

    [GeneratedRegex("(?<=\r\n)[0-9a-f]+\r\n|\r\n(?=[0-9a-f]+\r\n)")]
    private static partial Regex SizeLine();
}
