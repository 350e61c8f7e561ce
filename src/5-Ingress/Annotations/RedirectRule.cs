namespace Usher.Ingress;

/// <summary>
/// <c>permanent-redirect</c> and <c>temporal-redirect</c>: every request of the location is answered with a redirect. Their values are what ingress-nginx's redirect.go takes: what <see cref="AnnotationValidation"/> has of them, unless that is
/// switched off, and for the temporal one a URL whose scheme begins with http.
/// </summary>
/// <param name="Annotation">Which of the two.</param>
/// <param name="Status">301 or 302, unless the annotation's -code says another.</param>
/// <param name="Target">Where to; a path is one of the request's own host.</param>
internal sealed record RedirectRule(string Annotation, int Status, NginxTemplate Target)
{
    /// <summary>Reads the annotations; the temporal one comes first, as in ingress-nginx.</summary>
    /// <param name="reader">The annotations.</param>
    /// <param name="warn">Told of a name, and what is odd about its value.</param>
    internal static RedirectRule? Read(SettingReader reader, Action<string, string> warn)
    {
        // Beyond 307 ingress-nginx takes the temporal one's code for 302.
        var temporal = Read(reader, "temporal-redirect", [302, 301, 303, 307]);
        var permanent = Read(reader, "permanent-redirect", [301, 302, 303, 307, 308]);
        if (temporal is not null) return temporal;
        if (permanent is not null && reader.Text("permanent-redirect") is { } to && to[0] != '/' && !to.Contains("://", StringComparison.Ordinal))
            warn(permanent.Annotation, $"'{to}' is neither a URL nor an absolute path: a client takes it for a path beside the one that it asked for");
        return permanent;
    }

    /// <summary>Reads one of them; the first of the codes is the one that it has when nothing is said.</summary>
    private static RedirectRule? Read(SettingReader reader, string name, int[] codes)
    {
        var code = reader.Number($"{name}-code", 300, codes[^1]) ?? codes[0];
        if (!codes.Contains(code))
        {
            reader.Wrong($"{name}-code", $"{code}", $"{string.Join(", ", codes[..^1].Order())} or {codes[^1]} is wanted");
            return null;
        }

        if (reader.Text(name) is not { } text) return null;
        if (name == "temporal-redirect" && !IsHttp(text))
        {
            reader.Wrong(name, text, "a URL of http or https is wanted");
            return null;
        }

        if (NginxTemplate.Parse(text, 0, out var problem) is { } target) return new RedirectRule(name, code, target);
        reader.Wrong(name, text, problem);
        return null;
    }

    /// <summary>isValidURL of redirect.go: what Go's url.Parse takes, with a scheme that begins with http. A port has digits alone, and may be any number.</summary>
    private static bool IsHttp(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !text.StartsWith("http", StringComparison.OrdinalIgnoreCase) || !text[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.')) return false;
        var host = AuthTarget.HostOf(text);
        var port = host.EndsWith(']') ? -1 : host.LastIndexOf(':');
        return port < 0 || host[(port + 1)..].All(char.IsAsciiDigit);
    }
}
