using Usher.Model.Journeys;

namespace Usher.Trace;

/// <summary>
/// Reads requests' records in the order in which they ended, each once. Of those that gave way before they were read, the ones that failed are still told. One reader at a time.
/// </summary>
/// <param name="requests">The records.</param>
/// <param name="last">The number of the last that isn't wanted; 0 for all.</param>
/// <param name="lastFailed">The same of those that failed.</param>
/// <param name="passedOver">How many ended so far that have no record, as they aren't kept in full.</param>
internal sealed class EndedRequestReader(RequestRing requests, long last, long lastFailed, Func<long> passedOver)
{
    private long lastPassedOver = passedOver();

    // Those that failed, and that the reading of all hasn't come to yet.
    private readonly List<FailedRequest> ahead = [];

    // Those that failed and gave way before it came to them: they are told once they have had their time.
    private readonly List<RequestRecord> saved = [];
    private long last = last;
    private long lastFailed = lastFailed;

    /// <summary>The records that ended until a moment and weren't read yet; first those that have given way and failed.</summary>
    /// <param name="until">The moment.</param>
    /// <param name="lost">How many have given way since the last reading or aren't kept in full, and won't be told.</param>
    public IReadOnlyList<RequestRecord> Read(long until, out long lost)
    {
        var before = last;
        var ended = new List<RequestRecord>();
        var gone = requests.All.After(ref last, ended, r => r.EndedAt <= until);
        requests.Failed.After(ref lastFailed, ahead);
        var rescued = ahead.Where(f => f.Number > before && f.Number <= before + gone).Select(f => f.Request).ToList();
        ahead.RemoveAll(f => f.Number <= last);
        saved.AddRange(rescued);
        var passed = passedOver();
        lost = gone - rescued.Count + passed - lastPassedOver;
        lastPassedOver = passed;

        var told = saved.Where(r => r.EndedAt <= until).ToList();
        saved.RemoveAll(r => r.EndedAt <= until);
        return told.Count == 0 ? ended : [.. told, .. ended];
    }
}
