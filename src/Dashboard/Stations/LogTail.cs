using System.Text;

namespace Usher.Dashboard.Stations;

/// <summary>The end of a log.</summary>
public static class LogTail
{
    /// <summary>Bytes that are looked at, at most.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>Its last lines; a line that begins before the part that is looked at is left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lines">How many lines at most.</param>
    /// <returns>The lines, or why there are none.</returns>
    public static (IReadOnlyList<string> Lines, string? Problem) Of(string path, int lines)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var skipped = Math.Max(0, file.Length - MostBytes);
            file.Seek(skipped, SeekOrigin.Begin);
            var bytes = new byte[file.Length - skipped];
            var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var text = Encoding.UTF8.GetString(bytes, 0, read).Split('\n');
            var whole = text.Skip(skipped > 0 ? 1 : 0).ToList();
            if (whole is [.., ""]) whole.RemoveAt(whole.Count - 1);
            return ([.. whole.TakeLast(lines)], null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return ([], "nothing was written yet");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ([], $"it can't be read: {e.Message}");
        }
    }
}
