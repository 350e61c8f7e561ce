using Usher.Model.Contracts;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Health checks on real sockets.</summary>
public sealed class HealthTests
{
    /// <summary>Every second, two failures or two successes. Nobody is too slow, on a busy machine either.</summary>
    internal static readonly Model.Aws.HealthCheck Quick = new() { Path = "/health", IntervalSeconds = 1, TimeoutSeconds = 20,
        HealthyThresholdCount = 2, UnhealthyThresholdCount = 2 };

    [Fact]
    public async Task A_new_target_is_healthy_after_one_check_and_the_check_is_an_albs()
    {
        await using var rig = new Rig();
        await using var target = Backend.Saying("ok", rig.Node(1));
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"], check: Quick).Listener(80, Forward("web")));
        await rig.UntilAsync("i-0a1:30080", "healthy");
        Assert.Equal(new TargetHealthReport("web", "i-0a1:30080", "healthy", null, null, 0), rig.Report("i-0a1:30080"));
        Assert.Equal(
            "GET /health HTTP/1.1\r\nHost: 10.0.1.10:30080\r\nConnection: close\r\nUser-Agent: ELB-HealthChecker/2.0\r\nAccept-Encoding: gzip, compressed\r\n\r\n",
            target.LastCheck);
    }

    [Fact]
    public async Task Before_the_first_answer_a_target_is_initial()
    {
        await using var rig = new Rig();
        await using var target = Backend.Saying("ok", rig.Node(1));
        target.Health = "";
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        Assert.Equal(new TargetHealthReport("web", "i-0a1:30080", "initial", "Elb.InitialHealthChecking", "Initial health checks in progress", 0), rig.Report("i-0a1:30080"));
    }

    [Theory]
    [InlineData("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [500]; 200 is wanted of GET /health")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n", "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [302]; 200 is wanted of GET /health")]
    [InlineData("", "Target.Timeout", "Request timed out after 1 s (GET /health)")]
    [InlineData("nonsense", "Target.FailedHealthChecks", "Health checks failed: the target's answer is no HTTP response")]
    [InlineData("HTTP/1.1 200 OK\r\nBroken", "Target.FailedHealthChecks", "Health checks failed: the target's answer is no HTTP response")]
    [InlineData("refused", "Target.FailedHealthChecks", "Health checks failed: 10.0.1.10:30080: Connection refused")]
    public async Task A_failing_target_is_unhealthy_after_the_threshold_with_awss_reason(string answer, string reason, string description)
    {
        await using var rig = new Rig();
        await using var target = answer == "refused" ? null : Backend.Saying("ok", rig.Node(1));
        if (target is not null) target.Health = answer;
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"], check: Quick with { TimeoutSeconds = answer.Length == 0 ? 1 : 20 }).Listener(80, Forward("web")));
        await rig.UntilAsync("i-0a1:30080", "unhealthy");
        Assert.Equal(new TargetHealthReport("web", "i-0a1:30080", "unhealthy", reason, description, 0), rig.Report("i-0a1:30080"));
        if (target is not null) Assert.True(target.Checks >= Quick.UnhealthyThresholdCount);
    }

    [Fact]
    public async Task A_healthy_target_falls_after_two_failures_and_is_healthy_again_after_two_successes()
    {
        await using var rig = new Rig();
        await using var target = Backend.Saying("ok", rig.Node(1));
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"], check: Quick).Listener(80, Forward("web")));
        await rig.UntilAsync("i-0a1:30080", "healthy");

        // How many it takes at most is HealthStreak's table: a busy machine may look late.
        var before = target.Checks;
        target.Health = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
        await rig.UntilAsync("i-0a1:30080", "unhealthy");
        Assert.True(target.Checks >= before + 2, $"{target.Checks - before} failed checks");

        before = target.Checks;
        target.Health = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        await rig.UntilAsync("i-0a1:30080", "healthy");
        Assert.True(target.Checks >= before + 2, $"{target.Checks - before} good checks");
    }

    [Fact]
    public async Task A_check_port_of_its_own_and_a_matcher_are_used()
    {
        await using var rig = new Rig();
        await using var checks = Backend.Saying("ok", rig.Node(1, 10254));
        checks.Health = "HTTP/1.1 204 No Content\r\n\r\n";
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"], check: Quick with { Port = "10254", Matcher = "200-299" }).Listener(80, Forward("web")));
        await rig.UntilAsync("i-0a1:30080", "healthy");
    }

    [Fact]
    public async Task The_targets_of_a_group_that_no_rule_forwards_to_are_unused_and_not_checked()
    {
        await using var rig = new Rig();
        await using var first = Backend.Saying("ok", rig.Node(1));
        await using var second = Backend.Saying("ok", rig.Node(2));
        var spare = new Model.Aws.TargetGroup { TargetGroupArn = Model.Aws.AwsNames.TargetGroupArn(Scope, "spare"), Name = "spare", Port = 30080, HealthCheck = Quick, Targets = [new("i-0a2")] };
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"], check: Quick).Group(spare).Listener(80, Forward("web")));
        await rig.UntilAsync("i-0a1:30080", "healthy");
        Assert.Equal(new TargetHealthReport("spare", "i-0a2:30080", "unused", "Target.NotInUse",
            "Target group is not configured to receive traffic from the load balancer", 0), rig.Report("i-0a2:30080"));
        Assert.Equal(0, second.Checks);
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"], check: Quick).Group(spare).Listener(80, Weighted(("web", 1), ("spare", 0))));
        await rig.UntilAsync("i-0a2:30080", "healthy");
    }

    [Fact]
    public async Task A_target_recovers_while_generations_follow_each_other()
    {
        await using var rig = new Rig();
        await using var target = Backend.Saying("ok", rig.Node(1));
        target.Health = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
        const int wanted = 6;
        var road = rig.Edge().Group("web", ["i-0a1"], check: Quick with { HealthyThresholdCount = wanted }).Listener(80, Forward("web"));
        await rig.ApplyAsync(road);
        await rig.UntilAsync("i-0a1:30080", "unhealthy");
        target.Health = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        var passed = target.Checks;
        for (var generation = 1; generation <= wanted; generation++)
        {
            await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"], check: Quick with { HealthyThresholdCount = wanted }).Listener(80, Forward("web")));
            await Limit.UntilAsync(() => target.Checks >= passed + generation);
        }

        await rig.UntilAsync("i-0a1:30080", "healthy");
        // A streak that each generation began anew would have taken as many more, but for one; a busy machine may see late that it is over.
        Assert.InRange(target.Checks, passed + wanted - 1, passed + (2 * wanted) - 2);
    }

    [Fact]
    public async Task A_deregistered_target_is_checked_no_more()
    {
        await using var rig = new Rig();
        await using var first = Backend.Saying("ok", rig.Node(1));
        await using var second = Backend.Saying("ok", rig.Node(2));
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1", "i-0a2"], check: Quick).Listener(80, Forward("web")));
        await rig.UntilAsync("i-0a2:30080", "healthy");
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"], check: Quick).Listener(80, Forward("web")));
        var (one, two) = (first.Checks, second.Checks);
        // Two more rounds of the one that stays.
        await Limit.UntilAsync(() => first.Checks >= one + 3);
        Assert.InRange(second.Checks, two, two + 1);
        Assert.Equal(["i-0a1:30080 healthy", "i-0a2:30080 draining"], rig.Health.All(rig.Seam.Generations.Current).Select(r => $"{r.Target} {r.State}"));
    }
}
