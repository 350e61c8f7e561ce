using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;

namespace Usher.Pod.Tests;

/// <summary>Thresholds as tables, and the runner's timing on a faked clock.</summary>
public sealed class ProbeTests
{
    // '+' a success, '-' a failure; expected: what holds after each.
    [Theory]
    [InlineData("Readiness", 1, 3, "-+--+---+", "-++++++-+")]
    [InlineData("Readiness", 2, 1, "+++-++", "-++--+")]
    [InlineData("Liveness", 1, 3, "--+---", "+++++-")]
    [InlineData("Startup", 1, 2, "-+", "-+")]
    public void Thresholds(string kind, int success, int failure, string results, string expected)
    {
        var counter = new ProbeCounter(new ProbePlan(Enum.Parse<ProbeKind>(kind), "c", new TcpAction(1)) { SuccessThreshold = success, FailureThreshold = failure });
        var held = string.Concat(results.Select(r =>
        {
            counter.Count(r == '+');
            return counter.Passed ? '+' : '-';
        }));
        Assert.Equal(expected, held);
    }

    [Fact]
    public async Task The_first_probe_comes_at_the_initial_delay_and_the_next_a_period_later()
    {
        using var bench = new Bench(new ProbePlan(ProbeKind.Readiness, "c", new TcpAction(1)) { InitialDelay = TimeSpan.FromSeconds(5), Period = TimeSpan.FromSeconds(10) });
        bench.Answers.Enqueue(false);
        var run = bench.Run();

        await Wait.Advance(bench.Time, TimeSpan.FromSeconds(1), () => bench.Asked.Count == 3, "three probes were asked");
        await bench.End(run);

        Assert.Equal([5, 15, 25], bench.Asked.Select(a => a.At));
        Assert.Equal(["started", "readiness False", "readiness True", "readiness True"], bench.Heard);
    }

    [Fact]
    public async Task Without_a_delay_the_first_probe_comes_at_once()
    {
        using var bench = new Bench(new ProbePlan(ProbeKind.Readiness, "c", new TcpAction(1)));
        var run = bench.Run();

        await Wait.Until(() => bench.Asked.Count == 1, "the first probe was asked without the clock moving");
        await bench.End(run);
    }

    [Fact]
    public async Task A_liveness_probe_ends_the_container_at_its_threshold_and_is_not_asked_again()
    {
        using var bench = new Bench(new ProbePlan(ProbeKind.Liveness, "c", new TcpAction(1)) { Period = TimeSpan.FromSeconds(1) }) { Always = false };
        await Task.WhenAll(bench.Run(), Wait.Advance(bench.Time, TimeSpan.FromSeconds(1), () => bench.Heard.Contains("unhealthy Liveness"), "it was unhealthy"));

        bench.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(3, bench.Asked.Count);
        Assert.Equal(["started", "failed Liveness", "failed Liveness", "failed Liveness", "unhealthy Liveness"], bench.Heard);
    }

    [Fact]
    public async Task Others_wait_for_the_startup_probe()
    {
        using var bench = new Bench(
            new ProbePlan(ProbeKind.Startup, "c", new TcpAction(1)) { Period = TimeSpan.FromSeconds(1), FailureThreshold = 5 },
            new ProbePlan(ProbeKind.Readiness, "c", new TcpAction(2)) { Period = TimeSpan.FromSeconds(1) });
        bench.Answers.Enqueue(false);
        bench.Answers.Enqueue(false);
        var run = bench.Run();

        await Wait.Advance(bench.Time, TimeSpan.FromSeconds(1), () => bench.Heard.Contains("readiness True"), "it was ready");
        await bench.End(run);

        Assert.Equal([ProbeKind.Startup, ProbeKind.Startup, ProbeKind.Startup, ProbeKind.Readiness], bench.Asked.Select(a => a.Kind).Take(4));
        Assert.Equal(["failed Startup", "failed Startup", "started", "readiness True"], bench.Heard.Take(4));
    }

    [Fact]
    public async Task A_startup_probe_that_fails_ends_the_container()
    {
        using var bench = new Bench(
            new ProbePlan(ProbeKind.Startup, "c", new TcpAction(1)) { Period = TimeSpan.FromSeconds(1), FailureThreshold = 2 },
            new ProbePlan(ProbeKind.Readiness, "c", new TcpAction(2))) { Always = false };
        await Task.WhenAll(bench.Run(), Wait.Advance(bench.Time, TimeSpan.FromSeconds(1), () => bench.Heard.Contains("unhealthy Startup"), "it was unhealthy"));

        Assert.Equal(2, bench.Asked.Count);
    }

    private sealed class Bench(params ProbePlan[] probes) : IProber, IProbeListener, IDisposable
    {
        private readonly DateTimeOffset start = new FakeTimeProvider().GetUtcNow();
        private readonly CancellationTokenSource end = new();

        public Clock Time { get; } = new();

        public Queue<bool> Answers { get; } = new();

        public bool Always { get; set; } = true;

        public List<(double At, ProbeKind Kind)> Asked { get; } = [];

        public List<string> Heard { get; } = [];

        public Task Run()
        {
            var road = new TestRoad();
            road.Publish(TestRoad.OnePod("ports: []"));
            return new ProbeRunner(road.Pod("a"), probes, new FakePod("c", []), this, Time, this).RunAsync(end.Token);
        }

        public async Task End(Task run)
        {
            await end.CancelAsync();
            await run;
        }

        public Task<ProbeResult> RunAsync(PodPlan pod, ProbeAction hook, IRunningPod running, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ProbeResult> AskAsync(PodPlan pod, ProbePlan probe, IRunningPod running, CancellationToken cancellationToken)
        {
            Asked.Add(((Time.GetUtcNow() - start).TotalSeconds, probe.Kind));
            return Task.FromResult(Answers.TryDequeue(out var answer) ? new ProbeResult(answer, null) : new ProbeResult(Always, null));
        }

        public void Dispose() => end.Dispose();

        public void Started() => Heard.Add("started");

        public void Readiness(ProbePlan probe, bool passed, ProbeResult result) => Heard.Add($"readiness {passed}");

        public void Failed(ProbePlan probe, ProbeResult result) => Heard.Add($"failed {probe.Kind}");

        public void Unhealthy(ProbePlan probe, ProbeResult result) => Heard.Add($"unhealthy {probe.Kind}");
    }
}
