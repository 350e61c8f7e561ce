using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsCheck;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Usher.Control.State;
using Usher.Model.Contracts;

[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]

namespace Usher.Control.Tests;

/// <summary>The state's file: what a batch promises, and what becomes of files that can't be used.</summary>
[Trait("user", "matters")]
public sealed class StateStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("usher-state-").FullName;
    private readonly List<SqliteStateStore> stores = [];

    public void Dispose()
    {
        foreach (var store in stores) store.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Nothing_is_made_before_it_is_needed_and_then_it_is_its_owners_only()
    {
        var store = Open(Path.Combine(folder, "new"));
        Assert.False(Directory.Exists(Path.Combine(folder, "new")));
        Assert.Null(store.Find("a", "b"));

        store.Write(new StateBatch().Put("a", "b", [1]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(folder, "new")));
        var files = Directory.GetFiles(Path.Combine(folder, "new"));
        Assert.Contains(files, f => f.EndsWith("-wal", StringComparison.Ordinal));
        Assert.All(files, f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
    }

    /// <summary>Whatever is written in whichever batches, a store says what a dictionary would, also after it was closed.</summary>
    [Fact]
    public void Says_what_a_dictionary_would() =>
        Gen.Select(
                Gen.Enum<StateChangeKind>(), Gen.OneOf("a", "b"), Gen.Int[0, 9].Select(n => n.ToString(CultureInfo.InvariantCulture)), Gen.Byte.Array[0, 40], Gen.Int[0, 4])
            .Array[0, 6].Array[0, 8].Sample(batches =>
            {
                var path = Path.Combine(folder, Guid.NewGuid().ToString("N"));
                var model = new SortedDictionary<(string, string), byte[]>();
                using (var store = New(path))
                {
                    foreach (var changes in batches)
                    {
                        var batch = new StateBatch();
                        foreach (var (kind, collection, key, value, count) in changes) Change(batch, model, kind, collection, key, value, count);
                        store.Write(batch);
                    }
                }

                using var again = New(path);
                foreach (var collection in new[] { "a", "b" })
                {
                    Assert.Equal(model.Keys.Where(k => k.Item1 == collection).Select(k => k.Item2), again.Keys(collection));
                    foreach (var key in again.Keys(collection)) Assert.Equal(model[(collection, key)], again.Find(collection, key));
                }
            }, iter: 60, threads: 1);

    [Fact]
    public void Two_that_are_open_see_each_others_batches()
    {
        var (one, two) = (Open(), Open());
        one.Write(new StateBatch().PutNew("c", "k", [1]));
        two.Write(new StateBatch().PutNew("c", "k", [2]));
        Assert.Equal([1], two.Find("c", "k"));
        Parallel.For(0, 40, i => (i % 2 == 0 ? one : two).Write(new StateBatch().Put("many", $"{i:D2}", [])));
        Assert.Equal(40, one.Keys("many").Count);
    }

    /// <summary>A process that writes as fast as it can is killed again and again: what it said is there, and no batch is half there.</summary>
    [Fact]
    public async Task A_kill_at_any_moment_takes_nothing_that_was_written_and_leaves_no_half()
    {
        var killed = 0L;
        for (var round = 0; round < 8; round++)
        {
            using var writer = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
            {
                RedirectStandardOutput = true, Environment = { [StateWriter.Variable] = folder },
            })!;
            long said = 0;
            for (var lines = 20 + (round * 13); lines > 0; lines--)
            {
                said = long.Parse(await writer.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("the writer ended"), CultureInfo.InvariantCulture);
            }

            writer.Kill();
            while (await writer.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 } line) _ = long.TryParse(line, CultureInfo.InvariantCulture, out said);
            await writer.WaitForExitAsync(TestContext.Current.CancellationToken);

            var log = new Lines();
            using var store = New(folder, log);
            var (left, right) = (Number(store.Find("pair", "left")), Number(store.Find("pair", "right")));
            Assert.Equal(left, right);
            Assert.InRange(left, said, said + 1);
            Assert.Equal(Math.Min(left, StateWriter.Kept), store.Keys("rows").Count);
            Assert.Equal(StateWriter.Row(left), store.Find("rows", StateWriter.RowKey(left)));
            Assert.Empty(log.All);
            Assert.True(left > killed);
            killed = left;
        }

        static long Number(byte[]? value) => long.Parse(Encoding.ASCII.GetString(value!), CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("not a database")]
    [InlineData("half")]
    [InlineData("a page of noise")]
    public void A_damaged_file_is_set_aside_and_said(string damage)
    {
        using (var store = New(folder))
        {
            for (var i = 0; i < 200; i++) store.Write(new StateBatch().Put("c", $"{i}", new byte[500]));
        }

        var path = Path.Combine(folder, "usher.db");
        var bytes = File.ReadAllBytes(path);
        if (damage == "not a database") bytes = Encoding.ASCII.GetBytes(new string('x', 10_000));
        else if (damage == "half") bytes = bytes[..(bytes.Length / 2)];
        else new Random(1).NextBytes(bytes.AsSpan(4096, 8192));
        File.WriteAllBytes(path, bytes);
        File.WriteAllText(path + "-wal", "left over");

        var log = new Lines();
        var after = Open(log: log);
        Assert.Empty(after.Keys("c"));
        after.Write(new StateBatch().Put("c", "new", [1]));

        Assert.Equal(bytes, File.ReadAllBytes(path + ".damaged-1"));
        var line = Assert.Single(log.All);
        Assert.StartsWith($"Warning: The state in {path} is damaged: ", line, StringComparison.Ordinal);
        Assert.Contains("set aside as usher.db.damaged-1", line, StringComparison.Ordinal);
        Assert.Equal([1], Open().Find("c", "new"));
    }

    [Fact]
    public void What_was_set_aside_before_stays()
    {
        var path = Path.Combine(folder, "usher.db");
        for (var i = 1; i <= 3; i++)
        {
            File.WriteAllText(path, $"damage {i} {new string('x', 2000)}");
            using var store = New(folder);
            store.Write(new StateBatch().Put("c", "k", [1]));
        }

        for (var i = 1; i <= 3; i++) Assert.StartsWith($"damage {i}", File.ReadAllText($"{path}.damaged-{i}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PRAGMA user_version = 9", "was written by a newer Usher (schema 9; this one knows 1)")]
    [InlineData("PRAGMA application_id = 1", "is no state of Usher's but another program's database")]
    public void A_newer_or_another_programs_file_is_refused_and_stays_as_it_is(string statement, string message)
    {
        using (var store = New(folder)) store.Write(new StateBatch().Put("c", "k", [1]));
        var path = Path.Combine(folder, "usher.db");
        using (var other = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            other.Open();
            using var command = other.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }

        var before = File.ReadAllBytes(path);
        var refused = Assert.Throws<StateStoreException>(() => Open().Find("c", "k"));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Contains("--state", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.False(File.Exists(path + ".damaged-1"));
    }

    [Theory]
    [InlineData(13, 13, "the disk is full")]
    [InlineData(10, 4874, "the disk is full")]
    [InlineData(10, 266, "can't be read or written")]
    public void An_error_of_the_disk_says_whether_room_is_what_it_wants(int code, int extended, string told) => Assert.Contains(
        told, StateDatabase.Explain(new StateStoreOptions(folder), new SqliteException("disk I/O error", code, extended)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_full_disk_is_told_and_takes_nothing_that_was_there()
    {
        using (var store = New(folder)) store.Write(new StateBatch().Put("c", "k", [1]));
        using var full = new SqliteStateStore(new StateStoreOptions(folder) { MaxPages = 12 }, new Lines());
        var refused = Assert.Throws<StateStoreException>(() => full.Write(new StateBatch().Put("c", "small", [2]).Put("c", "large", new byte[100_000])));

        Assert.Contains("the disk is full", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["k"], full.Keys("c"));
        full.Write(new StateBatch().Put("c", "small", [3])); // what fits still goes
        Assert.Equal([3], full.Find("c", "small"));
    }

    [Fact]
    public void A_file_open_to_others_is_closed()
    {
        using (var store = New(folder)) store.Write(new StateBatch().Put("c", "k", [1]));
        var path = Path.Combine(folder, "usher.db");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var log = new Lines();
        Assert.Equal([1], Open(log: log).Find("c", "k"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Contains("could be read by other users", Assert.Single(log.All), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cant_be_had_is_told_with_the_way_out()
    {
        File.WriteAllText(Path.Combine(folder, "file"), "");
        var refused = Assert.Throws<StateStoreException>(() => Open(Path.Combine(folder, "file")).Find("c", "k"));
        Assert.Contains("--state", refused.Message, StringComparison.Ordinal);
    }

    private static void Change(
        StateBatch batch, SortedDictionary<(string, string), byte[]> model, StateChangeKind kind, string collection, string key, byte[] value, int count)
    {
        switch (kind)
        {
            case StateChangeKind.Put:
                batch.Put(collection, key, value);
                model[(collection, key)] = value;
                break;
            case StateChangeKind.PutNew:
                batch.PutNew(collection, key, value);
                model.TryAdd((collection, key), value);
                break;
            case StateChangeKind.Remove:
                batch.Remove(collection, key);
                model.Remove((collection, key));
                break;
            case StateChangeKind.KeepFrom:
                batch.KeepFrom(collection, key);
                foreach (var gone in model.Keys.Where(k => k.Item1 == collection && string.CompareOrdinal(k.Item2, key) < 0).ToList()) model.Remove(gone);
                break;
            default:
                batch.KeepLast(collection, count);
                foreach (var gone in model.Keys.Where(k => k.Item1 == collection).Reverse().Skip(count).ToList()) model.Remove(gone);
                break;
        }
    }

    private SqliteStateStore Open(string? path = null, Lines? log = null)
    {
        var store = New(path ?? folder, log);
        stores.Add(store);
        return store;
    }

    private static SqliteStateStore New(string path, Lines? log = null) => new(new StateStoreOptions(path), log ?? new Lines());

    private sealed class Lines : ILogger<SqliteStateStore>
    {
        internal List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add($"{logLevel}: {formatter(state, exception)}");
    }
}
