using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Usher.Ingress;

/// <summary>
/// <c>rewrite-target</c>: <c>rewrite "(?i)PATH" TARGET break</c> (ingress-nginx's template.go; nginx documentation, Module ngx_http_rewrite_module). The path is a
/// regular expression that is looked for in the decoded path; what the target makes of it is escaped and sent on.
/// </summary>
internal sealed class RewriteRule
{
    private readonly Regex pattern;
    private readonly ImmutableArray<int> captures;
    private readonly NginxTemplate path;
    private readonly NginxTemplate? arguments;
    private readonly bool keepsQuery;

    /// <summary><c>$1</c> to <c>$9</c>.</summary>
    internal const int MostCaptures = 9;

    private RewriteRule(string text, Regex pattern, NginxTemplate path, NginxTemplate? arguments, bool keepsQuery)
    {
        Text = text;
        this.pattern = pattern;
        captures = PathPattern.Captures(pattern);
        this.path = path;
        this.arguments = arguments;
        this.keepsQuery = keepsQuery;
    }

    /// <summary>The target as written.</summary>
    internal string Text { get; }

    /// <summary>A target with a scheme is a redirect.</summary>
    internal bool IsRedirect => Text.StartsWith("http://", StringComparison.Ordinal) || Text.StartsWith("https://", StringComparison.Ordinal) || Text.StartsWith("$scheme", StringComparison.Ordinal);

    /// <summary>The first of the captures that the target names and the path hasn't; null when it has all.</summary>
    internal int? Missing => path.Captures.Concat(arguments?.Captures ?? []).Where(c => c > captures.Length).Select(c => (int?)c).Min();

    /// <summary>Compiles a target for one path.</summary>
    /// <param name="text">The annotation's value.</param>
    /// <param name="pattern">The path as a regular expression.</param>
    /// <param name="problem">What is wrong with it, when null is returned.</param>
    internal static RewriteRule? Compile(string text, Regex pattern, out string problem)
    {
        problem = "a path that starts with '/', or a URL, is wanted";
        if (text[0] is not ('/' or '$') && !text.StartsWith("http", StringComparison.Ordinal)) return null;
        var keeps = !text.EndsWith('?');
        var whole = keeps ? text : text[..^1];
        var question = whole.IndexOf('?', StringComparison.Ordinal);
        // One that the path hasn't is empty, and nginx says nothing of it.
        var path = NginxTemplate.Parse(question < 0 ? whole : whole[..question], MostCaptures, out problem);
        var arguments = path is null || question < 0 ? null : NginxTemplate.Parse(whole[(question + 1)..], MostCaptures, out problem);
        return path is null || problem.Length > 0 ? null : new RewriteRule(text, pattern, path, arguments, keeps);
    }

    /// <summary>The new target of a request, or the URL of the redirect; null when the path isn't found, and the request goes on as it came.</summary>
    internal string? Apply(in ClientView view, string uri)
    {
        if (pattern.Match(uri) is not { Success: true } match) return null;
        var found = new PathCaptures(match, captures);
        var changed = path.Fill(view, uri, found);
        var query = arguments?.Fill(view, uri, found with { Escaped = true }) ?? "";
        if (keepsQuery && view.Facts.Query.Length > 0) query = query.Length == 0 ? view.Facts.Query : $"{query}&{view.Facts.Query}";
        var escaped = IsRedirect ? changed : Escape(changed, false);
        return query.Length == 0 ? escaped : $"{escaped}?{query}";
    }

    /// <summary>
    /// The value of a header that is set behind the rewrite: captures are the path's, decoded, and <c>$uri</c> is the rewritten path. nginx would pass control characters on, which end a header: they are escaped here.
    /// </summary>
    internal string Header(NginxTemplate value, in ClientView view, string uri)
    {
        if (value.IsLiteral) return value.Fill(view, uri);
        var match = pattern.Match(uri);
        var found = new PathCaptures(match, captures);
        var filled = value.Fill(view, match.Success ? path.Fill(view, uri, found) : uri, found);
        return string.Concat(filled.Select(c => c is < ' ' or (char)0x7F ? FormattableString.Invariant($"%{(int)c:X2}") : c.ToString()));
    }

    /// <summary>As ngx_escape_uri does for a path, or for a capture within arguments.</summary>
    internal static string Escape(string text, bool argument)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c is <= ' ' or '"' or '#' or '%' or '<' or '>' or '\\' or '^' or '`' or '{' or '|' or '}' or >= (char)0x7F || (argument ? c is '&' or '+' or ';' : c == '?'))
                escaped.Append('%').Append(((byte)c).ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            else escaped.Append(c);
        }

        return escaped.ToString();
    }
}
