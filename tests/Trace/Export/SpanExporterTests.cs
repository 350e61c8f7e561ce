using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Usher.Model.Journeys;
using Usher.Tests.Otlp;
using Usher.Trace.Export;

namespace Usher.Trace.Tests.Export;

/// <summary>Journeys and applications' batches in the background, to a backend that answers as it is told.</summary>
public sealed class SpanExporterTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly ScriptedSender sender = new();
    private readonly Lines lines = new();
    private readonly TestRoad road = new(new TraceOptions { Journeys = 300, ExportJourneys = 100, ExportQueueBytes = 1_000 });
    private readonly SpanExporter exporter;

    public SpanExporterTests() => exporter = new SpanExporter(road.Log, road.Book, sender, "http://backend", road.Options, road.Time, new Logger<SpanExporter>(lines));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await exporter.DisposeAsync();
        lines.Dispose();
    }

    [Fact]
    public async Task What_ended_is_sent_once_after_a_moment()
    {
        exporter.Start();
        road.AddAll(road.LoadBalancer(), road.Ingress(), road.AtNode(), road.AtVirtualIP());
        road.Log.Add(road.LoadBalancer(nth: 2).With("1-67891233-00000000000000000000000b"));

        await PassAsync(() => exporter.SentJourneys == 2);
        await PassAsync(() => true);

        Assert.Equal(["1-67891233-00000000000000000000000b", TestRoad.JourneyId], sender.Journeys.Order(StringComparer.Ordinal));
        Assert.Empty(lines.Told);
        Assert.Equal((0, 0), exporter.Lost);
    }

    [Fact]
    public async Task A_trace_that_is_not_recorded_is_not_sent()
    {
        exporter.Start();
        var quiet = road.LoadBalancer().With("1-67891233-00000000000000000000000a");
        quiet.Brought = new TraceContext("b7ad6b7169203331", 0, null);
        road.Log.Add(quiet);
        road.Log.Add(road.LoadBalancer().With("1-67891233-00000000000000000000000b"));

        await PassAsync(() => exporter.SentJourneys > 0);

        Assert.Equal(["1-67891233-00000000000000000000000b"], sender.Journeys);
    }

    [Fact]
    public async Task What_may_be_taken_later_is_sent_again_and_that_is_said_once()
    {
        sender.Answers.Enqueue(new(SendOutcome.Later, "it answered 503"));
        sender.Answers.Enqueue(new(SendOutcome.Later, "it answered 503"));
        sender.Answers.Enqueue(new(SendOutcome.Taken));
        exporter.Start();
        End(1);

        await PassAsync(() => exporter.SentJourneys == 1);

        Assert.Equal(3, sender.Batches.Count);
        Assert.Single(sender.Batches.Select(Convert.ToHexString).Distinct());
        Assert.Equal(["Spans don't reach http://backend: it answered 503. It is tried again for 60 s each; said once", "Spans reach http://backend again; 0 journeys and 0 spans of applications were lost"], lines.Told);
    }

    [Fact]
    public async Task The_backend_says_how_long_to_wait()
    {
        sender.Answers.Enqueue(new(SendOutcome.Later, "busy", TimeSpan.FromSeconds(30)));
        sender.Answers.Enqueue(new(SendOutcome.Taken));
        exporter.Start();
        End(1);
        await PassAsync(() => sender.Batches.Count == 1);
        var asked = road.Time.GetUtcNow();

        await PassAsync(() => sender.Batches.Count == 2);

        Assert.InRange(road.Time.GetUtcNow() - asked, TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task A_batch_that_is_not_taken_in_time_is_lost_and_counted_and_the_next_is_tried()
    {
        sender.Answers.Enqueue(new(SendOutcome.Later, "busy", TimeSpan.FromSeconds(59)));
        sender.Answers.Enqueue(new(SendOutcome.Later, "busy", TimeSpan.FromSeconds(59)));
        sender.Answers.Enqueue(new(SendOutcome.Taken));
        exporter.Start();
        End(1);
        await PassAsync(() => sender.Batches.Count == 2);
        End(2);
        await PassAsync(() => exporter.SentJourneys == 1);

        Assert.Equal((1, 0), exporter.Lost);
        Assert.Equal("Spans reach http://backend again; 1 journeys and 0 spans of applications were lost", lines.Told[^1]);
    }

    [Fact]
    public async Task What_is_refused_is_lost_without_another_attempt()
    {
        sender.Answers.Enqueue(new(SendOutcome.Never, "it answered 401"));
        exporter.Start();
        for (var i = 0; i < 150; i++) End(i);

        await PassAsync(() => sender.Batches.Count == 2);
        await PassAsync(() => exporter.Lost.Journeys == 150);

        Assert.Equal(["Spans are refused by http://backend: it answered 401. They are lost; said once"], lines.Told);
        await exporter.StopAsync().WaitAsync(Limit);
        Assert.Equal("Not exported to http://backend: 150 journeys and 0 spans of applications", lines.Told[^1]);
    }

    [Fact]
    public async Task What_was_taken_in_part_is_said_once()
    {
        sender.Answers.Enqueue(new(SendOutcome.Taken, "too old", Rejected: 3));
        exporter.Start();
        for (var i = 0; i < 150; i++) End(i);

        await PassAsync(() => exporter.SentJourneys == 150);

        Assert.Equal(["http://backend took spans without 3 of them: too old. Said once"], lines.Told);
    }

    [Fact]
    public async Task Of_too_many_the_oldest_are_lost_with_one_warning()
    {
        // More end than are kept while the backend is waited for.
        sender.Hold();
        exporter.Start();
        End(0);
        await PassAsync(() => sender.Batches.Count == 1);
        for (var i = 1; i <= 400; i++) End(i);
        sender.Release();

        await PassAsync(() => exporter.SentJourneys == 301);

        Assert.Equal((100, 0), exporter.Lost);
        Assert.Equal(Enumerable.Range(0, 1).Concat(Enumerable.Range(101, 300)).Select(Id), sender.Journeys);
        Assert.StartsWith("Spans come faster than http://backend takes them", Assert.Single(lines.Told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Applications_batches_are_passed_on_as_they_came_and_bounded()
    {
        var relay = (ISpanRelay)exporter;
        var batch = Usher.Trace.Otlp.SpanWriter.Write(JourneySpans.Of(await Scenarios.All["redirect-loop"]()));
        relay.Offer(new AppBatch(new byte[1_001], 5));
        Assert.Equal((0, 5), exporter.Lost);
        relay.Offer(new AppBatch(new byte[] { 10, 0 }, 2));
        relay.Offer(new AppBatch(new byte[999], 4));
        Assert.Equal((0, 7), exporter.Lost);
        relay.Offer(new AppBatch(new byte[] { 10, 0 }, 1));
        Assert.Equal((0, 11), exporter.Lost);
        Assert.NotEmpty(batch);
        exporter.Start();

        await PassAsync(() => sender.Batches.Count == 1);

        Assert.Equal([10, 0], sender.Batches[0]);
    }

    [Fact]
    public async Task A_stop_sends_the_rest()
    {
        exporter.Start();
        for (var i = 0; i < 250; i++) End(i);

        await exporter.StopAsync().WaitAsync(Limit);
        await exporter.StopAsync();

        Assert.Equal(Enumerable.Range(0, 250).Select(Id), sender.Journeys);
        Assert.Empty(lines.Told);
    }

    [Fact]
    public async Task A_stop_waits_for_a_backend_that_does_not_answer_only_so_long()
    {
        sender.Hold();
        exporter.Start();
        for (var i = 0; i < 250; i++) End(i);
        var stopping = exporter.StopAsync();
        while (!stopping.IsCompleted)
        {
            road.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await stopping;
        Assert.Equal((250, 0), exporter.Lost);
        Assert.Equal("Not exported to http://backend: 250 journeys and 0 spans of applications", lines.Told[^1]);
    }

    private static string Id(int number) => $"1-67891233-{number:x24}";

    private void End(int number) => road.Log.Add(road.LoadBalancer(nth: number + 1).With(Id(number)));

    /// <summary>Lets time pass until something holds.</summary>
    private async Task PassAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Limit);
        do
        {
            limit.Token.ThrowIfCancellationRequested();
            road.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, limit.Token);
        }
        while (!holds());
    }

    private sealed class ScriptedSender : IOtlpSender
    {
        private TaskCompletionSource? held;

        internal ConcurrentQueue<SendAnswer> Answers { get; } = new();

        internal List<byte[]> Batches { get; } = [];

        internal IReadOnlyList<string> Journeys => [.. Batches.SelectMany(Received.Of).Select(s => s.Attributes["usher.journey.id"]).Distinct()];

        internal void Hold() => held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        internal void Release() => held!.SetResult();

        public async Task<SendAnswer> SendAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
        {
            Batches.Add(batch.ToArray());
            if (held is not null) await held.Task.WaitAsync(cancellationToken);
            return (Answers.Count > 1 ? Answers.TryDequeue(out var answer) : Answers.TryPeek(out answer)) ? answer : new(SendOutcome.Taken);
        }

        public void Dispose()
        {
        }
    }

    /// <summary>What was logged.</summary>
    private sealed class Lines : ILoggerFactory, ILogger
    {
        private readonly ConcurrentQueue<string> told = new();

        internal IReadOnlyList<string> Told => [.. told];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => told.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}

/// <summary>Records made by hand, under another id.</summary>
internal static class RenamedRecords
{
    internal static RequestRecord With(this RequestRecord record, string id)
    {
        record.JourneyId = id;
        record.TraceId = null;
        return record;
    }
}
