using Shop.Users.Data;

namespace Shop.Users.Tests;

/// <summary>Many replicas that create the schema at the same moment: closer together than processes ever start.</summary>
public sealed class SchemaTests(PostgresServer postgres)
{
    private const int Replicas = 8;
    private const int Rounds = 10;

    [Fact]
    public async Task A_new_SQLite_file_is_prepared_once_by_many()
    {
        using var folder = new Folder();
        for (var round = 0; round < Rounds; round++)
        {
            var file = folder.File($"{round}.db");
            await IsPreparedOnceAsync(() => new SqliteDatabase(file));
        }
    }

    [Fact]
    public async Task A_new_PostgreSQL_database_is_prepared_once_by_many()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var settings = PostgresSettings.Parse(await postgres.NewDatabaseAsync());
            await IsPreparedOnceAsync(() => new PostgresDatabase(settings.ConnectionString));
        }
    }

    private static async Task IsPreparedOnceAsync(Func<IDatabase> replica)
    {
        var databases = Enumerable.Range(0, Replicas).Select(_ => replica()).ToList();
        using var start = new Barrier(Replicas);
        await Task.WhenAll(databases.Select(database => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait(Wait.Limit);
            return database.CreateSchemaAsync(TimeProvider.System.GetUtcNow(), CancellationToken.None);
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        foreach (var database in databases)
        {
            var users = await new UserStore(database, TimeProvider.System).ListAsync(CancellationToken.None);
            Assert.Equal([1L, 2L, 3L], users.Select(user => user.Id));
            if (database is IAsyncDisposable pool) await pool.DisposeAsync();
        }
    }
}
