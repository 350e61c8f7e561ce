using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Shop.Users.Data;

/// <summary>A SQLite file that several processes share.</summary>
internal sealed class SqliteDatabase(string file) : IDatabase
{
    /// <summary>Microsoft.Data.Sqlite has no spans of its own.</summary>
    public static readonly ActivitySource Spans = new("Shop.Users.Sqlite");

    // Settings of a connection. A writer waits for another's commit; in WAL mode readers never wait.
    private const string OnConnect = "PRAGMA busy_timeout = 5000; PRAGMA synchronous = NORMAL;";

    private const string CreateTable = """
        CREATE TABLE IF NOT EXISTS users (
            id         INTEGER PRIMARY KEY AUTOINCREMENT,
            name       TEXT NOT NULL,
            email      TEXT NOT NULL UNIQUE,
            created_at TEXT NOT NULL
        )
        """;

    private readonly string _connectionString = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 5 }.ToString();

    private readonly string _name = Path.GetFileName(file);

    /// <inheritdoc/>
    public async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.Command(OnConnect);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task CreateSchemaAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = (SqliteConnection)await ConnectAsync(cancellationToken);
        await RunAsync("PRAGMA journal_mode = WAL");

        // BEGIN IMMEDIATE: the first replica holds the write lock until the table and its rows are there, the others wait for it.
        await using var transaction = connection.BeginTransaction(deferred: false);
        await RunAsync(CreateTable);
        await RunAsync(Queries.Seed, ("created_at", now));
        await transaction.CommitAsync(cancellationToken);

        async Task RunAsync(string sql, params (string, object)[] parameters)
        {
            await using var command = connection.Command(sql, parameters);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Activity? StartSpan(string query) => !Spans.HasListeners()
        ? null
        : Spans.StartActivity(Queries.SpanNameOf(query), ActivityKind.Client, default(ActivityContext),
        [
            new("db.system.name", "sqlite"),
            new("db.namespace", _name),
            new("db.collection.name", Queries.Table),
            new("db.operation.name", Queries.OperationOf(query)),
            new("db.query.text", query),
        ]);
}
