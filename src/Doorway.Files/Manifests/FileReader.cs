using System.Text;
using Usher.Doorway.Files.Sources;
using Usher.Doorway.Files.Yaml;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Manifests;

/// <summary>
/// A file → its objects. Of a file that was read before, only the documents between the first and the last byte that differ are read again; the others' objects are the very same
/// as before, but for their lines. Documents stand alone (<see cref="YamlReader"/> splits the file before it reads any), so that this finds what reading everything finds.
/// </summary>
internal static class FileReader
{
    private const byte NewLine = (byte)'\n';

    /// <param name="file">The file.</param>
    /// <param name="before">The same file at the last load, read without errors; or null.</param>
    /// <param name="errors">Collects all errors.</param>
    /// <param name="said">What was said already: see <see cref="Reading.SayOnce"/>.</param>
    internal static ReadFile Read(SourceFile file, ReadFile? before, ErrorList errors, HashSet<string> said)
    {
        if (before is not null && before.File.Says(file)) return before;
        if (before is { Documents.Length: > 0 } && Again(file, before) is { } again) return again;
        if (file.Text(errors) is not { } text) return new ReadFile(file, [], IsComplete: true);
        var (documents, complete) = Documents(text, 0, errors, said);
        return new ReadFile(file, [.. documents], complete);
    }

    /// <summary>Reads what has changed; null where something is wrong with it, for all of it to be read and told.</summary>
    private static ReadFile? Again(SourceFile file, ReadFile before)
    {
        var was = before.File.Content.Span;
        var now = file.Content.Span;
        var same = was.CommonPrefixLength(now);
        var sameAtEnd = CommonSuffix(was[same..], now[same..]);
        var (first, next) = (0, before.Documents.Length);
        // A document is known to start there still when its whole "---" line is the same.
        while (first + 1 < before.Documents.Length && IsWithin(before.Documents[first + 1].Start, was[..same])) first++;
        // And one behind the change when the end of the line before it is, too.
        while (next > first + 1 && before.Documents[next - 1].Start > was.Length - sameAtEnd) next--;

        var (start, line) = first == 0 ? (0, 1) : (before.Documents[first].Start, before.Documents[first].Line);
        var moved = now.Length - was.Length;
        var end = next < before.Documents.Length ? before.Documents[next].Start + moved : now.Length;
        var errors = new ErrorList();
        if (file.Part(start, end, line) is not { } text) return null;
        var (changed, _) = Documents(text, start, errors, []);
        // A part without a document may be the beginning of the next.
        if (!errors.IsEmpty || (changed.Count == 0 && first == 0)) return null;
        var documents = new List<ReadDocument>(before.Documents.Length + changed.Count);
        for (var i = 0; i < first; i++) documents.Add(before.Documents[i]);
        documents.AddRange(changed);
        var lines = next < before.Documents.Length ? line + LineTable.Breaks(text.Text) - before.Documents[next].Line : 0;
        for (var i = next; i < before.Documents.Length; i++) documents.Add(before.Documents[i].Moved(moved, lines));
        return new ReadFile(file, [.. documents], before.IsComplete);
    }

    private static (List<ReadDocument> Documents, bool IsComplete) Documents(SourceText text, int start, ErrorList errors, HashSet<string> said)
    {
        var read = YamlReader.Read(text, errors);
        var reading = new Reading(errors, said);
        var documents = new List<ReadDocument>(read.All.Count);
        var (at, bytes) = (0, start);
        foreach (var document in read.All)
        {
            foreach (var root in document.Roots) ManifestReader.Read(text, root, reading);
            bytes += Encoding.UTF8.GetByteCount(text.Text.AsSpan(at, document.Start - at));
            at = document.Start;
            documents.Add(new ReadDocument(bytes, document.Line, reading.Take()));
        }

        return (documents, read.IsComplete);
    }

    private static bool IsWithin(int start, ReadOnlySpan<byte> same) => start < same.Length && same[start..].Contains(NewLine);

    private static int CommonSuffix(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        const int step = 1024;
        var shorter = Math.Min(one.Length, other.Length);
        var length = 0;
        while (length + step <= shorter && one[^(length + step)..^length].SequenceEqual(other[^(length + step)..^length])) length += step;
        while (length < shorter && one[^(length + 1)] == other[^(length + 1)]) length++;
        return length;
    }
}
