using System.Text;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Sources;

/// <summary>A file as it was read, not yet made text of: most of it is, as a rule, what it was the last time.</summary>
internal sealed class SourceFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string? text;

    // Of many files the same path twice is a megabyte more.
    private SourceFile(string name, string? fullPath, ReadOnlyMemory<byte> content, string? text = null) =>
        (Name, FullPath, Content, this.text) = (name == fullPath ? fullPath : name, fullPath, content, text);

    /// <summary>The file as the person named it.</summary>
    internal string Name { get; }

    /// <summary>Its absolute path; null for standard input.</summary>
    internal string? FullPath { get; }

    /// <summary>Whether it was a pipe (<c>-f &lt;(kustomize build)</c>), which gives what it has once.</summary>
    internal bool IsPipe { get; private init; }

    /// <summary>When it was last written to before it was read.</summary>
    internal DateTime Written { get; private init; }

    /// <summary>How many bytes were read.</summary>
    internal long Length { get; private init; }

    /// <summary>Its bytes, without a byte order mark; none for standard input.</summary>
    internal ReadOnlyMemory<byte> Content { get; }

    /// <summary>A file of a folder, read unless it is empty: a pipe there has no length either, and opening one waits for who writes to it.</summary>
    internal static SourceFile? OfEntry(string name, FileInfo entry, ErrorList errors) =>
        entry is { Exists: true, LinkTarget: null, Length: 0 } ? new SourceFile(name, entry.FullName, default) : OfFile(name, entry.FullName, errors);

    /// <summary>Reads a file; null after an error.</summary>
    internal static SourceFile? OfFile(string name, string fullPath, ErrorList errors)
    {
        try
        {
            // Looked at before it is read: what is written meanwhile makes it another.
            var written = File.GetLastWriteTimeUtc(fullPath);
            using var stream = new FileStream(fullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            // A pipe has no length to ask for: read until one byte too many.
            var buffer = GC.AllocateUninitializedArray<byte>(stream.CanSeek ? (int)Math.Min(stream.Length, FilesDoorway.MaxFileSize) + 1 : 81920);
            var length = 0;
            for (int read; (read = stream.Read(buffer.AsSpan(length))) > 0;)
            {
                length += read;
                if (length > FilesDoorway.MaxFileSize) return TooLarge(name, errors);
                if (length == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, FilesDoorway.MaxFileSize + 1));
            }

            var content = buffer.AsMemory(0, length);
            return new SourceFile(name, fullPath, content.Span.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content)
            {
                IsPipe = !stream.CanSeek, Written = written, Length = length,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            errors.Add(new ConfigError(name, 0, "", "", $"can't be read: {e.Message}"));
            return null;
        }
    }

    /// <summary>Reads standard input; null after an error.</summary>
    internal static SourceFile? OfReader(string name, TextReader reader, ErrorList errors)
    {
        try
        {
            var text = new StringBuilder();
            var buffer = new char[8192];
            for (int read; (read = reader.Read(buffer, 0, buffer.Length)) > 0;)
            {
                text.Append(buffer, 0, read);
                if (text.Length > FilesDoorway.MaxFileSize) return TooLarge(name, errors);
            }

            return new SourceFile(name, null, default, text.ToString().TrimStart('\uFEFF'));
        }
        catch (IOException e)
        {
            errors.Add(new ConfigError(name, 0, "", "", $"can't be read: {e.Message}"));
            return null;
        }
    }

    /// <summary>Whether both are the same file with the same content.</summary>
    internal bool Says(SourceFile other) => ReferenceEquals(this, other) ||
        (Name == other.Name && FullPath == other.FullPath && text == other.text && Content.Span.SequenceEqual(other.Content.Span));

    /// <summary>All of its text; null after an error.</summary>
    internal SourceText? Text(ErrorList errors)
    {
        if (text is not null) return new SourceText(Name, FullPath, text);
        if (Part(0, Content.Length, 1) is { } whole) return whole;
        errors.Add(new ConfigError(Name, 0, "", "", "is not UTF-8 text; save it as UTF-8"));
        return null;
    }

    /// <summary>Some of its lines; null when they aren't UTF-8.</summary>
    internal SourceText? Part(int start, int end, int firstLine)
    {
        try
        {
            return new SourceText(Name, FullPath, Strict.GetString(Content.Span[start..end])) { FirstLine = firstLine };
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static SourceFile? TooLarge(string name, ErrorList errors)
    {
        errors.Add(new ConfigError(name, 0, "", "", $"is larger than {FilesDoorway.MaxFileSize / 1024 / 1024} MiB; split it into several files"));
        return null;
    }
}
