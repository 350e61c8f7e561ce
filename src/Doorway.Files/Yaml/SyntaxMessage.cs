using YamlDotNet.Core;

namespace Usher.Doorway.Files.Yaml;

/// <summary>The YAML parser's errors in words that say what to mend.</summary>
internal static class SyntaxMessage
{
    internal static (long Index, string Message) Of(string text, YamlException error)
    {
        var index = error.Start.Index;
        var says = error.Message.TrimEnd('.');
        var at = index >= 0 && index < text.Length ? text[(int)index] : '\0';
        var message = says switch
        {
            _ when says.Contains("tab as indentation", StringComparison.Ordinal) || at == '\t' => "a tab is used for indentation; use spaces",
            _ when says.Contains("cannot start any token", StringComparison.Ordinal) => $"found '{at}', which can't begin a plain value; put the value in quotes",
            _ when says.Contains("invalid mapping", StringComparison.Ordinal) =>
                "found a second ': ' in one value; put the value in quotes, or mend the indentation",
            _ when says.Contains("did not find expected key", StringComparison.Ordinal) => "the indentation doesn't fit the lines above",
            _ when says.Contains("could not find expected ':'", StringComparison.Ordinal) => "a key without ':' ends before this line",
            _ when says.Contains("did not find expected '-'", StringComparison.Ordinal) => "a list goes on here without '-'; mend the indentation",
            _ => char.ToLowerInvariant(says[0]) + says[1..],
        };
        if (message.StartsWith("a tab", StringComparison.Ordinal)) index = FirstTab(text, index);
        return (index, $"not valid YAML: {message}{Template(text)}");
    }

    /// <summary>A hint for texts that are a template of YAML.</summary>
    internal static string Template(string text) =>
        text.Contains("{{", StringComparison.Ordinal) ? "; a Helm template has to be rendered first: helm template … | usher … -f -" : "";

    private static long FirstTab(string text, long from)
    {
        for (var i = (int)Math.Max(0, from); i < text.Length;)
        {
            var end = text.IndexOf('\n', i);
            end = end < 0 ? text.Length : end;
            var content = i + text.AsSpan(i, end - i).IndexOfAnyExcept(' ');
            if (content >= i && text[content] == '\t') return content;
            i = end + 1;
        }

        return from;
    }
}
