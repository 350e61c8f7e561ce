using System.Text;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>
/// What ingress-nginx changes in responses, a backend's and its own: Server and what is for nginx alone are taken away, headers of the ConfigMap and of enable-cors are set, and
/// Strict-Transport-Security over TLS for a host with a certificate.
/// </summary>
internal sealed class ResponseHeaders : IResponseEditor
{
    /// <summary>What most responses need: nginx hides the backend's Server header.</summary>
    private static readonly ResponseHeaders Plain = new(true, [], []);

    private static readonly ResponseHeaders Untouched = new(false, [], []);
    private static readonly HeaderName Server = new("Server");

    /// <summary>What nginx never passes on (ngx_http_proxy_module.c, ngx_http_proxy_hide_headers), beside Server and Date, in whose place it puts its own.</summary>
    private static readonly HeaderName[] ForNginx =
        [new("X-Pad"), new("X-Accel-Expires"), new("X-Accel-Redirect"), new("X-Accel-Limit-Rate"), new("X-Accel-Buffering"), new("X-Accel-Charset")];

    private AuthReading? authorization;
    private ResponseRewrites? rewrites;
    private string own = "";
    private IReadOnlyList<string> challenges = [];
    private readonly bool hideServer;
    private readonly IReadOnlyList<string> hidden;

    private ResponseHeaders(bool hideServer, IReadOnlyList<string> hidden, IReadOnlyList<KeyValuePair<string, string>> set)
    {
        this.hideServer = hideServer;
        this.hidden = hidden;
        Set = set;
    }

    /// <summary>Headers that every response gets, the controller's own answers included.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Set { get; }

    /// <summary>The same for an answer of the controller's own, with the cookies of who was asked.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> AtOwnAnswer(int status) =>
        authorization?.Cookie(status) is { } cookie ? [.. Set, new("Set-Cookie", cookie)] : Set;

    /// <summary>The changes for a decision's response.</summary>
    internal static ResponseHeaders For(IngressDecision decision)
    {
        var headers = Common(decision);
        var rules = decision.Choice.Route?.Rules;
        var cookie = decision.Authorization?.Header("Set-Cookie") is not null;
        if (!cookie && rules?.Rewrites is null) return headers;
        return new ResponseHeaders(headers.hideServer, headers.hidden, headers.Set) { authorization = cookie ? decision.Authorization : null, rewrites = rules?.Rewrites, own = rules?.RelativeRedirects == true ? "" : $"{decision.Facts.Scheme}://{decision.Facts.Host}" };
    }

    /// <summary>What the ConfigMap alone wants: the changes in an error's page of a default backend.</summary>
    internal static ResponseHeaders OfConfig(NginxConfig config) =>
        config.AddHeaders.IsEmpty && config.HideHeaders.IsEmpty ? config.BackendServerHeader ? Untouched : Plain : new ResponseHeaders(!config.BackendServerHeader, config.HideHeaders, config.AddHeaders);

    /// <summary>The same with what the 401 in whose place a page stands asked for.</summary>
    internal ResponseHeaders With(IReadOnlyList<string> asked) => asked.Count == 0 ? this : new ResponseHeaders(hideServer, hidden, Set) { challenges = asked };

    private static ResponseHeaders Common(IngressDecision decision)
    {
        var config = decision.Controller.Config;
        var cors = decision.Choice.Route?.Rules.Cors;
        var hsts = decision.Controller.Https && decision.Controller.Routes.Certificates.Of(decision.Facts.Host) is not null ? config.Hsts : null;
        var custom = decision.Choice.Route?.Rules.CustomHeaders ?? [];
        if (hsts is null && cors is null && custom.IsEmpty) return OfConfig(config);
        List<KeyValuePair<string, string>> set = [.. config.AddHeaders.Where(h => !custom.Any(c => c.Key.Equals(h.Key, StringComparison.OrdinalIgnoreCase))), .. custom];
        if (cors?.For(ClientView.Header(decision.Facts, "Origin")) is { } headers) set.AddRange(headers);
        if (hsts is not null) set.Add(new("Strict-Transport-Security", hsts));
        return new ResponseHeaders(!config.BackendServerHeader, config.HideHeaders, set);
    }

    public void Edit(ResponseHead response, HeaderEdits edits)
    {
        if (hideServer) edits.Remove(Server);
        HideForNginx(response, edits);
        rewrites?.Edit(response, edits, own);
        foreach (var name in hidden) edits.Remove(name);
        foreach (var (name, value) in Set) edits.Set(name, value);
        foreach (var challenge in challenges) edits.Add("WWW-Authenticate", challenge);
        if (authorization?.Cookie(response.StatusCode) is { } cookie) edits.Add("Set-Cookie", cookie);
    }

    /// <summary>Most responses have none of them: then nothing is edited, since each edit is compared with each header.</summary>
    private static void HideForNginx(ResponseHead response, HeaderEdits edits)
    {
        for (var i = 0; i < response.HeaderCount; i++)
        {
            var name = response.Name(i);
            if (name.Length < 5 || name[1] != '-' || (name[2] | 0x20) is not ('a' or 'p')) continue;
            foreach (var hidden in ForNginx)
            {
                if (Ascii.EqualsIgnoreCase(name, hidden.Bytes)) edits.Remove(hidden);
            }
        }
    }
}
