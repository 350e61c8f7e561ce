using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>The text that <c>upstream-hash-by</c> makes of a request: variables of nginx and what stands between them (util.lua, parse_complex_value).</summary>
internal sealed class HashKey
{
    private static readonly string[] Whole =
    [
        "request_uri", "uri", "host", "http_host", "best_http_host", "scheme", "pass_access_scheme", "args", "query_string", "is_args", "request_method", "remote_addr", "binary_remote_addr",
        "the_real_ip", "server_port", "pass_port", "remote_user",
    ];

    private static readonly string[] Prefixes = ["http_", "arg_", "cookie_"];

    private readonly ImmutableArray<(bool Variable, string Text)> parts;

    private HashKey(string text, ImmutableArray<(bool, string)> parts) => (Text, this.parts) = (text, parts);

    /// <summary>As written.</summary>
    internal string Text { get; }

    /// <summary>Whether it reads request headers.</summary>
    internal bool ReadsHeaders => parts.Any(p => p.Variable && (!Whole.Contains(p.Text) || p.Text == "remote_user") && !p.Text.StartsWith("arg_", StringComparison.Ordinal));

    /// <summary>Reads a text; one with a variable that isn't known is reported.</summary>
    internal static HashKey? Read(SettingReader reader, string text)
    {
        var parts = ImmutableArray.CreateBuilder<(bool, string)>();
        for (var i = 0; i < text.Length;)
        {
            var dollar = text.IndexOf('$', i);
            if (dollar != i)
            {
                parts.Add((false, text[i..(dollar < 0 ? text.Length : dollar)]));
                i = dollar < 0 ? text.Length : dollar;
                continue;
            }

            var braced = i + 1 < text.Length && text[i + 1] == '{';
            var start = braced ? i + 2 : i + 1;
            var end = start;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) end++;
            var name = text[start..end];
            if (!IsKnown(name) || (braced && (end == text.Length || text[end] != '}')))
            {
                reader.Wrong("upstream-hash-by", text, $"known variables are ${string.Join(", $", Whole)}, $http_NAME, $arg_NAME and $cookie_NAME");
                return null;
            }

            parts.Add((true, name));
            i = braced ? end + 1 : end;
        }

        return new HashKey(text, parts.ToImmutable());
    }

    /// <summary>The key of a request; a variable without a value is empty.</summary>
    internal string Of(in ClientView view)
    {
        if (parts is [(true, var only)]) return Value(only, view);
        var key = new StringBuilder();
        foreach (var (variable, text) in parts) key.Append(variable ? Value(text, view) : text);
        return key.ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool IsKnown(string name) => Whole.Contains(name) || Prefixes.Any(p => name.Length > p.Length && name.StartsWith(p, StringComparison.Ordinal));

    private static string Value(string name, in ClientView view) => name switch
    {
        "the_real_ip" => view.Address.ToString(),
        "server_port" or "pass_port" => view.Port,
        "binary_remote_addr" => Encoding.Latin1.GetString((view.Address.AddressFamily == AddressFamily.InterNetworkV6 && view.Address.IsIPv4MappedToIPv6 ? view.Address.MapToIPv4() : view.Address).GetAddressBytes()),
        "uri" => NormalPath.Of(view.Facts.Path) ?? view.Facts.Path,
        "http_host" => NginxTemplate.Value(name, view, ""),
        _ when name.StartsWith("cookie_", StringComparison.Ordinal) => RequestCookie.Of(view.Facts, name[7..], StringComparison.OrdinalIgnoreCase) ?? "",
        _ when name.StartsWith("http_", StringComparison.Ordinal) => Header(view.Facts, name.AsSpan(5)),
        _ => NginxTemplate.Value(name, view, ""),
    };

    private static string Header(RequestFacts facts, ReadOnlySpan<char> name)
    {
        foreach (var (header, value) in facts.Headers)
        {
            if (NginxTemplate.IsHeader(header, name)) return value;
        }

        return "";
    }
}
