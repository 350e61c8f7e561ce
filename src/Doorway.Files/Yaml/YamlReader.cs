using Usher.Doorway.Files.Sources;
using Usher.Model.Desired;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Usher.Doorway.Files.Yaml;

/// <summary>
/// A file → its documents. As kubectl does, the text is split at its <c>---</c> lines first, so that an error in one document doesn't hide the others. Nowhere else is it said where
/// a document begins and ends.
/// </summary>
internal static class YamlReader
{
    internal static YamlDocuments Read(SourceText source, ErrorList errors)
    {
        var lines = new LineTable(source.Text);
        var before = source.FirstLine - 1;
        if (Characters.FirstBad(source.Text) is >= 0 and var at)
        {
            Report(at, $"found the character U+{(int)source.Text[at]:X4}, which YAML doesn't have; it is plain text");
            return new YamlDocuments([], IsComplete: false);
        }

        var documents = new List<YamlDocument>();
        var complete = true;
        foreach (var (start, end) in Split(source.Text, lines))
        {
            var part = source.Text[start..end];
            var roots = new List<YamlValue>(1);
            var parser = new Parser(new Scanner(new StringReader(part), skipComments: true));
            try
            {
                parser.Consume<StreamStart>();
                while (parser.TryConsume<DocumentStart>(out _))
                {
                    var root = new NodeBuilder(parser, index => before + lines.At(start + index).Line).Build();
                    if (root is not YamlScalar { Kind: ScalarKind.Null }) roots.Add(root);
                    parser.Consume<DocumentEnd>();
                }
            }
            catch (YamlProblemException e)
            {
                Report(start + e.Index, $"{e.Message}{SyntaxMessage.Template(part)}");
            }
            catch (YamlException e)
            {
                var (index, message) = SyntaxMessage.Of(part, e);
                Report(start + index, message);
            }
            catch (Exception e) when (e
                is InvalidOperationException or ArgumentException or IndexOutOfRangeException or NullReferenceException or FormatException)
            {
                // The parser's own slips on text that it doesn't expect.
                Report(start + (parser.Current?.Start.Index ?? 0), $"this document is not valid YAML{SyntaxMessage.Template(part)}");
            }

            if (roots.Count > 0) documents.Add(new YamlDocument(roots, start, before + lines.At(start).Line));
        }

        return new YamlDocuments(documents, complete);

        void Report(long index, string message)
        {
            complete = false;
            var (line, column) = lines.At(index);
            errors.Add(new ConfigError(source.Name, before + line, "", "", $"column {column}: {message}"));
        }
    }

    /// <summary>Ranges of the documents. Lines that hold only comments or directives stay with the document that follows.</summary>
    private static IEnumerable<(int Start, int End)> Split(string text, LineTable lines)
    {
        var start = 0;
        var hasContent = false;
        for (var line = 1; line <= lines.Count; line++)
        {
            var at = lines.StartOf(line);
            var end = line == lines.Count ? text.Length : lines.StartOf(line + 1);
            var content = text.AsSpan(at, end - at).TrimEnd();
            if (content.StartsWith("---") && (content.Length == 3 || content[3] is ' ' or '\t'))
            {
                if (hasContent)
                {
                    yield return (start, at);
                    start = at;
                }

                hasContent = true;
            }
            else if (!content.IsEmpty && content.TrimStart()[0] != '#' && content[0] != '%')
            {
                hasContent = true;
            }
        }

        if (hasContent) yield return (start, text.Length);
    }
}
