using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Trace.Journeys;

namespace Usher.Trace.Keeping;

/// <summary>
/// Stores ended journeys in the background, so that a restart still knows them. Every <see cref="TraceOptions.KeepInterval"/>:
/// <list type="number">
/// <item>Take the requests and failed handshakes that ended since, and whose late records had time to come.</item>
/// <item>Of more than <see cref="TraceOptions.KeepBatch"/> the newest of those that arrived, for <see cref="TraceOptions.KeepBusy"/> at most, and <see cref="TraceOptions.KeepFailed"/> that failed: a busy road isn't slowed down to be written up.</item>
/// <item>Tell them, store them in one batch, and let those go that are over their time, or too many.</item>
/// </list>
/// A stop stores what is left; a kill loses what ended in the last interval and the time for late records.
/// </summary>
public sealed class JourneyKeeper : IAsyncDisposable
{
    private readonly JourneyLog log;
    private readonly JourneyBook book;
    private readonly StoredJourneys stored;
    private readonly IStateStore? store;
    private readonly TraceOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly BackgroundLoop loop;
    private readonly EndedRequestReader requests;
    private long handshake;
    private bool failing;
    private long failedAt;
    private long passedOver;

    internal JourneyKeeper(JourneyLog log, JourneyBook book, StoredJourneys stored, IStateStore? store, TraceOptions options, TimeProvider time, ILogger<JourneyKeeper> logger)
    {
        this.log = log;
        this.book = book;
        this.stored = stored;
        this.store = store;
        this.options = options;
        this.time = time;
        this.logger = logger;
        requests = log.Ended(earlier: true);
        loop = new BackgroundLoop(options.KeepInterval, time, KeepOrSay);
    }

    /// <summary>Journeys of this run that were not stored and won't be: more ended than are, or the store couldn't be written.</summary>
    public long PassedOver => Volatile.Read(ref passedOver);

    /// <summary>Journeys that are stored now, of earlier runs too.</summary>
    public int Stored => stored.Count;

    /// <summary>Looks for journeys of earlier runs, and begins to store this run's. Once; without a state store nothing happens.</summary>
    public void Start()
    {
        if (store is not null) loop.Start(Open);
    }

    /// <summary>Stores what isn't stored yet, the newest first, as far as the time goes (<see cref="TraceOptions.KeepStopLimit"/>), and ends.</summary>
    public async Task StopAsync()
    {
        if (!await loop.StopAsync()) return;
        var began = time.GetTimestamp();
        KeepRest(requests.Read(long.MaxValue, out _), book.Tell, began);
        KeepRest(log.Handshakes.Failed.OfClients(ref handshake, long.MaxValue), book.Tell, began);
    }

    private void KeepRest<TRecord>(IReadOnlyList<TRecord> ended, Func<TRecord, Journey> tell, long began)
    {
        foreach (var part in ended.Reverse().Chunk(options.KeepBatch).TakeWhile(_ => time.GetElapsedTime(began) < options.KeepStopLimit))
        {
            Interlocked.Add(ref passedOver, part.Length - Write(part.Select(tell)));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => loop.DisposeAsync();

    private void Open()
    {
        try
        {
            stored.Open();
        }
        catch (StateStoreException e)
        {
            logger.EarlierJourneysUnreadable(e.Message);
        }

        Write([]);
    }

    /// <summary>A journey that can't be told is not to end the storing of all others.</summary>
    private void KeepOrSay()
    {
        try
        {
            Keep();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.KeepingFault(e);
        }
    }

    private void Keep()
    {
        // 1
        var until = time.GetTimestamp() - Clock.Ticks(options.KeepSettle, time);
        var ended = requests.Read(until, out var lost);
        var handshakes = log.Handshakes.Failed.OfClients(ref handshake, until);
        if (ended.Count + handshakes.Count + lost == 0) return;

        // 2 and 3
        var (began, busy) = (time.GetTimestamp(), ended.Count > options.KeepBatch);
        var taken = ended.Reverse().Take(options.KeepBatch).TakeWhile(_ => !busy || time.GetElapsedTime(began) < options.KeepBusy).Where(r => !busy || !r.IsFailed).Select(book.Tell)
            .Concat(busy ? ended.Reverse().Where(r => r.IsFailed).Take(options.KeepFailed).Select(book.Tell) : [])
            .Concat(handshakes.Reverse().Take(options.KeepBatch + options.KeepFailed).Select(book.Tell));
        Interlocked.Add(ref passedOver, lost + ended.Count + handshakes.Count - Write(taken));
    }

    /// <summary>Writes journeys, each as it is told: a journey is large, and is done with once it is bytes.</summary>
    /// <returns>How many were stored.</returns>
    private int Write(IEnumerable<Journey> journeys)
    {
        var batch = new StateBatch();
        var written = journeys.Select(journey => StoredJourneys.Put(batch, journey)).ToList();
        StoredJourneys.Trim(batch, options, time.GetUtcNow());
        try
        {
            store!.Write(batch);
            stored.Wrote(written, options);
            // On a disk that is all but full small batches fit and larger ones don't: to tell each would never end.
            if (!failing || time.GetElapsedTime(failedAt) < options.KeepCalm) return written.Count;
            logger.JourneysStoredAgain();
            failing = false;
            return written.Count;
        }
        catch (StateStoreException e)
        {
            // The road goes on; these are known as long as it runs.
            if (!failing) logger.JourneysNotStored(e.Message);
            (failing, failedAt) = (true, time.GetTimestamp());
            return 0;
        }
    }
}
