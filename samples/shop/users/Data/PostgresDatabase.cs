using System.Data.Common;
using System.Diagnostics;
using Npgsql;

namespace Shop.Users.Data;

/// <summary>A PostgreSQL database. Npgsql makes the spans, without knowing what a query does: that is added here.</summary>
internal sealed class PostgresDatabase : IDatabase, IAsyncDisposable
{
    // Any number that no other program of this database uses for the same purpose.
    private const long SchemaLock = 0x73686f70_75736572;

    private const string CreateTable = """
        CREATE TABLE IF NOT EXISTS users (
            id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name       text NOT NULL,
            email      text NOT NULL UNIQUE,
            created_at timestamptz NOT NULL
        )
        """;

    private readonly NpgsqlDataSource _source;

    /// <summary>Connects on first use.</summary>
    public PostgresDatabase(string connectionString)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(connectionString);
        builder.EnableTransportSecurity();
        builder.ConfigureTracing(spans => spans
            .ConfigureCommandSpanNameProvider(command => Queries.SpanNameOf(command.CommandText))
            .ConfigureCommandEnrichmentCallback((span, command) => span
                .SetTag("db.collection.name", Queries.Table)
                .SetTag("db.operation.name", Queries.OperationOf(command.CommandText))));
        _source = builder.Build();
    }

    /// <inheritdoc/>
    public async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken) => await _source.OpenConnectionAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task CreateSchemaAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Two CREATE TABLE IF NOT EXISTS at once can still collide in the catalogue; the lock ends with the transaction.
        await RunAsync("SELECT pg_advisory_xact_lock(@lock)", ("lock", SchemaLock));
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
    public Activity? StartSpan(string query) => null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
