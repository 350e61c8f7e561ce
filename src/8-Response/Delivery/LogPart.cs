using System.IO.Compression;

namespace Usher.Response;

/// <summary>
/// A log file that is still being written: plain text under a hidden name beside where it will be, so that it can be read meanwhile and is found again after a kill.
/// </summary>
internal sealed class LogPart : IDisposable
{
    private const string Suffix = ".part";
    private readonly FileStream file;

    private LogPart(string path, DateTimeOffset end, FileStream file) => (Path, End, this.file) = (path, end, file);

    /// <summary>Where it is written.</summary>
    public string Path { get; }

    /// <summary>When its interval ends.</summary>
    public DateTimeOffset End { get; }

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>Begins one.</summary>
    /// <param name="folder">The folder of its name, made when it isn't there.</param>
    /// <param name="name">The name that it will have, without <c>.gz</c>.</param>
    /// <param name="end">When its interval ends.</param>
    public static LogPart Begin(string folder, string name, DateTimeOffset end)
    {
        Files.MakeFolder(folder);
        var path = System.IO.Path.Combine(folder, $".{name}{Suffix}");
        return new LogPart(path, end, Files.Create(path));
    }

    /// <summary>The parts that a road left which was killed.</summary>
    public static IReadOnlyList<string> Left(string root) => Directory.Exists(root)
        ? [.. Directory.EnumerateFiles(root, $".*{Suffix}", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })]
        : [];

    /// <summary>Appends a line, its end included; on disk after <see cref="Flush"/>.</summary>
    public void Append(ReadOnlySpan<byte> line)
    {
        file.Write(line);
        Length += line.Length;
    }

    /// <summary>Hands everything appended to the system.</summary>
    public void Flush() => file.Flush();

    /// <summary>Makes of a part the file that is delivered; done twice, it is done once.</summary>
    public static async Task DeliverAsync(string part, CancellationToken cancellationToken)
    {
        var folder = System.IO.Path.GetDirectoryName(part)!;
        var delivered = System.IO.Path.Combine(folder, System.IO.Path.GetFileName(part)[1..^Suffix.Length] + ".gz");
        if (!File.Exists(delivered))
        {
            var unfinished = System.IO.Path.Combine(folder, $".{System.IO.Path.GetFileName(delivered)}.new");
            await using (var plain = File.OpenRead(part))
            await using (var packed = new GZipStream(Files.Create(unfinished), CompressionLevel.Optimal))
            {
                await plain.CopyToAsync(packed, cancellationToken);
            }

            File.Move(unfinished, delivered, overwrite: true);
        }

        File.Delete(part);
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
