using System.Collections.Immutable;
using System.Text;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>A text with variables of nginx (<c>$request_uri</c>) and captures (<c>$1</c>), as the values of redirects and rewrites may have. What it is filled to is <see cref="Octets"/>.</summary>
internal sealed class NginxTemplate
{
    private static readonly string[] Variables =
        ["request_uri", "uri", "host", "http_host", "best_http_host", "scheme", "pass_access_scheme", "args", "query_string", "is_args", "request_method", "remote_addr", "escaped_request_uri"];

    /// <summary>The user of Basic credentials, which are a header.</summary>
    private const string User = "remote_user";

    /// <summary>Variables whose names go on with a header's, a cookie's or an argument's.</summary>
    private static readonly string[] Prefixes = ["http_", "cookie_", "arg_"];

    private readonly ImmutableArray<(bool Variable, string Text)> parts;

    private NginxTemplate(ImmutableArray<(bool, string)> parts) => this.parts = parts;

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="captures">How many captures there are to name.</param>
    /// <param name="problem">What is wrong with it, when null is returned.</param>
    /// <param name="headers">Whether the request's headers are read: then they are variables too.</param>
    internal static NginxTemplate? Parse(string text, int captures, out string problem, bool headers = false)
    {
        problem = "";
        text = Octets.Of(text);
        var parts = ImmutableArray.CreateBuilder<(bool, string)>();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$')
            {
                literal.Append(text[i]);
                continue;
            }

            var name = Name(text, i + 1, out var next);
            if (name.Length == 0) problem = "a '$' begins no variable's name";
            else if (char.IsAsciiDigit(name[0]) && name[0] - '0' > captures) problem = $"${name} names a capture, and the path has {(captures == 0 ? "none" : $"{captures}")}";
            else if (!char.IsAsciiDigit(name[0]) && !Variables.Contains(name) && !(headers && (name == User || Prefixes.Any(p => name.StartsWith(p, StringComparison.Ordinal) && name.Length > p.Length))))
                problem = $"${name} isn't supported; known are ${string.Join(", $", headers ? Variables.Append(User) : Variables)}";
            if (problem.Length > 0) return null;
            if (literal.Length > 0) parts.Add((false, literal.ToString()));
            literal.Clear();
            parts.Add((true, name));
            i = next - 1;
        }

        if (literal.Length > 0) parts.Add((false, literal.ToString()));
        return new NginxTemplate(parts.ToImmutable());
    }

    /// <summary>Whether it is the same text for every request.</summary>
    internal bool IsLiteral => parts.All(p => !p.Variable);

    /// <summary>The captures that it names.</summary>
    internal IEnumerable<int> Captures => parts.Where(p => p.Variable && char.IsAsciiDigit(p.Text[0])).Select(p => p.Text[0] - '0');

    /// <summary>The text for one request.</summary>
    /// <param name="view">The request.</param>
    /// <param name="uri">The path as nginx compares it.</param>
    /// <param name="captures">What it may name of the path.</param>
    internal string Fill(in ClientView view, string uri, in PathCaptures captures = default)
    {
        var filled = new StringBuilder();
        foreach (var (variable, text) in parts)
        {
            if (!variable) filled.Append(text);
            else if (char.IsAsciiDigit(text[0])) filled.Append(captures.Of(text[0] - '0'));
            else filled.Append(Value(text, view, uri));
        }

        return filled.ToString();
    }

    /// <summary>The text for one request, without captures.</summary>
    internal string Fill(ControllerPlan controller, RequestFacts facts) => Fill(ClientView.Of(controller, facts), NormalPath.Of(facts.Path) ?? "/");

    private static string Name(string text, int start, out int next)
    {
        next = start;
        if (start < text.Length && char.IsAsciiDigit(text[start])) return text[start..(next = start + 1)];
        var braced = start < text.Length && text[start] == '{';
        if (braced) next = ++start;
        while (next < text.Length && (char.IsAsciiLetterOrDigit(text[next]) || text[next] == '_')) next++;
        var name = text[start..next];
        if (!braced) return name;
        return next < text.Length && text[next++] == '}' ? name : "";
    }

    /// <summary>A variable's value; empty for one without.</summary>
    internal static string Value(string name, in ClientView view, string uri) => name switch
    {
        "request_uri" => RequestUri(view.Facts),
        "uri" => uri,
        "host" => view.Facts.Host,
        "http_host" => Authority(view.Facts),
        "best_http_host" => view.Host,
        "scheme" => view.Facts.Scheme,
        "pass_access_scheme" => view.Scheme,
        "args" or "query_string" => view.Facts.Query,
        "is_args" => view.Facts.Query.Length > 0 ? "?" : "",
        "request_method" => view.Facts.Method,
        "escaped_request_uri" => EscapeComponent(RequestUri(view.Facts)),
        "remote_addr" => view.Address.ToString(),
        User => BasicCredentials.User(view.Facts),
        _ when name.StartsWith("http_", StringComparison.Ordinal) => Named(view.Facts, name[5..]),
        _ when name.StartsWith("cookie_", StringComparison.Ordinal) => RequestCookie.Of(view.Facts, name[7..], StringComparison.OrdinalIgnoreCase, orEmpty: true) ?? "",
        _ => Argument(view.Facts.Query, name.AsSpan(4)),
    };

    /// <summary>As nginx's set_escape_uri does: everything but unreserved characters.</summary>
    internal static string EscapeComponent(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~') escaped.Append(c);
            else escaped.Append('%').Append(((byte)c).ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return escaped.ToString();
    }

    /// <summary>A header by nginx's name for it: in lower case, with underscores.</summary>
    private static string Named(RequestFacts facts, string name) =>
        string.Join(", ", facts.Headers.Where(h => IsHeader(h.Key, name)).Select(h => h.Value));

    /// <summary>The first argument of a name, without case, as it is written (ngx_http_arg).</summary>
    private static string Argument(string query, ReadOnlySpan<char> name)
    {
        foreach (var range in query.AsSpan().Split('&'))
        {
            var pair = query.AsSpan()[range];
            if (pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.OrdinalIgnoreCase)) return pair[(name.Length + 1)..].ToString();
        }

        return "";
    }

    /// <summary>Whether a header is the one of a variable, which is in lower case and has underscores for dashes.</summary>
    internal static bool IsHeader(string header, ReadOnlySpan<char> name)
    {
        if (header.Length != name.Length) return false;
        for (var i = 0; i < name.Length; i++)
        {
            if ((header[i] == '-' ? '_' : char.ToLowerInvariant(header[i])) != char.ToLowerInvariant(name[i])) return false;
        }

        return true;
    }

    /// <summary>Path and query as sent.</summary>
    internal static string RequestUri(RequestFacts facts) => facts.Query.Length == 0 ? facts.Path : $"{facts.Path}?{facts.Query}";

    /// <summary>The Host header.</summary>
    internal static string Authority(RequestFacts facts) => facts.HostPort is { } port ? FormattableString.Invariant($"{facts.Host}:{port}") : facts.Host;
}
