using Microsoft.Extensions.Logging;
using Usher.Model.Journeys;
using Usher.Trace.Journeys;
using Usher.Trace.Otlp;

namespace Usher.Trace.Export;

/// <summary>
/// Sends every finished journey, and what applications send, to a backend; in the background, so that no request waits. Every <see cref="TraceOptions.ExportInterval"/>:
/// <list type="number">
/// <item>Take the requests and failed handshakes that ended since and whose late records had time to come, at most <see cref="TraceOptions.ExportJourneys"/>. Until then they wait where they are kept anyway, so that of too many the oldest give way.</item>
/// <item>Tell them, write their spans, and put applications' batches behind them, as they came.</item>
/// <item>Send. What may be taken later is tried again, at growing intervals or when the backend says, for <see cref="TraceOptions.ExportPatience"/>; meanwhile nothing else is told.</item>
/// </list>
/// A stop sends what is left, for <see cref="TraceOptions.ExportStopLimit"/>.
/// </summary>
public sealed class SpanExporter : IAsyncDisposable, ISpanRelay
{
    private const int BatchBytes = 1 << 20;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly JourneyLog log;
    private readonly JourneyBook book;
    private readonly IOtlpSender sender;
    private readonly string backend;
    private readonly TraceOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly SpanQueue queue;
    private readonly BackgroundLoop loop;
    private Batch? unsent;
    private long request;
    private long handshake;
    private long lostJourneys;
    private long lostSpans;
    private long sentJourneys;
    private bool failing;
    private bool refused;
    private bool partly;
    private int overrun;

    internal SpanExporter(JourneyLog log, JourneyBook book, IOtlpSender sender, string backend, TraceOptions options, TimeProvider time, ILogger<SpanExporter> logger)
    {
        this.log = log;
        this.book = book;
        this.sender = sender;
        this.backend = backend;
        this.options = options;
        this.time = time;
        this.logger = logger;
        queue = new SpanQueue(options.ExportQueueBytes);
        loop = new BackgroundLoop(options.ExportInterval, time, ExportAsync);
    }

    /// <summary>Where spans go, for a person.</summary>
    public string Backend => backend;

    /// <summary>Journeys that a backend took so far.</summary>
    internal long SentJourneys => Interlocked.Read(ref sentJourneys);

    /// <summary>Journeys, and spans of applications, that were lost so far.</summary>
    internal (long Journeys, long Spans) Lost => (Interlocked.Read(ref lostJourneys), Interlocked.Read(ref lostSpans));

    /// <summary>Begins. Once.</summary>
    public void Start() => loop.Start();

    void ISpanRelay.Offer(AppBatch batch) => Lose(0, queue.Add(batch));

    /// <summary>Sends what wasn't sent yet, as far as the time goes, says what was lost, and ends.</summary>
    public async Task StopAsync()
    {
        if (!await loop.StopAsync()) return;
        using var limit = new CancellationTokenSource(options.ExportStopLimit, time);
        try
        {
            while (!limit.IsCancellationRequested && Next(long.MaxValue) is { } batch) await DeliverAsync(batch, limit.Token);
        }
        catch (OperationCanceledException)
        {
            if (unsent is { } left) Lose(left.Journeys, left.Spans, quietly: true);
            unsent = null;
        }

        Lose(log.Waiting(request, handshake), queue.Take(int.MaxValue).Sum(b => b.Spans), quietly: true);
        if (Lost is var (journeys, spans) && journeys + spans > 0) logger.SpansLostInAll(backend, journeys, spans);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Registered as two services, it is disposed of as two: both can be done again.
        await loop.DisposeAsync();
        sender.Dispose();
    }

    private async Task ExportAsync(CancellationToken cancellationToken)
    {
        var until = time.GetTimestamp() - Clock.Ticks(options.ExportSettle, time);
        if (Next(until) is { } batch) await DeliverAsync(batch, cancellationToken);
    }

