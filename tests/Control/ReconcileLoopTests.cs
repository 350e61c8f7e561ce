using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Control.Tests;

/// <summary>The controllers go on when pods change or a time comes, one generation after another, and never from a road that was stopped.</summary>
public sealed class ReconcileLoopTests : IAsyncDisposable
{
    private static readonly ResourceKey Pod = new("", "Pod", "shop", "a");
    private readonly FakeTimeProvider time = new();
    private readonly Directory pods = new();
    private readonly Counter counter = new();
    private readonly Lines lines = new();
    private readonly ServiceProvider road;
    private readonly List<long> published = [];

    public ReconcileLoopTests()
    {
        road = new ServiceCollection()
            .AddSingleton(RoadOptions.Default)
            .AddSingleton<TimeProvider>(time)
            .AddLogging(log => log.AddProvider(lines))
            .AddControl()
            .AddSingleton<IPodDirectory>(pods)
            .AddSingleton<IReconciler>(counter)
            .BuildServiceProvider();
        Control.Published += g => published.Add(g.Number);
    }

    [Fact]
    public async Task A_change_of_the_pods_makes_a_step_and_nothing_changed_makes_none()
    {
        await Apply();
        await Until(() => counter.Asked >= 2, "it looked once more");
        Assert.Equal([1], published);

        pods.Set(ready: true);
        await Until(() => published.Count == 2, "a generation followed");
        var asked = counter.Asked;
        pods.Set(ready: true);
        await Until(() => counter.Asked > asked, "it looked");

        Assert.Equal([1, 2], published);
        Assert.True(Current.IsStep);
        Assert.Equal("1 ready", Current.State.All<Derived>().Single().Value.Text);
    }

    [Fact]
    public async Task A_time_that_a_controller_asked_for_makes_a_step()
    {
        counter.Until = time.GetUtcNow().AddSeconds(60);
        await Apply();
        await Until(() => counter.Asked >= 2, "it looked once more");
        var before = time.GetUtcNow();

        await Until(() => published.Count == 2, "the time came", TimeSpan.FromSeconds(1));

        Assert.InRange(time.GetUtcNow() - before, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(63));
    }

    [Fact]
    public async Task A_step_that_fails_leaves_the_road_is_told_once_and_tried_again_later()
    {
        await Apply();
        counter.Fails = true;
        pods.Set(ready: true);
        await Until(() => lines.All.Count == 1, "it was told");
        var before = counter.Asked;
        await Until(() => counter.Asked >= before + 3, "it was tried again", TimeSpan.FromMilliseconds(500));

        Assert.Equal(1, Current.Number);
        Assert.Contains("no luck", Assert.Single(lines.All), StringComparison.Ordinal);
        counter.Fails = false;
        await Until(() => Current.Number == 2, "it went on", TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task What_somebody_applies_in_between_comes_one_after_the_other_and_the_steps_follow_it()
    {
        await Apply();
        var applies = Enumerable.Range(0, 20).Select(async i =>
        {
            pods.Set(ready: i % 2 == 0);
            await Apply($"note {i}");
        });
        await Task.WhenAll(applies);
        pods.Set(ready: true);
        await Until(() => Current.State.All<Derived>().Single().Value.Text == "1 ready", "the last state was observed");

        Assert.Equal(Enumerable.Range(1, published.Count).Select(n => (long)n), published);
        Assert.Single(Current.State.All<Note>());
    }

    [Fact]
    public async Task A_road_that_was_stopped_takes_no_step()
    {
        await Apply();
        await Control.StopAsync(TestContext.Current.CancellationToken);
        var asked = counter.Asked;

        pods.Set(ready: true);
        Assert.Null(await Control.StepAsync(new ErrorList(), TestContext.Current.CancellationToken));

        Assert.Equal(asked, counter.Asked);
        Assert.Equal([1], published);
        Assert.False(pods.IsFollowed);
    }

    public ValueTask DisposeAsync() => road.DisposeAsync();

    private RoadControl Control => road.GetRequiredService<RoadControl>();

    private Generation Current => road.GetRequiredService<IGenerationSource>().Current;

    private async Task Apply(string note = "a")
    {
        var errors = new ErrorList();
        await Control.ApplyAsync("files", [new Resource(new ResourceKey("test", "Note", "", note), new Note(note), new Origin("files"))], errors, TestContext.Current.CancellationToken);
        Assert.Empty(errors.All);
    }

    private async Task Until(Func<bool> condition, string what, TimeSpan? step = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"waited in vain until {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
            time.Advance(step ?? ReconcileLoop.Interval);
        }
    }

    private sealed record Note(string Text);

    private sealed record Derived(string Text);

    /// <summary>Counts ready pods.</summary>
    private sealed class Counter : IReconciler
    {
        public bool Observes => true;

        public int Asked;

        public DateTimeOffset? Until { get; set; }

        public bool Fails { get; set; }

        public IEnumerable<Resource> Reconcile(CompileContext context, DesiredState previous)
        {
            Interlocked.Increment(ref Asked);
            if (Fails) throw new InvalidOperationException("no luck");
            var key = new ResourceKey("test", "Derived", "", "count");
            var passed = Until is { } at && context.Observed.Now >= at;
            if (Until is { } due && !passed) context.Due.Add(due);
            var next = new Derived($"{context.Observed.Pods.Values.Count(p => p.Ready)} ready{(passed ? ", in time" : "")}");
            var before = previous.Find(key)?.Value;
            yield return new Resource(key, next.Equals(before) ? before : next, Origin.Derived);
        }
    }

    private sealed class Directory : IPodDirectory
    {
        public ImmutableDictionary<ResourceKey, PodStatus> Current { get; private set; } = ImmutableDictionary<ResourceKey, PodStatus>.Empty;

        public bool IsFollowed => Changed is not null;

        public event Action? Changed;

        public void Set(bool ready)
        {
            Current = Current.SetItem(Pod, new PodStatus(Pod, PodRuntime.StandIn, "Running", ready, false, 0, null, null));
            Changed?.Invoke();
        }
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public List<string> All { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) All.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
