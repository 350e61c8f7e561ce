using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Contracts;
using Usher.Seam.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>What is told of each health check, for the load balancer's log.</summary>
public sealed class HealthCheckFeedTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, null)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n", 302, "ResponseCodeMismatch")]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", 503, "TargetError")]
    [InlineData("", null, "RequestTimedOut")]
    [InlineData("nonsense", null, "ConnectionReset")]
    [InlineData("refused", null, "ConnectionReset")]
    public async Task A_check_of_each_end(string answer, int? status, string? reason)
    {
        await using var rig = new Rig();
        await using var target = answer == "refused" ? null : Backend.Saying("ok", rig.Node(1));
        if (target is not null) target.Health = answer;
        await using var checks = rig.Checks.FollowAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"], check: HealthTests.Quick with { TimeoutSeconds = answer.Length == 0 ? 1 : 20 }).Listener(80, Forward("web")));

        Assert.True(await checks.MoveNextAsync());
        var check = checks.Current;
        Assert.Equal((rig.Address, "http", "10.0.1.10:30080", "web", status, reason), (check.Node, check.Type, check.Target.ToString(), check.TargetGroup, check.StatusCode, check.Reason));
        Assert.InRange(check.Latency, answer.Length == 0 ? TimeSpan.FromSeconds(0.9) : TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(ProtocolVersion.Grpc, 12, "GRPCUnexpectedStatus")]
    [InlineData(ProtocolVersion.Http2, 500, "TargetError")]
    [InlineData(ProtocolVersion.Http1, 404, "ResponseCodeMismatch")]
    internal void A_status_that_isnt_wanted(ProtocolVersion version, int status, string reason) => Assert.Equal(reason, CheckReason.OfStatus(version, status));

    [Fact]
    public async Task A_follower_gets_what_came_before_its_end_and_nobody_waits_for_one_that_is_gone()
    {
        var feed = new HealthCheckFeed();
        using var stop = new CancellationTokenSource();
        var followed = feed.FollowAsync(stop.Token);
        Assert.True(feed.IsFollowed);
        feed.Add(Check("one"));
        await stop.CancelAsync();

        var got = new List<string>();
        await foreach (var check in followed) got.Add(check.TargetGroup);
        Assert.Equal(["one"], got);
        Assert.False(feed.IsFollowed);
    }

    private static HealthCheckRecord Check(string group) =>
        new(System.Net.IPAddress.Loopback, "http", default, default, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 80), group, 200, null);
}
