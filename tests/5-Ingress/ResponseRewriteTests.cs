using System.Globalization;
using System.Text;
using Usher.Wire;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>proxy-cookie-domain, proxy-cookie-path and proxy-redirect-*: nginx itself must change the same in Set-Cookie and Location.</summary>
public sealed class ResponseRewriteTests
{
    private static readonly (string Annotations, string Directives)[] Rules =
    [
        ("proxy-cookie-domain: a.local b.com", "proxy_cookie_domain a.local b.com;"),
        ("proxy-cookie-path: /app/ /", "proxy_cookie_path /app/ /;"),
        ("proxy-cookie-path: / /app/, nginx.ingress.kubernetes.io/proxy-cookie-domain: a.local b.com", "proxy_cookie_path / /app/; proxy_cookie_domain a.local b.com;"),
        ("proxy-cookie-domain: \"off\"", "proxy_cookie_domain off;"),
        ("proxy-redirect-from: http://a.local/app/, nginx.ingress.kubernetes.io/proxy-redirect-to: https://b.com/", "proxy_redirect http://a.local/app/ https://b.com/;"),
        ("proxy-redirect-from: http://a.local/, nginx.ingress.kubernetes.io/proxy-redirect-to: /", "proxy_redirect http://a.local/ /;"),
        ("proxy-redirect-from: http://a.local/, nginx.ingress.kubernetes.io/proxy-redirect-to: \"off\"", "proxy_redirect off;"),
        ("proxy-redirect-from: \"off\"", "proxy_redirect off;"),
    ];

    private static readonly string[] Cookies =
        ["s=1", "s=1; Path=/app/x; HttpOnly", "s=1; path=/other", "s=1; Domain=a.local; Path=/app/", "s=1; domain=.A.local; Secure", "s=1; Domain=x.a.local", "s=a=b; Path=/app/; Path=/app/y"];

    private static readonly string[] Locations = ["http://a.local/app/x?y", "http://a.local/", "http://other/app/", "https://a.local/app/"];

    [Fact]
    public async Task Cookies_and_redirects_are_nginxs()
    {
        var ports = NginxProcess.FreePorts(2);
        var servers = new StringBuilder($"server {{ listen 127.0.0.1:{ports[1]}; ");
        for (var c = 0; c < Cookies.Length; c++) for (var l = 0; l < Locations.Length; l++) servers.Append(CultureInfo.InvariantCulture, $"location = /{c}/{l} {{ add_header Set-Cookie \"{Cookies[c]}\" always; return 302 {Locations[l]}; }}\n");
        servers.Append(CultureInfo.InvariantCulture, $"}}\nserver {{ listen 127.0.0.1:{ports[0]}; port_in_redirect off; proxy_redirect off;\n");
        for (var r = 0; r < Rules.Length; r++) servers.Append(CultureInfo.InvariantCulture, $"location /{r}/ {{ {Rules[r].Directives} proxy_pass http://127.0.0.1:{ports[1]}/; }}\n");
        await using var nginx = await NginxProcess.StartAsync(servers.Append('}').ToString(), ports[1]);
        var differences = new List<string>();
        for (var r = 0; r < Rules.Length; r++)
        {
            var cluster = new Cluster(Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated(Rules[r].Annotations))).Valid();
            var rewrites = cluster.Decide("a.com", "/").Choice.Route!.Rules.Rewrites;
            for (var c = 0; c < Cookies.Length; c++)
            {
                for (var l = 0; l < Locations.Length; l++)
                {
                    var answer = await NginxProcess.AskAsync(ports[0], $"GET /{r}/{c}/{l} HTTP/1.1\r\nHost: a.com\r\nConnection: close\r\n\r\n");
                    var theirs = $"{Line(answer, "Set-Cookie")} {Line(answer, "Location")}";
                    var ours = Ours(rewrites, Cookies[c], Locations[l]);
                    if (theirs != ours) differences.Add($"{Rules[r].Annotations}: nginx {theirs}, ours {ours}");
                }
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(20)));
    }

    private static string Ours(ResponseRewrites? rewrites, string cookie, string location)
    {
        var (head, edits) = (new ResponseHead(), new HeaderEdits());
        head.SetStatus(302);
        head.Add("Set-Cookie", cookie);
        head.Add("Location", location);
        rewrites?.Edit(head, edits, "http://a.com");
        return $"{Value("Set-Cookie"u8)} {Value("Location"u8)}";

        string Value(ReadOnlySpan<byte> name) => edits.TryGet(head, name, out var value) ? Encoding.ASCII.GetString(value) : "";
    }

    private static string Line(string answer, string name) => answer.Split("\r\n").First(l => l.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..];
}
