using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Usher.Cli.Running;

/// <summary>
/// The folder that outlives a run: the private CA, certificates, logs, and how the commands find the running road. Readable by its
/// owner only. One road at a time uses it.
/// </summary>
internal sealed class StateDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly bool temporary;
    private FileStream? held;

    private StateDirectory(string path, bool temporary)
    {
        Path = path;
        this.temporary = temporary;
        try
        {
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"the state folder {path} can't be made: {e.Message} Name another with --state");
        }
    }

    /// <summary>The folder's absolute path.</summary>
    public string Path { get; }

    /// <summary>Whether the commands look here when nobody names a folder.</summary>
    public bool IsDefault => Path == System.IO.Path.GetFullPath(DefaultPath());

    /// <summary>Where a road that runs says how it is reached.</summary>
    public string RoadFile => System.IO.Path.Combine(Path, "road.json");

    /// <summary>Where it leaves the API's token and nothing else, for programs that want a file of that, as Prometheus' <c>credentials_file</c>. Each run has another token.</summary>
    public string TokenFile => System.IO.Path.Combine(Path, "api-token");

    /// <summary>The folder that a person named, or <c>$XDG_STATE_HOME/usher</c>.</summary>
    public static StateDirectory Open(string? named) => new(System.IO.Path.GetFullPath(named ?? DefaultPath()), temporary: false);

    /// <summary>A folder that is gone after this run.</summary>
    public static StateDirectory Temporary() => new(Directory.CreateTempSubdirectory("usher-").FullName, temporary: true);

    /// <summary>Claims the folder for one road.</summary>
    /// <returns>False when a road that runs has it.</returns>
    public bool TryHold()
    {
        try
        {
            held = new FileStream(System.IO.Path.Combine(Path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException e) when (e.GetType() == typeof(IOException) && e.Message.Contains("being used by another process", StringComparison.Ordinal))
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"the state folder {Path} can't be written: {e.Message} Name another with --state");
        }
    }

    /// <summary>Writes how this road is reached; readable by its owner only, since the token is in it.</summary>
    public void Announce(RunningRoad road)
    {
        Replace(TokenFile, stream => stream.Write(Encoding.ASCII.GetBytes(road.Token)));
        // Last: who finds it finds the token's own file too.
        Replace(RoadFile, stream => JsonSerializer.Serialize(stream, road, RunningRoadJson.Default.RunningRoad));
    }

    /// <summary>Writes a file that only its owner may read; who reads it meanwhile has the old one or the new one whole.</summary>
    private static void Replace(string file, Action<Stream> write)
    {
        var draft = file + ".new";
        File.Delete(draft);
        using (var stream = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly })) write(stream);
        File.Move(draft, file, overwrite: true);
    }

    /// <summary>How the running road is reached, or null when none says so.</summary>
    public RunningRoad? Find()
    {
        try
        {
            using var stream = File.OpenRead(RoadFile);
            return JsonSerializer.Deserialize(stream, RunningRoadJson.Default.RunningRoad);
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A token of 256 random bits.</summary>
    public static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (held is null) return;
        File.Delete(RoadFile);
        File.Delete(TokenFile);
        held.Dispose();
        if (!temporary) return;
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A pod that ends late may still write; the system's own clean-up of temporary files takes what is left.
        }
    }

    private static string DefaultPath()
    {
        var home = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(home)) home = System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return System.IO.Path.Combine(home, "usher");
    }
}

/// <summary>How a running road is reached.</summary>
/// <param name="Api">The API's address, <c>http://127.0.0.1:7070</c>.</param>
/// <param name="Token">What the API wants to see.</param>
/// <param name="ProcessId">The road's process.</param>
internal sealed record RunningRoad(string Api, string Token, int ProcessId);

/// <summary>JSON of <see cref="RunningRoad"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunningRoad))]
internal sealed partial class RunningRoadJson : JsonSerializerContext;