    /// <summary>The next batch; null when nothing waits.</summary>
    private Batch? Next(long until)
    {
        if (unsent is { } left) return left;
        // 1
        var (requests, handshakes) = (new List<RequestRecord>(), new List<HandshakeRecord>());
        Lose(log.Ended(ref request, until, options.ExportJourneys, requests) + log.Handshakes.Failed.OfClients(ref handshake, until, options.ExportJourneys, handshakes), 0);
        // 2
        var spans = new List<ExportedSpan>();
        foreach (var ended in requests) Tell(spans, () => book.Tell(ended));
        foreach (var failed in handshakes) Tell(spans, () => book.Tell(failed));
        var batches = queue.Take(BatchBytes);
        if (spans.Count + batches.Count == 0) return null;
        return unsent = new Batch(Together([SpanWriter.Write(spans), .. batches.Select(b => b.Bytes)]), requests.Count + handshakes.Count, batches.Sum(b => b.Spans));
    }

    /// <summary>Messages one after the other, which are one again.</summary>
    private static byte[] Together(IReadOnlyList<ReadOnlyMemory<byte>> messages)
    {
        var all = new byte[messages.Sum(m => m.Length)];
        var rest = all.AsSpan();
        foreach (var message in messages)
        {
            message.Span.CopyTo(rest);
            rest = rest[message.Length..];
        }

        return all;
    }

    /// <summary>A journey that can't be told is not to end the export of all others.</summary>
    private void Tell(List<ExportedSpan> into, Func<Journey> journey)
    {
        try
        {
            into.AddRange(JourneySpans.Of(journey()));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.ExportFault(e);
        }
    }

    /// <summary>3: sends a batch until it is taken, or never will be.</summary>
    private async Task DeliverAsync(Batch batch, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            var answer = await sender.SendAsync(batch.Bytes, cancellationToken);
            if (answer.Outcome != SendOutcome.Later)
            {
                unsent = null;
                Settle(batch, answer);
                return;
            }

            if (!failing) logger.SpansNotTaken(backend, answer.Why ?? "no reason was given", options.ExportPatience.TotalSeconds);
            failing = true;
            // Not all at the same moments: half of it is drawn.
            var wait = answer.After ?? pause * (0.5 + Random.Shared.NextDouble() / 2);
            pause = TimeSpan.FromTicks(Math.Min((long)(pause.Ticks * 1.5), LongestPause.Ticks));
            if (time.GetElapsedTime(began) + wait > options.ExportPatience)
            {
                unsent = null;
                Lose(batch.Journeys, batch.Spans, quietly: true);
                return;
            }

            await Task.Delay(wait, time, cancellationToken);
        }
    }

    private void Settle(Batch batch, SendAnswer answer)
    {
        if (answer.Outcome == SendOutcome.Never)
        {
            Lose(batch.Journeys, batch.Spans, quietly: true);
            if (!refused) logger.SpansRefused(backend, answer.Why ?? "no reason was given");
            refused = true;
            return;
        }

        Interlocked.Add(ref sentJourneys, batch.Journeys);
        if (failing || refused) logger.SpansTakenAgain(backend, Lost.Journeys, Lost.Spans);
        failing = refused = false;
        if ((answer.Rejected > 0 || answer.Why is not null) && !partly) logger.SpansTakenInPart(backend, answer.Rejected, answer.Why ?? "no reason was given");
        partly |= answer.Rejected > 0 || answer.Why is not null;
    }

    /// <summary>Counts what is lost, and says so once where nobody said why.</summary>
    private void Lose(long journeys, long spans, bool quietly = false)
    {
        if (journeys + spans <= 0) return;
        Interlocked.Add(ref lostJourneys, journeys);
        Interlocked.Add(ref lostSpans, spans);
        if (quietly || Interlocked.Exchange(ref overrun, 1) != 0) return;
        logger.SpansLost(backend, (int)(options.ExportJourneys / options.ExportInterval.TotalSeconds));
    }

    private sealed record Batch(byte[] Bytes, int Journeys, int Spans);
}
