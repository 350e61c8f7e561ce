using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;
using Usher.Model.Road;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;

namespace Usher.LoadBalancer.Tests;

/// <summary>How an issuer's keys are kept.</summary>
public sealed class KeySourceTests
{
    private readonly FakeTimeProvider time = new();

    [Theory]
    [InlineData(null, 15 * 60)]
    [InlineData("max-age=120", 120)]
    [InlineData("max-age=1", 60)]
    [InlineData("no-store", 60)]
    [InlineData("public, max-age=9999999", 24 * 60 * 60)]
    public async Task Keys_are_fetched_again_when_their_time_is_over(string? control, int seconds)
    {
        await using var server = new KeyServer(Issuer.Set()) { CacheControl = control };
        using var fetch = Fetch(server);
        await using var source = Started(server, fetch);
        await Limit.UntilAsync(() => source.Keys is not null);
        var first = source.Keys;
        time.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.Same(first, source.Keys);
        await UntilAdvancedAsync(() => source.Keys != first);
        Assert.Equal(2, server.Fetches);
    }

    [Fact]
    public async Task A_fetch_that_fails_leaves_the_last_keys_and_is_tried_again()
    {
        using var issuer = new Issuer();
        await using var server = new KeyServer(Issuer.Set(issuer.Entry()));
        using var fetch = Fetch(server);
        await using var source = Started(server, fetch);
        await Limit.UntilAsync(() => source.Keys is not null);
        var first = source.Keys;
        server.Status = "503 Service Unavailable";
        time.Advance(KeySource.UsualLifetime);
        await UntilAdvancedAsync(() => source.Problem is not null);
        Assert.Equal("it answers 503", source.Problem);
        Assert.Same(first, source.Keys);
        server.Status = "200 OK";
        await UntilAdvancedAsync(() => source.Problem is null);
        Assert.NotSame(first, source.Keys);
    }

    [Fact]
    public async Task Many_that_want_newer_keys_make_one_fetch_and_the_next_waits_its_time()
    {
        await using var server = new KeyServer(Issuer.Set()) { Gate = new TaskCompletionSource() };
        using var fetch = Fetch(server);
        await using var source = Started(server, fetch);
        var waiting = Enumerable.Range(0, 50).Select(_ => source.RefreshAsync()).ToList();
        Assert.Null(source.Keys);
        server.Gate.SetResult();
        Assert.All(await Task.WhenAll(waiting), Assert.True);
        Assert.Equal(1, server.Fetches);

        Assert.False(await source.RefreshAsync());
        time.Advance(KeySource.Pause);
        Assert.True(await source.RefreshAsync());
        Assert.Equal(2, server.Fetches);
    }

    [Fact]
    public async Task Why_keys_can_not_be_had()
    {
        await using var server = new KeyServer("<html>");
        using var fetch = Fetch(server);
        await using var html = Started(server, fetch);
        await Limit.UntilAsync(() => html.Problem is not null);
        Assert.Equal("what it answers is no JSON Web Key Set", html.Problem);

        server.Set = Issuer.Set() + new string(' ', KeySet.MaxBytes);
        await UntilAdvancedAsync(() => html.Problem == "the set has over 150 KB");

        // Whoever the road's authority hasn't signed, and the machine doesn't know, isn't believed.
        await using var stranger = new KeyServer(Issuer.Set());
        await using var untrusted = Started(stranger, fetch);
        await Limit.UntilAsync(() => untrusted.Problem is not null);
        Assert.Contains("certificate", untrusted.Problem, StringComparison.Ordinal);
        Assert.Equal(0, stranger.Fetches);

        using var nobody = new Socket(SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var refused = new KeySource(new Uri($"https://127.0.0.1:{((IPEndPoint)nobody.LocalEndPoint!).Port}/"), fetch, time, NullLogger.Instance);
        refused.Start();
        await Limit.UntilAsync(() => refused.Problem is not null);
        Assert.Contains("refused", refused.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_of_the_road_is_resolved_by_the_road()
    {
        await using var server = new KeyServer(Issuer.Set());
        var names = new Names(new IPEndPoint(IPAddress.Loopback, server.Endpoint.Port));
        using var fetch = new KeyFetch(new Generations(), names, server);
        await Assert.ThrowsAsync<HttpRequestException>(() => fetch.RunAsync(new Uri("https://auth.example.com/jwks.json"), time.GetUtcNow(), TestContext.Current.CancellationToken));
        // It got there; the certificate is for another name.
        Assert.Equal(("auth.example.com", 443), names.Asked);
    }

    private static KeyFetch Fetch(KeyServer server) => new(new Generations(), null, server);

    private KeySource Started(KeyServer server, KeyFetch fetch)
    {
        var source = new KeySource(server.Endpoint, fetch, time, NullLogger.Instance);
        source.Start();
        return source;
    }

    private Task UntilAdvancedAsync(Func<bool> condition) => Limit.UntilAsync(() =>
    {
        if (condition()) return true;
        time.Advance(TimeSpan.FromSeconds(1));
        return false;
    });

    private sealed class Names(IPEndPoint at) : IRoadNames
    {
        internal (string, int) Asked { get; private set; }

        public IPEndPoint? Find(Generation generation, string name, int port)
        {
            Asked = (name, port);
            return at;
        }
    }
}
