using System.Data.Common;
using System.Diagnostics;

namespace Shop.Users.Data;

/// <summary>What differs between the databases: how to connect, to create the tables and to trace. The queries are the same.</summary>
internal interface IDatabase
{
    /// <summary>An open connection from the pool.</summary>
    Task<DbConnection> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>Creates the table and its first rows unless they are there. Replicas may all do so at once.</summary>
    Task CreateSchemaAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The span of one query, or null when nobody listens or the driver makes its own.</summary>
    Activity? StartSpan(string query);
}
