using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Trace.Keeping;

namespace Usher.Trace.Tests;

/// <summary>What a restart still knows of journeys.</summary>
public sealed class KeepingTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly MemoryStore store = new();

    [Fact]
    public async Task What_ended_is_stored_after_a_moment_and_listed_after_a_restart()
    {
        Journey told;
        await using (var run = new Run(store))
        {
            run.Keeper.Start();
            run.End("1-a");
            run.Fail("tls.client-refused");
            await run.PassAsync(() => store.Count == 2);
            told = run.Book.Find("1-a")!;
        }

        await using var next = new Run(store);
        Assert.Null(next.Book.Find("1-a")); // nobody looked yet
        next.Keeper.Start();
        var found = next.Book.Find("1-a")!;
        Assert.Equal(JsonOf(told), JsonOf(found));
        Assert.Equal(["tls.client-refused", "ok"], next.Book.Recent().Select(j => j.Outcome).Order(StringComparer.Ordinal).Reverse());
        Assert.Equal(["tls.client-refused"], next.Book.Recent(new JourneyFilter { Failed = true }).Select(j => j.Outcome));
        Assert.Empty(next.Book.Recent(new JourneyFilter { Visit = "other" }));

        next.End("1-b");
        Assert.Equal(["1-b", "1-a"], next.Book.Recent(limit: 3).Select(j => j.Id).Where(id => id.Length == 3));
        Assert.Equal(["1-b"], next.Book.Recent(limit: 1).Select(j => j.Id));
    }

    [Fact]
    public async Task A_stop_stores_the_rest()
    {
        await using (var run = new Run(store))
        {
            run.Keeper.Start();
            for (var i = 0; i < 450; i++) run.End($"1-{i:D3}");
            Assert.Equal(0, store.Count); // the interval has not passed
            await run.Keeper.StopAsync().WaitAsync(Limit);
            await run.Keeper.StopAsync();
        }

        Assert.Equal(450, store.Count);
    }

    [Fact]
    public async Task Of_a_busy_interval_the_newest_are_stored_and_those_that_failed()
    {
        await using var run = new Run(store, new TraceOptions { KeepBatch = 10 });
        run.Keeper.Start();
        for (var i = 0; i < 100; i++) run.End($"1-{i:D3}", status: i is 3 or 40 ? 503 : 200);
        await run.PassAsync(() => store.Count > 0);

        Assert.Equal([3, 40, .. Enumerable.Range(90, 10)], store.Ids().Select(id => int.Parse(id[2..], null)));
        run.End("1-100");
        await run.PassAsync(() => store.Ids().Contains("1-100"));
        Assert.Equal(13, store.Count);
    }

    [Fact]
    public async Task Telling_those_that_arrived_takes_a_busy_road_no_longer_than_it_may_and_those_that_failed_are_stored_all_the_same()
    {
        // Time goes on by two milliseconds whenever somebody looks.
        await using var run = new Run(store, new TraceOptions { KeepBatch = 50, KeepBusy = TimeSpan.FromMilliseconds(20) }, passing: TimeSpan.FromMilliseconds(2));
        run.Keeper.Start();
        for (var i = 0; i < 100; i++) run.End($"1-{i:D3}", status: i is 3 or 40 or 98 ? 503 : 200);
        await run.PassAsync(() => store.Count > 0);

        var stored = store.Ids().Select(id => int.Parse(id[2..], null)).ToList();
        Assert.Subset(stored.ToHashSet(), new HashSet<int> { 3, 40, 98, 99 });
        Assert.InRange(stored.Count, 4, 13);
    }

    [Fact]
    public async Task One_that_failed_is_stored_though_ten_thousand_others_ended_before_anybody_looked()
    {
        await using var run = new Run(store, new TraceOptions { FullDetailBurst = 20_000 });
        run.Keeper.Start();
        run.End("1-failed", status: 503);
        for (var i = 0; i < new TraceOptions().Journeys + 500; i++) run.End($"1-{i}");
        await run.PassAsync(() => store.Count > 0);

        Assert.Contains("1-failed", store.Ids());
        Assert.Equal("1-failed", run.Book.Find("1-failed")?.Id);
        // It counted as lost until it was old enough to be stored.
        Assert.InRange(run.Keeper.PassedOver - (new TraceOptions().Journeys + 501 - store.Count), 0, 1);
        Assert.Equal(store.Count, run.Keeper.Stored);
    }

    [Fact]
    public async Task Those_that_a_busy_road_counts_alone_are_passed_over()
    {
        await using var run = new Run(store, new TraceOptions { FullDetailBurst = 10 });
        run.Keeper.Start();
        for (var i = 0; i < 100; i++) run.End($"1-{i}");
        await run.PassAsync(() => store.Count > 0);

        Assert.Equal((15, 85), (store.Count, run.Keeper.PassedOver));
    }

    [Fact]
    public async Task The_last_journeys_are_kept()
    {
        await using var run = new Run(store, new TraceOptions { Journeys = 5 });
        run.Keeper.Start();
        for (var i = 0; i < 4; i++) run.End($"1-00{i}");
        await run.PassAsync(() => store.Count == 4);
        for (var i = 4; i < 9; i++) run.End($"1-00{i}");
        await run.PassAsync(() => store.Ids().Contains("1-008"));
        Assert.Equal(["1-004", "1-005", "1-006", "1-007", "1-008"], store.Ids());
    }

    [Fact]
    public async Task Those_that_failed_are_kept_beside_the_others_and_for_longer()
    {
        var options = new TraceOptions { Journeys = 2, KeepFor = TimeSpan.FromDays(1), KeepFailedFor = TimeSpan.FromDays(10) };
        await using (var run = new Run(store, options))
        {
            run.Keeper.Start();
            for (var i = 0; i < 6; i++)
            {
                run.End($"1-00{i}", status: i < 3 ? 200 : 503);
                await run.PassAsync(() => store.Ids().Contains($"1-00{i}"));
            }

            Assert.Equal(["1-001", "1-002", "1-004", "1-005"], store.Ids());
        }

        await using (var later = new Run(store, options, after: TimeSpan.FromDays(5)))
        {
            later.Keeper.Start();
            Assert.Equal(["1-004", "1-005"], later.Book.Recent().Select(j => j.Id).Order(StringComparer.Ordinal));
            Assert.Equal(["1-004", "1-005"], store.Ids());
        }

        await using var last = new Run(store, options, after: TimeSpan.FromDays(20));
        last.Keeper.Start();
        Assert.Empty(store.Ids());
    }

    [Fact]
    public async Task A_store_that_fails_is_said_once_and_the_road_goes_on()
    {
        await using var run = new Run(store);
        run.Keeper.Start();
        store.Failure = "the disk is full";
        for (var i = 0; i < 3; i++)
        {
            var tries = store.Tries;
            run.End($"1-{i}");
            await run.PassAsync(() => store.Tries > tries);
        }

        // What fits in between is no recovery yet.
        foreach (var failure in new[] { null, "the disk is full", null })
        {
            var tries = store.Tries;
            store.Failure = failure;
            run.End($"1-{tries}");
            await run.PassAsync(() => store.Tries > tries);
        }

        Assert.Single(run.Log);
        await run.PassAsync(() =>
        {
            run.End("1-9");
            return run.Log.Count == 2;
        });
        Assert.Equal(
            ["Warning: Journeys are not stored: the disk is full. They are known until the road stops; said once", "Warning: Journeys are stored again"], run.Log);
        Assert.NotNull(run.Book.Find("1-0"));
    }

    [Fact]
    public async Task A_stored_value_that_cant_be_read_is_left_out()
    {
        store.Write(new StateBatch().Put(StoredKey.Arrived, "00000000000001~1-x~ok", [1, 2, 3]).Put(StoredKey.Arrived, "odd", []));
        await using var run = new Run(store);
        run.Keeper.Start();
        Assert.Null(run.Book.Find("1-x"));
        Assert.Empty(run.Book.Recent());
    }

    [Fact]
    public async Task Without_a_store_nothing_happens()
    {
        await using var run = new Run(null);
        run.Keeper.Start();
        run.End("1-a");
        await run.Keeper.StopAsync();
        Assert.NotNull(run.Book.Find("1-a"));
    }

    private static string JsonOf(Journey journey) => System.Text.Json.JsonSerializer.Serialize(journey, JourneyJson.Default.Journey);

    /// <summary>One run of the trace over the store.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly TestRoad records = new();
        private readonly FakeTimeProvider time = new(TestRoad.Start);
        private readonly ServiceProvider services;

        internal Run(IStateStore? store, TraceOptions? options = null, TimeSpan after = default, TimeSpan passing = default)
        {
            time.AutoAdvanceAmount = passing;
            time.Advance(after);
            var collection = new ServiceCollection().AddSingleton<TimeProvider>(time).AddSingleton<ILogger<JourneyKeeper>>(new Lines(Log)).AddSingleton(options ?? new TraceOptions()).AddTrace();
            if (store is not null) collection.AddSingleton(store);
            services = collection.BuildServiceProvider();
            _ = Book;
        }

        internal ConcurrentQueue<string> Log { get; } = new();

        internal JourneyKeeper Keeper => services.GetRequiredService<JourneyKeeper>();

        internal JourneyBook Book => services.GetRequiredService<JourneyBook>();

        internal void End(string id, int status = 200)
        {
            var record = records.LoadBalancer();
            (record.JourneyId, record.Status, record.EndedAt) = (id, status, time.GetTimestamp());
            services.GetRequiredService<JourneyLog>().Add(record);
        }

        internal void Fail(string outcome)
        {
            var failed = TestRoad.Handshake();
            (failed.DoneAt, failed.FailedAt, failed.Outcome, failed.Failure) = (0, time.GetTimestamp(), outcome, "why");
            services.GetRequiredService<JourneyLog>().Add(failed);
        }

        /// <summary>Lets time pass until a condition holds, which the keeper's own thread brings about.</summary>
        internal async Task PassAsync(Func<bool> condition)
        {
            using var limit = new CancellationTokenSource(Limit);
            while (!condition())
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(5, limit.Token);
            }
        }

        public ValueTask DisposeAsync() => services.DisposeAsync();
    }

    private sealed class MemoryStore : IStateStore
    {
        private readonly SortedDictionary<(string Collection, string Key), byte[]> values = new(Comparer<(string Collection, string Key)>.Create((one, other) => string.CompareOrdinal($"{one.Collection} {one.Key}", $"{other.Collection} {other.Key}")));

        internal string? Failure { get; set; }

        internal int Tries { get; private set; }

        internal int Count
        {
            get
            {
                lock (values) return values.Count;
            }
        }

        internal IReadOnlyList<string> Ids()
        {
            lock (values) return [.. values.Keys.Select(k => k.Key.Split('~')[1]).Order(StringComparer.Ordinal)];
        }

        public byte[]? Find(string collection, string key)
        {
            lock (values) return values.GetValueOrDefault((collection, key));
        }

        public IReadOnlyList<string> Keys(string collection)
        {
            lock (values) return [.. values.Keys.Where(k => k.Collection == collection).Select(k => k.Key)];
        }

        public void Write(StateBatch batch)
        {
            lock (values)
            {
                Tries++;
                if (Failure is not null) throw new StateStoreException(Failure);
                foreach (var change in batch.Changes)
                {
                    var own = values.Keys.Where(k => k.Collection == change.Collection).ToList();
                    if (change.Kind == StateChangeKind.Put) values[(change.Collection, change.Key)] = change.Value.ToArray();
                    else if (change.Kind == StateChangeKind.KeepLast) foreach (var old in own.SkipLast(change.Count)) values.Remove(old);
                    else if (change.Kind == StateChangeKind.KeepFrom) foreach (var old in own.Where(k => string.CompareOrdinal(k.Key, change.Key) < 0)) values.Remove(old);
                    else throw new NotSupportedException();
                }
            }
        }
    }

    private sealed class Lines(ConcurrentQueue<string> all) : ILogger<JourneyKeeper>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            all.Enqueue($"{logLevel}: {formatter(state, exception)}");
    }
}
