using Usher.Model.Journeys;

namespace Usher.Trace;

/// <summary>
/// Reads requests' records in the order in which they ended, each once. Of those that gave way before they were read, the ones that failed are still told. One reader at a time.
/// </summary>
/// <param name="requests">The records.</param>
/// <param name="last">The number of the last that isn't wanted; 0 for all.</param>
/// <param name="lastFailed">The same of those that failed.</param>
internal sealed class EndedRequestReader(RequestRing requests, long last, long lastFailed)
{
    /// <summary>Gaps that are remembered: a record waits for a moment or two before it is read, and each reading makes one gap at most.</summary>
    private const int MostGaps = 64;

    private readonly Queue<(long After, long To)> gaps = new();
    private readonly List<FailedRequest> waiting = [];
    private long last = last;
    private long lastFailed = lastFailed;

    /// <summary>How many of those that ended so far weren't told, as they had given way.</summary>
    public long Lost { get; private set; }

    /// <summary>The records that ended until a moment and weren't read yet; first those that have given way and failed.</summary>
    public IReadOnlyList<RequestRecord> Read(long until)
    {
        var before = last;
        var ended = new List<RequestRecord>();
        var lost = requests.All.After(ref last, ended, r => r.EndedAt <= until);
        if (lost > 0)
        {
            gaps.Enqueue((before, before + lost));
            if (gaps.Count > MostGaps) gaps.Dequeue();
        }

        requests.Failed.After(ref lastFailed, waiting, f => f.Request.EndedAt <= until);
        // Which of them gave way is known once the others have been read that far.
        var passed = waiting.Where(f => f.Number <= last).ToList();
        var recovered = passed.Where(f => gaps.Any(g => f.Number > g.After && f.Number <= g.To)).Select(f => f.Request).ToList();
        waiting.RemoveAll(f => f.Number <= last);
        Lost += lost - recovered.Count;
        return recovered.Count == 0 ? ended : [.. recovered, .. ended];
    }
}
