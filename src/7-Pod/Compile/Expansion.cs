using System.Text;

namespace Usher.Pod;

/// <summary>
/// <c>$(NAME)</c> in a container's <c>env</c> and <c>args</c>, as Kubernetes expands it (<c>third_party/forked/golang/expansion</c>): a name
/// that isn't known stays as it is written, <c>$$</c> is one dollar.
/// </summary>
internal static class Expansion
{
    public static string Expand(string text, IReadOnlyDictionary<string, string> known)
    {
        if (!text.Contains('$', StringComparison.Ordinal)) return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            var next = text[++i];
            var close = next == '(' ? text.IndexOf(')', i) : -1;
            if (close >= 0)
            {
                var name = text[(i + 1)..close];
                result.Append(known.TryGetValue(name, out var value) ? value : $"$({name})");
                i = close;
            }
            else
            {
                result.Append(next == '$' ? "$" : $"${next}");
            }
        }

        return result.ToString();
    }
}
