using System.Runtime.CompilerServices;

namespace Usher.Trace;

/// <summary>Tells the items of a ring as they are added, to followers that never slow who adds them.</summary>
/// <param name="ring">The ring.</param>
/// <param name="options">How often a follower is woken at most.</param>
/// <param name="time">The clock.</param>
/// <param name="passedOver">How many ended and aren't in the ring, since it has a sample of them; null where it has all.</param>
internal sealed class RingFeed<TRecord>(Ring<TRecord> ring, TraceOptions options, TimeProvider time, Func<long>? passedOver = null) where TRecord : class
{
    /// <summary>How much longer a follower waits that is told of many: of a wake most is the waking.</summary>
    private const int BusyFactor = 8;

    private readonly Pulse added = new();

    /// <summary>Wakes the followers. Call it after each add.</summary>
    public void Beat() => added.Beat();

    /// <summary>What is added from this call on, until cancelled; what came before the cancellation still comes.</summary>
    /// <param name="told">Made of some items, a list that is filled again, and of how many gave way before them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<TEnded> FollowAsync<TEnded>(Func<List<TRecord>, long, TEnded> told, CancellationToken cancellationToken) => FollowAsync(ring.Newest, told, cancellationToken);

    private async IAsyncEnumerable<TEnded> FollowAsync<TEnded>(long seen, Func<List<TRecord>, long, TEnded> told, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ended = new List<TRecord>();
        var (missed, passed) = (0L, passedOver?.Invoke() ?? 0);
        while (true)
        {
            var next = added.Next();
            var last = cancellationToken.IsCancellationRequested;
            var count = 0;
            long before;
            do
            {
                before = seen;
                missed += ring.After(ref seen, ended);
                if (ended.Count == 0) continue;
                count += ended.Count;
                yield return told(ended, missed);
                ended.Clear();
                missed = 0;
            }
            while (seen > before);

            if (last) yield break;
            try
            {
                await next.WaitAsync(cancellationToken);
                var passedBefore = passed;
                passed = passedOver?.Invoke() ?? 0;
                var pause = options.FeedInterval * (IsBusy(count, passed - passedBefore) ? BusyFactor : 1);
                if (pause > TimeSpan.Zero) await Task.Delay(pause, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Once more round the loop, for what ended before the cancellation.
            }
        }
    }

    // Not where so many come that by then the first would have given way.
    private bool IsBusy(int told, long passed) => told + passed >= options.FeedBusy && told <= options.Journeys / (2 * BusyFactor);
}
