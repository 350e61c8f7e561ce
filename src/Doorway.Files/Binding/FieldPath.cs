using System.Globalization;
using System.Text;

namespace Usher.Doorway.Files.Binding;

/// <summary>The path of the field that is being read, made into text only when an error needs it.</summary>
internal sealed class FieldPath
{
    private readonly List<(string? Name, int Index)> parts = [];

    internal void Push(string name) => parts.Add((name, 0));

    internal void Push(int index) => parts.Add((null, index));

    internal void Pop() => parts.RemoveAt(parts.Count - 1);

    /// <summary><c>spec.rules[0].host</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (name, index) in parts)
        {
            if (name is null) text.Append(CultureInfo.InvariantCulture, $"[{index}]");
            else text.Append(text.Length == 0 ? "" : ".").Append(name);
        }

        return text.ToString();
    }
}
