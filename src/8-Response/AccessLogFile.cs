namespace Usher.Response;

/// <summary>
/// The access log's files: <c>alb-access.log</c>, and <c>alb-access.log.1</c> with what came before. AWS's names hold a bucket, an
/// account, a node's address and five minutes; here one file follows the other.
/// </summary>
internal sealed class AccessLogFile(AccessLogOptions options) : IDisposable
{
    private FileStream? file;

    // Nobody else writes here, and to ask the system for each line costs more than the line.
    private long written;

    /// <summary>The file being written.</summary>
    public string Path => PathIn(options.Directory!);

    /// <summary>Where it is in a folder.</summary>
    public static string PathIn(string folder) => System.IO.Path.Combine(folder, "alb-access.log");

    /// <summary>Appends a line, its end included. It is on disk after <see cref="Flush"/>.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Append(ReadOnlySpan<byte> line)
    {
        file ??= Open();
        if (written > 0 && written + line.Length > options.FileBytes)
        {
            Dispose();
            File.Move(Path, Path + ".1", overwrite: true);
            file = Open();
        }

        file.Write(line);
        written += line.Length;
    }

    /// <summary>Hands everything appended to the system.</summary>
    public void Flush() => file?.Flush();

    /// <inheritdoc/>
    public void Dispose()
    {
        // Forgotten first: closing writes what is buffered, and on a full disk that fails.
        var closing = file;
        file = null;
        closing?.Dispose();
    }

    private FileStream Open()
    {
        Files.MakeFolder(options.Directory!);
        var torn = IsTorn();
        var opened = Files.Append(Path);
        written = opened.Length;
        if (torn) opened.Write("\n"u8);
        return opened;
    }

    /// <summary>Whether the file ends in the middle of a line, as a full disk or a kill leaves it.</summary>
    private bool IsTorn()
    {
        if (!File.Exists(Path)) return false;
        using var before = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (before.Length == 0) return false;
        before.Seek(-1, SeekOrigin.End);
        return before.ReadByte() != '\n';
    }
}
