using System.Net;
using Usher.Model.Journeys;

namespace Usher.Trace;

/// <summary>The newest queries that the name server answered.</summary>
/// <param name="capacity">Queries kept. At least 1.</param>
internal sealed class DnsQueries(int capacity)
{
    private readonly Ring<DnsRecord> queries = new(capacity);

    /// <summary>Adds one.</summary>
    public void Add(DnsRecord record) => queries.Add(record);

    /// <summary>The record of a query, or null.</summary>
    /// <param name="client">Where the query came from; an address of 0.0.0.0 stands for any.</param>
    /// <param name="queryId">The query's id.</param>
    /// <param name="from">Ticks before which the query can't have been.</param>
    /// <param name="to">Ticks after which it can't have been.</param>
    public DnsRecord? Find(IPEndPoint client, ushort queryId, long from, long to)
    {
        var plain = client.Plain();
        return queries.NewestFirst().FirstOrDefault(
            q => q.QueryId == queryId && q.Client.Port == plain.Port && q.StartedAt >= from && q.StartedAt <= to
                && (plain.Address.Equals(IPAddress.Any) || q.Client.Plain().Address.Equals(plain.Address)));
    }
}
