using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using Shop.Users.Tests;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Shop.Users.Tests;

/// <summary>A real PostgreSQL server of the tests' own: started when the first test asks, on loopback only, and gone at the end.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    // Everything that a URL needs escaped.
    private const string Password = "p@ss:w/rd?#%&= ü";
    private const string User = "shop user";
    private const int Attempts = 5;

    private readonly Lazy<Task> _started;
    private readonly Folder _folder = new();
    private Process? _server;
    private int _port;
    private int _databases;

    public PostgresServer() => _started = new Lazy<Task>(StartAsync);

    /// <summary>The URL of a database with this name, which need not exist.</summary>
    internal string Url(string database) =>
        $"postgres://{Uri.EscapeDataString(User)}:{Uri.EscapeDataString(Password)}@127.0.0.1:{_port}/{Uri.EscapeDataString(database)}";

    /// <summary>A name that no other test uses; the server runs.</summary>
    internal async Task<string> NewNameAsync()
    {
        await _started.Value;
        return $"shop {Interlocked.Increment(ref _databases)}";
    }

    /// <summary>The URL of a new, empty database.</summary>
    internal async Task<string> NewDatabaseAsync()
    {
        var name = await NewNameAsync();
        await CreateDatabaseAsync(name);
        return Url(name);
    }

    internal async Task CreateDatabaseAsync(string name)
    {
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1", Port = _port, Username = User, Password = Password, Database = "postgres", Pooling = false,
        };
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand($"CREATE DATABASE \"{name}\"");
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            // SIGINT is PostgreSQL's "fast shutdown".
            Signal.Send(_server.Id, Signal.Interrupt);
            await Wait.ForAsync("PostgreSQL stops", ExitAsync(_server));
            _server.Dispose();
        }

        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql")
                .Select(version => Path.Combine(version, "bin"))
                .Where(bin => File.Exists(Path.Combine(bin, "initdb")))
                .MaxBy(bin => double.Parse(Path.GetFileName(Path.GetDirectoryName(bin))!, CultureInfo.InvariantCulture))
            : null;
        if (programs is null) Assert.Fail("PostgreSQL's server is not in /usr/lib/postgresql/*/bin; install the Debian package postgresql.");

        var data = _folder.File("data");
        var password = _folder.File("password");
        await File.WriteAllTextAsync(password, Password + "\n");
        if (Environment.IsPrivilegedProcess) await RunAsync(new ProcessStartInfo("chown", ["-R", "postgres:", _folder.Path]));
        await RunAsync(AsOrdinaryUser(Path.Combine(programs, "initdb"),
            "--pgdata", data, "--username", User, "--pwfile", password, "--auth", "scram-sha-256",
            "--encoding", "UTF8", "--no-locale", "--no-sync"));

        for (var attempt = 1; _server is null; attempt++)
        {
            _port = FreePort();
            var (server, output) = await LaunchAsync(AsOrdinaryUser(Path.Combine(programs, "postgres"),
                "-D", data, "-p", _port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1",
                "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "logging_collector=off"));
            _server = server;

            // Somebody else may have taken the port in between.
            if (server is null && (attempt == Attempts || !output.Contains("Address already in use", StringComparison.Ordinal)))
                Assert.Fail($"PostgreSQL did not start: {output}");
        }
    }

    // It says on standard error when it is ready; the end of that output means that it has stopped.
    private static async Task<(Process? Server, string Output)> LaunchAsync(ProcessStartInfo start)
    {
        start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        var output = new StringBuilder();
        while (await Wait.ForAsync("PostgreSQL is ready", process.StandardError.ReadLineAsync()) is { } line)
        {
            output.AppendLine(line);
            if (!line.Contains("ready to accept connections", StringComparison.Ordinal)) continue;
            _ = process.StandardError.ReadToEndAsync();
            return (process, "");
        }

        await process.WaitForExitAsync();
        process.Dispose();
        return (null, output.ToString());
    }

    // PostgreSQL refuses to run as root. setpriv replaces itself with the program, so the process is the server's own.
    private static ProcessStartInfo AsOrdinaryUser(string program, params string[] arguments)
    {
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", program, .. arguments])
            : new ProcessStartInfo(program, arguments);
        start.WorkingDirectory = "/";
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    private static async Task RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var code = await Wait.ForAsync($"{start.FileName} ends", ExitAsync(process));
        Assert.True(code == 0, $"{start.FileName} ended with {code}: {await output}{await errors}");
    }

    private static async Task<int> ExitAsync(Process process)
    {
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
