namespace Usher.Doorway.Files.Yaml;

/// <summary>The characters that YAML text is made of (YAML 1.2.2, section 5.1).</summary>
internal static class Characters
{
    /// <summary>The index of the first control character or half of a surrogate pair; negative when there is none.</summary>
    internal static int FirstBad(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is (< ' ' and not ('\t' or '\n' or '\r')) or '\u007f') return i;
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return i;
            i++;
        }

        return -1;
    }
}
