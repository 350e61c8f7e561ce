using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;

namespace Usher.Control.State;

/// <summary>Where the state is.</summary>
/// <param name="Directory">The state folder; <c>usher.db</c> lives there, readable by its owner only.</param>
public sealed record StateStoreOptions(string Directory)
{
    /// <summary>The largest size in pages of 4 KiB; 0 for no limit. For tests of a full disk.</summary>
    internal int MaxPages { get; init; }
}

/// <summary>
/// The store in one SQLite file, opened when it is first needed. Write-ahead log, and every commit forced to the disk (<c>synchronous=FULL</c>): what a
/// call wrote is there after a kill or a loss of power, and what it didn't finish leaves no trace (sqlite.org, "Write-Ahead Logging").
/// </summary>
public sealed class SqliteStateStore(StateStoreOptions options, ILogger<SqliteStateStore> log) : IStateStore, IDisposable
{
    private readonly Lock gate = new();
    private SqliteConnection? connection;
    private bool closed;

    /// <inheritdoc/>
    public byte[]? Find(string collection, string key) => Do(database =>
    {
        using var command = Command(database, "SELECT value FROM entry WHERE collection = $c AND key = $k", collection, key);
        return command.ExecuteScalar() as byte[];
    });

    /// <inheritdoc/>
    public IReadOnlyList<string> Keys(string collection) => Do<IReadOnlyList<string>>(database =>
    {
        using var command = Command(database, "SELECT key FROM entry WHERE collection = $c ORDER BY key", collection);
        using var rows = command.ExecuteReader();
        var keys = new List<string>();
        while (rows.Read()) keys.Add(rows.GetString(0));
        return keys;
    });

    /// <inheritdoc/>
    public void Write(StateBatch batch) => Do(database =>
    {
        // Immediate: whoever else writes is waited for here, and not in the middle.
        using var transaction = database.BeginTransaction(deferred: false);
        foreach (var change in batch.Changes) Apply(database, change);
        transaction.Commit();
        return 0;
    });

    /// <summary>Closes the file; the write-ahead log goes into it.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            connection?.Dispose();
            connection = null;
        }
    }

    private static void Apply(SqliteConnection database, StateChange change)
    {
        using var command = change.Kind switch
        {
            StateChangeKind.Put => Command(
                database, "INSERT INTO entry (collection, key, value) VALUES ($c, $k, $v) ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value",
                change.Collection, change.Key),
            StateChangeKind.PutNew => Command(
                database, "INSERT INTO entry (collection, key, value) VALUES ($c, $k, $v) ON CONFLICT (collection, key) DO NOTHING", change.Collection, change.Key),
            StateChangeKind.KeepFrom => Command(database, "DELETE FROM entry WHERE collection = $c AND key < $k", change.Collection, change.Key),
            StateChangeKind.Remove => Command(database, "DELETE FROM entry WHERE collection = $c AND key = $k", change.Collection, change.Key),
            _ => Command(
                database,
                "DELETE FROM entry WHERE collection = $c AND key <= (SELECT key FROM entry WHERE collection = $c ORDER BY key DESC LIMIT 1 OFFSET $n)",
                change.Collection),
        };
        if (change.Kind is StateChangeKind.Put or StateChangeKind.PutNew) command.Parameters.AddWithValue("$v", change.Value.ToArray());
        if (change.Kind == StateChangeKind.KeepLast) command.Parameters.AddWithValue("$n", change.Count);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection database, string text, string collection, string? key = null)
    {
        var command = database.CreateCommand();
        command.CommandText = text;
        command.Parameters.AddWithValue("$c", collection);
        if (key is not null) command.Parameters.AddWithValue("$k", key);
        return command;
    }

    private T Do<T>(Func<SqliteConnection, T> work)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            try
            {
                connection ??= StateDatabase.Open(options, log);
                return work(connection);
            }
            catch (SqliteException e)
            {
                throw StateDatabase.Explain(options, e);
            }
        }
    }
}
