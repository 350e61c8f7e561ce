namespace Usher.Ingress;

/// <summary><c>permanent-redirect</c> and <c>temporal-redirect</c>: every request of the location is answered with a redirect.</summary>
/// <param name="Annotation">Which of the two.</param>
/// <param name="Status">301 or 302, unless the annotation's -code says another.</param>
/// <param name="Target">Where to.</param>
internal sealed record RedirectRule(string Annotation, int Status, NginxTemplate Target)
{
    /// <summary>Reads the annotations; the temporal one comes first, as in ingress-nginx.</summary>
    internal static RedirectRule? Read(SettingReader reader) =>
        Read(reader, "temporal-redirect", 302) is var temporal && Read(reader, "permanent-redirect", 301) is var permanent ? temporal ?? permanent : null;

    private static RedirectRule? Read(SettingReader reader, string name, int standard)
    {
        var code = reader.Number($"{name}-code", 300, 308) ?? standard;
        if (code is not (301 or 302 or 303 or 307 or 308))
        {
            reader.Wrong($"{name}-code", $"{code}", "301, 302, 303, 307 or 308 is wanted");
            return null;
        }

        if (reader.Text(name) is not { } text) return null;
        if (!text.StartsWith("http://", StringComparison.Ordinal) && !text.StartsWith("https://", StringComparison.Ordinal) && !text.StartsWith("$scheme://", StringComparison.Ordinal))
        {
            reader.Wrong(name, text, "a URL of http or https is wanted");
            return null;
        }

        if (NginxTemplate.Parse(text, 0, out var problem) is { } target) return new RedirectRule(name, code, target);
        reader.Wrong(name, text, problem);
        return null;
    }
}
