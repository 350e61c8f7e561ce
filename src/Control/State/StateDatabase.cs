using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;

namespace Usher.Control.State;

/// <summary>
/// Opens the state's file:
/// <list type="number">
/// <item>Make the folder (0700) and the file (0600), so that the log files beside it get the same mode.</item>
/// <item>Look whether it is whole (<c>PRAGMA quick_check</c>). One that isn't is renamed with its log files to <c>*.damaged-N</c> and that is said; a new one is made.</item>
/// <item>Refuse one that a newer Usher made, or another program; both stay as they are.</item>
/// <item>Make what isn't there yet.</item>
/// </list>
/// </summary>
internal static class StateDatabase
{
    internal const string FileName = "usher.db";

    /// <summary>What a file is marked with, so that no other program's is taken for one (<c>PRAGMA application_id</c>): "USHR".</summary>
    private const int ApplicationId = 0x55534852;

    private const int SchemaVersion = 1;

    /// <summary>SQLite's extended code when the log's index (<c>usher.db-shm</c>) can't be made larger (SQLITE_IOERR_SHMSIZE).</summary>
    private const int NoRoomForIndex = 4874;

    // Result codes: sqlite.org, "Result and Error Codes".
    private const int Busy = 5, ReadOnly = 8, Io = 10, Corrupt = 11, Full = 13, CantOpen = 14, NotADatabase = 26;

    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="StateStoreException">It can't be opened, or isn't ours to open.</exception>
    /// <exception cref="SqliteException">Something else is wrong.</exception>
    internal static SqliteConnection Open(StateStoreOptions options, ILogger log)
    {
        var path = PathOf(options);
        MakeFile(path, log); // 1
        try
        {
            return Open(path, options);
        }
        catch (DamagedException damage)
        {
            var moved = SetAside(path); // 2
            log.StateDamaged(path, damage.Message, string.Join(", ", moved.Select(Path.GetFileName)));
            MakeFile(path, log);
            return Open(path, options);
        }
    }

    internal static string PathOf(StateStoreOptions options) => Path.Combine(Path.GetFullPath(options.Directory), FileName);

    /// <summary>SQLite's error in words.</summary>
    internal static StateStoreException Explain(StateStoreOptions options, SqliteException e)
    {
        var path = PathOf(options);
        return new StateStoreException(
            e.SqliteErrorCode switch
            {
                _ when e.SqliteErrorCode == Full || e.SqliteExtendedErrorCode == NoRoomForIndex => $"{path} can't grow: the disk is full. Make room; nothing that was stored before is lost",
                Busy => $"{path} is held by another process for longer than it is waited for",
                ReadOnly or CantOpen => $"{path} can't be written ({e.Message}). Make it yours to write, or name another folder with --state",
                Corrupt or NotADatabase => $"{path} is damaged ({e.Message}). Start the road again: it is then set aside",
                Io => $"{path} can't be read or written ({e.Message}). Look at the disk, or name another folder with --state",
                _ => $"{path}: {e.Message}",
            }, e);
    }

    private static SqliteConnection Open(string path, StateStoreOptions options)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 10 }.ToString());
        try
        {
            connection.Open();
            Run(connection, "PRAGMA busy_timeout = 10000");
            if (Run(connection, "PRAGMA quick_check(1)") is var check and not "ok") throw new DamagedException(check);
            var (application, version, isNew) = MarksOf(connection);
            if (!isNew && application != ApplicationId) throw new StateStoreException($"{path} is no state of Usher's but another program's database; move it away, or name another folder with --state");
            if (version > SchemaVersion)
            {
                throw new StateStoreException(
                    $"{path} was written by a newer Usher (schema {version}; this one knows {SchemaVersion}); use that one, or name another folder with --state");
            }

            Run(connection, "PRAGMA journal_mode = WAL");
            Run(connection, "PRAGMA synchronous = FULL");
            if (options.MaxPages > 0) Run(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {options.MaxPages}"));
            // 4
            Run(connection, string.Create(CultureInfo.InvariantCulture, $"""
                BEGIN IMMEDIATE;
                CREATE TABLE IF NOT EXISTS entry (collection TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (collection, key));
                PRAGMA application_id = {ApplicationId};
                PRAGMA user_version = {SchemaVersion};
                COMMIT;
                """));
            return connection;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Corrupt or NotADatabase)
        {
            connection.Dispose();
            throw new DamagedException(e.Message);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>What the file is marked with, and whether it is empty: as of one moment, since another process may be making it.</summary>
    private static (long Application, long Version, bool IsNew) MarksOf(SqliteConnection connection)
    {
        Run(connection, "BEGIN");
        var isNew = Number(connection, "SELECT count(*) FROM sqlite_schema") == 0;
        var marks = (Number(connection, "PRAGMA application_id"), Number(connection, "PRAGMA user_version"), isNew);
        Run(connection, "COMMIT");
        return marks;
    }

    private static string Run(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture) ?? "";
    }

    private static long Number(SqliteConnection connection, string text) => long.Parse(Run(connection, text), CultureInfo.InvariantCulture);

    private static void MakeFile(string path, ILogger log)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.Open(path, FileMode.OpenOrCreate).Dispose();
                return;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerFile | UnixFileMode.UserExecute);
            new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, UnixCreateMode = OwnerFile }).Dispose();
            if ((File.GetUnixFileMode(path) & ~OwnerFile) == 0) return;
            File.SetUnixFileMode(path, OwnerFile);
            log.StateWasOpen(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StateStoreException($"{path} can't be made or opened ({e.Message}). Make the folder yours to write, or name another with --state", e);
        }
    }

    /// <summary>Renames the file and what belongs to it, all with the first N that is free for each.</summary>
    private static List<string> SetAside(string path)
    {
        string[] files = [path, $"{path}-wal", $"{path}-shm"];
        var n = 1;
        while (Array.Exists(files, f => File.Exists($"{path}.damaged-{n}{f[path.Length..]}"))) n++;
        var moved = new List<string>();
        foreach (var file in files.Where(File.Exists))
        {
            // As SQLite itself would look for them beside the renamed file: usher.db.damaged-1-wal.
            var to = $"{path}.damaged-{n}{file[path.Length..]}";
            File.Move(file, to);
            moved.Add(to);
        }

        return moved;
    }

    private sealed class DamagedException(string why) : Exception(why);
}
