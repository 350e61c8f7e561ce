namespace Usher.Ingress;

/// <summary><c>mirror-target</c>, <c>mirror-host</c>, <c>mirror-request-body</c>: a copy of each request goes to another place (ingress-nginx documentation, Mirror; nginx documentation, Module ngx_http_mirror_module).</summary>
/// <param name="Target">The URL, with variables of nginx.</param>
/// <param name="Written">The URL as written.</param>
/// <param name="Host">The Host header: the annotation's, or the URL's host.</param>
/// <param name="Body">Whether the copy has the request's body.</param>
internal sealed record MirrorRule(NginxTemplate Target, string Written, string Host, bool Body)
{
    /// <summary>What a copy asks for when the URL has no path: the location that ingress-nginx makes for it. Its name ends with the Ingress's uid.</summary>
    internal required string Location { get; init; }

    internal static MirrorRule? Read(SettingReader reader, string? uid)
    {
        var body = reader.Text("mirror-request-body");
        if (body is not (null or "on" or "off")) reader.Wrong("mirror-request-body", body, "on or off is wanted");
        var host = reader.HeaderText("mirror-host");
        if (reader.Text("mirror-target") is not { } target) return null;
        var named = AuthTarget.Of(target.Split('$')[0]);
        if (named is null)
        {
            reader.Wrong("mirror-target", target, "a URL of http or https is wanted, with its host written out");
            return null;
        }

        if (NginxTemplate.Parse(target, 0, out var problem, headers: true) is { } template) return new MirrorRule(template, target, host ?? named.Value.Host, body != "off") { Location = $"/_mirror-{uid}" };
        reader.Wrong("mirror-target", target, problem);
        return null;
    }
}
