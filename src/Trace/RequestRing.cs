using Usher.Model.Journeys;

namespace Usher.Trace;

/// <summary>
/// Requests' records: the newest, and beside them the newest that failed. On a busy road a record gives way within seconds; those that failed are what somebody looks for, and don't give way to others that arrived.
/// </summary>
/// <param name="capacity">Records kept. At least 1.</param>
/// <param name="failedCapacity">Records kept of those that failed. At least 1.</param>
/// <param name="keyOf">What a record is found by.</param>
internal sealed class RequestRing(int capacity, int failedCapacity, Func<RequestRecord, string?> keyOf)
{
    private readonly Ring<FailedRequest> failed = new(failedCapacity, f => keyOf(f.Request));

    /// <summary>All of them, failed ones too.</summary>
    public Ring<RequestRecord> All { get; } = new(capacity, keyOf);

    /// <summary>Those that failed, by their numbers in <see cref="All"/>.</summary>
    public Ring<FailedRequest> Failed => failed;

    /// <summary>Adds a record.</summary>
    public void Add(RequestRecord record)
    {
        var number = All.Add(record);
        if (record.IsFailed) failed.Add(new FailedRequest(number, record));
    }

    /// <summary>Everything kept, the newest first: all, then those that failed before them.</summary>
    public IEnumerable<RequestRecord> NewestFirst()
    {
        var told = new HashSet<RequestRecord>();
        foreach (var record in All.NewestFirst())
        {
            if (record.IsFailed) told.Add(record);
            yield return record;
        }

        var oldest = All.Oldest;
        foreach (var older in failed.NewestFirst())
        {
            // What has just come isn't older: it was left out above.
            if (older.Number < oldest && told.Add(older.Request)) yield return older.Request;
        }
    }

    /// <summary>What is kept under a key, the newest first.</summary>
    public IEnumerable<RequestRecord> With(string key) => All.With(key).Concat(failed.With(key).Select(f => f.Request)).Distinct();
}

/// <summary>A request that failed.</summary>
/// <param name="Number">Its number among all.</param>
/// <param name="Request">Its record.</param>
internal sealed record FailedRequest(long Number, RequestRecord Request);
