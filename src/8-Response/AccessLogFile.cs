using System.Text;

namespace Usher.Response;

/// <summary>
/// The access log's files: <c>alb-access.log</c>, and <c>alb-access.log.1</c> with what came before. AWS's names hold a bucket, an
/// account, a node's address and five minutes; here one file follows the other.
/// </summary>
internal sealed class AccessLogFile(AccessLogOptions options) : IDisposable
{
    private FileStream? file;

    /// <summary>The file being written.</summary>
    public string Path => System.IO.Path.Combine(options.Directory!, "alb-access.log");

    /// <summary>Appends a line. It is on disk after <see cref="Flush"/>.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Append(string line)
    {
        var bytes = Encoding.ASCII.GetBytes(line + "\n");
        file ??= Open();
        if (file.Length > 0 && file.Length + bytes.Length > options.FileBytes)
        {
            Dispose();
            File.Move(Path, Path + ".1", overwrite: true);
            file = Open();
        }

        file.Write(bytes);
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

    // URLs may hold what only the owner should read.
    private FileStream Open()
    {
        var how = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 64 * 1024 };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(options.Directory!);
        }
        else
        {
            Directory.CreateDirectory(options.Directory!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(Path, how);
    }
}
