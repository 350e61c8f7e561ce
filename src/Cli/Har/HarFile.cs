using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Usher.Trace.Har;

namespace Usher.Cli.Har;

/// <summary>Where an archive is written: opened before anything is asked, so that a file that can't be written costs no request. What was there is overwritten, as by curl's <c>-o</c>, once there is an archive.</summary>
internal sealed class HarFile : IDisposable
{
    private readonly FileStream? file;
    private readonly bool made;
    private bool written;

    private HarFile(FileStream? file, bool made) => (this.file, this.made) = (file, made);

    /// <summary>Whether it goes to standard output, where nothing else may be then.</summary>
    internal bool IsOutput => file is null;

    internal static Option<string?> Option() => new("--har") { Description = "Write an HTTP archive (HAR 1.2) for developer tools, with the journey in it; - for standard output, in place of the journey.", HelpName = "FILE" };

    /// <summary>Opens what was named; null where nothing was.</summary>
    /// <exception cref="UserException">It can't be written, or goes where JSON goes.</exception>
    internal static HarFile? Open(string? name, bool json)
    {
        if (name is null) return null;
        if (name == "-") return json ? throw new UserException("--har - and --json both write to standard output; name a file for one", ExitCodes.Usage) : new HarFile(null, made: false);
        try
        {
            var there = File.Exists(name);
            return new HarFile(new FileStream(name, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read), !there);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserException($"--har {name}: {e.Message}", ExitCodes.Usage);
        }
    }

    /// <summary>Writes the archive.</summary>
    internal async Task WriteAsync(JsonObject archive, CancellationToken cancellationToken)
    {
        written = true;
        var text = HarLog.Text(archive);
        if (file is null)
        {
            await Console.Out.WriteAsync(text);
            return;
        }

        try
        {
            // A pipe has no length.
            if (file.CanSeek) file.SetLength(0);
            await file.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
            await file.FlushAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new UserException($"--har {file.Name}: {e.Message}");
        }
    }

    /// <summary>A file that was made for it and got nothing goes again.</summary>
    public void Dispose()
    {
        file?.Dispose();
        if (made && !written) File.Delete(file!.Name);
    }
}
