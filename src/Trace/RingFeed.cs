using System.Runtime.CompilerServices;

namespace Usher.Trace;

/// <summary>Tells the items of a ring as they are added, to followers that never slow who adds them.</summary>
/// <param name="added">Beats after each add.</param>
/// <param name="options">How often a follower is woken at most.</param>
/// <param name="time">The clock.</param>
internal sealed class RingFeed(Pulse added, TraceOptions options, TimeProvider time)
{
    /// <summary>What is added from this call on, until cancelled; what came before the cancellation still comes.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="told">Made of some items, a list that is filled again, and of how many gave way before them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<TEnded> FollowAsync<TRecord, TEnded>(Ring<TRecord> ring, Func<List<TRecord>, long, TEnded> told, CancellationToken cancellationToken)
        where TRecord : class => FollowAsync(ring, ring.Newest, told, cancellationToken);

    private async IAsyncEnumerable<TEnded> FollowAsync<TRecord, TEnded>(
        Ring<TRecord> ring, long seen, Func<List<TRecord>, long, TEnded> told, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TRecord : class
    {
        var ended = new List<TRecord>();
        var missed = 0L;
        while (true)
        {
            var next = added.Next();
            var last = cancellationToken.IsCancellationRequested;
            long before;
            do
            {
                before = seen;
                missed += ring.After(ref seen, ended);
                if (ended.Count == 0) continue;
                yield return told(ended, missed);
                ended.Clear();
                missed = 0;
            }
            while (seen > before);

            if (last) yield break;
            try
            {
                await next.WaitAsync(cancellationToken);
                if (options.FeedInterval > TimeSpan.Zero) await Task.Delay(options.FeedInterval, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Once more round the loop, for what ended before the cancellation.
            }
        }
    }
}
