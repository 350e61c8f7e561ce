using System.Text;

namespace Usher.Pod;

/// <summary>
/// A process pod's output: whole lines of both streams go to one file, which is renamed to <c>.1</c> at its limit (so at most twice the limit is
/// kept), and the last line on stderr stays in memory for messages. A line is cut at 16 KiB, as the container runtimes do.
/// </summary>
internal sealed class PodOutput : IDisposable
{
    private const int MostLineBytes = 16 * 1024;
    private readonly Lock gate = new();
    private readonly long limit;
    private readonly MemoryStream[] partial = [new(), new()];
    private FileStream? file;
    private string? lastError;
    private bool lastErrorIndented = true;
    private bool saysInUse;

    /// <summary>Opens the file; what an earlier run left becomes <c>.1</c>.</summary>
    /// <exception cref="LaunchException">The file can't be written.</exception>
    public PodOutput(string path, long limit)
    {
        Path = path;
        this.limit = limit;
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            if (new FileInfo(path) is { Exists: true, Length: > 0 }) File.Move(path, Older, overwrite: true);
            file = Open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"the pod's log can't be written: {e.Message}");
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The last line on stderr, or rather the last that isn't indented, which frames of a stack trace are; null when there was none.</summary>
    public string? LastError
    {
        get
        {
            lock (gate) return lastError;
        }
    }

    /// <summary>Whether any line said that an address is in use.</summary>
    public bool SaysInUse
    {
        get
        {
            lock (gate) return saysInUse;
        }
    }

    private string Older => Path + ".1";

    /// <summary>The file of a pod's first container.</summary>
    public static string PathOf(string directory, PodPlan pod) => System.IO.Path.Combine(directory, $"{pod.Key.Namespace}_{pod.Key.Name}.log");

    /// <summary>The file of a container: the pod's for its first one, for others <c>_CONTAINER</c> follows the pod's name.</summary>
    public static string PathOf(string directory, PodPlan pod, ContainerPlan container) => container.Name == pod.Container
        ? PathOf(directory, pod)
        : System.IO.Path.Combine(directory, $"{pod.Key.Namespace}_{pod.Key.Name}_{container.Name}.log");

    /// <summary>Removes a pod's files, as the kubelet does with the pod.</summary>
    /// <param name="path">The file of its first container.</param>
    public static void Remove(string path)
    {
        try
        {
            var (folder, name) = (System.IO.Path.GetDirectoryName(path)!, System.IO.Path.GetFileNameWithoutExtension(path));
            if (!Directory.Exists(folder)) return;
            // Names of pods have no underscore.
            foreach (var file in Directory.GetFiles(folder, $"{name}_*.log*").Concat([path, path + ".1"])) File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // They stay; nothing depends on it.
        }
    }

    /// <summary>Reads a stream to its end.</summary>
    public async Task PumpAsync(Stream stream, bool isError)
    {
        var buffer = new byte[8192];
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer)) > 0;) Write(buffer.AsSpan(0, read), isError);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The process is gone.
        }

        lock (gate) EndLine(isError);
    }

    internal void Write(ReadOnlySpan<byte> bytes, bool isError)
    {
        lock (gate)
        {
            while (bytes.Length > 0)
            {
                var line = partial[isError ? 1 : 0];
                var end = bytes.IndexOf((byte)'\n');
                var take = Math.Min(end < 0 ? bytes.Length : end, MostLineBytes - (int)line.Length);
                line.Write(bytes[..take]);
                bytes = bytes[take..];
                if (line.Length < MostLineBytes && (bytes.Length == 0 || bytes[0] != '\n')) continue;
                if (bytes.Length > 0 && bytes[0] == '\n') bytes = bytes[1..];
                EndLine(isError, evenEmpty: true);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            file?.Dispose();
            file = null;
        }
    }

    private void EndLine(bool isError, bool evenEmpty = false)
    {
        var line = partial[isError ? 1 : 0];
        if (line.Length == 0 && !evenEmpty) return;
        var text = Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length).TrimEnd('\r');
        if (text.Length > 0)
        {
            saysInUse |= text.Contains("already in use", StringComparison.OrdinalIgnoreCase) || text.Contains("EADDRINUSE", StringComparison.Ordinal);
            if (isError && (lastErrorIndented || !char.IsWhiteSpace(text[0]))) (lastError, lastErrorIndented) = (text, char.IsWhiteSpace(text[0]));
        }

        line.WriteByte((byte)'\n');
        Append(line.GetBuffer().AsSpan(0, (int)line.Length));
        line.SetLength(0);
    }

    private void Append(ReadOnlySpan<byte> line)
    {
        try
        {
            if (file is not null && file.Length + line.Length > limit)
            {
                file.Dispose();
                file = null;
                File.Move(Path, Older, overwrite: true);
                file = Open();
            }

            file?.Write(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk must not stop the pod: its output is read on, and only its last line is kept.
            file?.Dispose();
            file = null;
        }
    }

    private FileStream Open() => new(Path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
}
