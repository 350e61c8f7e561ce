using System.Text;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Sources;

/// <summary>The text of one file.</summary>
/// <param name="Name">The file as the person named it.</param>
/// <param name="FullPath">Its absolute path; null for standard input.</param>
/// <param name="Text">What it holds.</param>
internal sealed record SourceText(string Name, string? FullPath, string Text)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The folder that relative paths in it start from.</summary>
    internal string Folder => FullPath is null ? Environment.CurrentDirectory : Path.GetDirectoryName(FullPath)!;

    /// <summary>The file's own name, without its folder.</summary>
    internal string FileName => Path.GetFileName(Name);

    /// <summary>Reads a file; null after an error.</summary>
    internal static SourceText? OfFile(string name, string fullPath, ErrorList errors)
    {
        try
        {
            // A pipe has no length to ask for: read until one byte too many.
            using var stream = new FileStream(fullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            var buffer = new byte[81920];
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > FilesDoorway.MaxFileSize) return TooLarge(name, errors);
            }

            var content = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
            if (content.StartsWith(Encoding.UTF8.Preamble)) content = content[Encoding.UTF8.Preamble.Length..];
            return new SourceText(name, fullPath, Strict.GetString(content));
        }
        catch (DecoderFallbackException)
        {
            errors.Add(new ConfigError(name, 0, "", "", "is not UTF-8 text; save it as UTF-8"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            errors.Add(new ConfigError(name, 0, "", "", $"can't be read: {e.Message}"));
        }

        return null;
    }

    /// <summary>Reads standard input; null after an error.</summary>
    internal static SourceText? OfReader(string name, TextReader reader, ErrorList errors)
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

            return new SourceText(name, null, text.ToString().TrimStart('\uFEFF'));
        }
        catch (IOException e)
        {
            errors.Add(new ConfigError(name, 0, "", "", $"can't be read: {e.Message}"));
            return null;
        }
    }

    private static SourceText? TooLarge(string name, ErrorList errors)
    {
        errors.Add(new ConfigError(name, 0, "", "", $"is larger than {FilesDoorway.MaxFileSize / 1024 / 1024} MiB; split it into several files"));
        return null;
    }
}
