using System.Collections.Immutable;
using System.Text;
using k8s.Models;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>A ConfigMap whose entries are headers to set.</summary>
internal static class HeaderMap
{
    /// <summary>What is said of an entry that is none.</summary>
    internal const string NoHeader = "is no header that can be set";

    /// <summary>The headers of the ConfigMap that a setting names, by their names; of those that can't be set none.</summary>
    /// <param name="reader">The settings; takes what is wrong.</param>
    /// <param name="context">The desired state.</param>
    /// <param name="setting">The setting's name.</param>
    /// <param name="ns">The namespace of a ConfigMap that is named without one.</param>
    /// <param name="read">Reads a header's value, or says what is wrong with the entry after <c>its key 'NAME'</c>.</param>
    internal static ImmutableArray<KeyValuePair<string, T>> Read<T>(SettingReader reader, CompileContext context, string setting, string ns, Func<string, string, (T? Value, string? Wrong)> read) where T : class
    {
        if (reader.Text(setting) is not { } name) return [];
        var (space, own) = NamespacedName.Of(name, ns);
        if (context.State.Find<V1ConfigMap>(space, own) is not { } map)
        {
            reader.Wrong(setting, name, "there is no ConfigMap of that namespace/name");
            return [];
        }

        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, T>>();
        foreach (var (header, text) in (map.Value.Data ?? new Dictionary<string, string>()).OrderBy(h => h.Key, StringComparer.Ordinal))
        {
            var (value, wrong) = HeaderEdits.CanEdit(Encoding.UTF8.GetBytes(header)) ? read(header, text) : (null, NoHeader);
            if (value is null) reader.Wrong(setting, name, $"its key '{header}' {wrong}");
            else headers.Add(new(header, value));
        }

        return headers.ToImmutable();
    }
}
