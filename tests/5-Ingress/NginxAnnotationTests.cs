using System.Globalization;
using System.Text;
using CsCheck;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>
/// nginx itself, with the directives that ingress-nginx writes for annotations, must send on and answer the same as ours: rewrites and patterns, final slashes, redirects, sizes and source ranges.
/// </summary>
public sealed class NginxAnnotationTests
{
    private const string Seed = "0N0XIzNsQ0O2";

    private static readonly (string Path, string Target)[] Rewrites =
    [
        ("/api(/|$)(.*)", "/$2"), ("/api(/|$)(.*)", "/v2/$2?from=$1"), ("/a/(b+)/?(.*)", "/$1-$2"), ("/a", "/"), ("/(.*)", "/root/$1?"), ("/[^/]+/(v[0-9])", "/$1"), ("/api|/b", "/x"),
    ];

    private static readonly Gen<string> Request = Gen.Select(
        Gen.OneOf("/api", "/API", "/a", "/b", "/foo", "/Foo", "/bar", "/x", "/", "/apis"),
        Gen.OneOf("a", "b", "bb", "v1", "foo", "..", "", ".", "%20", "%25", "%2F", "%3f", "%C3%BC", "a+b", "%22", "~", "a;b", "%7C", "%0A").Array[0, 3], Gen.OneOf("", "", "?x=1&y=%20", "?"),
        (start, elements, query) => string.Join('/', elements.Prepend(start)) + query);

    [Fact]
    public async Task Rewrites_and_patterns_are_nginxs()
    {
        var ports = NginxProcess.FreePorts(Rewrites.Length + 1);
        var servers = new StringBuilder(Echo(ports[^1]));
        for (var i = 0; i < Rewrites.Length; i++)
        {
            // Longest text first; of the Prefix that is no pattern there are two.
            var (path, target) = Rewrites[i];
            var locations = new List<(string Path, string Text)>
            {
                (path, $"location ~* \"^{path}\" {{ rewrite \"(?i){path}\" {target} break; proxy_pass http://127.0.0.1:{ports[^1]}; }}"),
                ("/foo", $"location ~* \"^/foo/\" {{ proxy_pass http://127.0.0.1:{ports[^1]}; }} location ~* \"^/foo\" {{ proxy_pass http://127.0.0.1:{ports[^1]}; }}"),
                ("/bar/", $"location ~* \"^/bar/\" {{ proxy_pass http://127.0.0.1:{ports[^1]}; }}"),
            };
            var ordered = locations.OrderByDescending(l => l.Path, StringComparer.Ordinal).OrderByDescending(l => l.Path.Length).Select(l => l.Text);
            servers.Append(CultureInfo.InvariantCulture, $"server {{ listen 127.0.0.1:{ports[i]}; port_in_redirect off; {string.Join('\n', ordered)} location ~* \"^/\" {{ return 404; }} }}\n");
        }

        var clusters = Rewrites.Select(r => new Cluster(
            Unvalidated + Service("web") + Service("foo") + Routes("api", $"rules: [{Rule("a.com", Path(r.Path, "ImplementationSpecific", "web"))}]", Annotated($"rewrite-target: \"{r.Target}\""))
            + Routes("foo", $"rules: [{Rule("a.com", Path("/foo", "Prefix", "foo"), Path("/bar/", "ImplementationSpecific", "foo"))}]"), standard: false).Valid()).ToList();
        await CompareAsync(servers.ToString(), ports, clusters, 60, ["200", "404", "400"]);
    }

    [Fact]
    public async Task A_final_slash_is_nginxs()
    {
        string[][] tables =
        [
            ["Prefix /foo/"], ["Prefix /foo/", "Exact /foo"], ["ImplementationSpecific /foo/"], ["ImplementationSpecific /foo/", "ImplementationSpecific /"], ["Prefix /foo", "ImplementationSpecific /foo/bar/"],
            ["ImplementationSpecific /foo/", "ImplementationSpecific /fo"], ["Exact /foo/", "Prefix /"],
        ];
        var ports = NginxProcess.FreePorts(tables.Length + 1);
        var servers = new StringBuilder(Echo(ports[^1]));
        for (var i = 0; i < tables.Length; i++)
        {
            servers.Append(CultureInfo.InvariantCulture, $"server {{ listen 127.0.0.1:{ports[i]}; port_in_redirect off;\n");
            foreach (var (kind, path) in tables[i].Select(Row))
            {
                var matches = kind == "Exact" ? [$"= {path}"] : kind == "Prefix" && path != "/" ? tables[i].Contains($"Exact {path}") ? [$"{path.TrimEnd('/')}/"] : [$"{path.TrimEnd('/')}/", $"= {path}"] : new[] { path };
                foreach (var match in matches.Distinct()) servers.Append(CultureInfo.InvariantCulture, $"location {match} {{ proxy_pass http://127.0.0.1:{ports[^1]}; }}\n");
            }

            servers.Append(tables[i].Any(r => Row(r) is { Path: "/", Kind: not "Exact" }) ? "}\n" : "location / { return 404; } }\n");
        }

        var clusters = tables.Select(t => new Cluster(Service("web") + Routes("api", $"rules: [{Rule("a.com", [.. t.Select(Row).Select(r => Path(r.Path, r.Kind, "web"))])}]")).Valid()).ToList();
        await CompareAsync(servers.ToString(), ports, clusters, 40, ["200", "301", "404"]);
    }

    [Theory]
    [InlineData("whitelist-source-range: 10.0.0.0/8", "allow 10.0.0.0/8; deny all;", "403")]
    [InlineData("whitelist-source-range: '10.0.0.0/8,127.0.0.9/8'", "allow 10.0.0.0/8; allow 127.0.0.9/8; deny all;", "200")]
    [InlineData("denylist-source-range: 127.0.0.0/8", "deny 127.0.0.0/8;", "403")]
    [InlineData("denylist-source-range: 10.0.0.0/8, nginx.ingress.kubernetes.io/whitelist-source-range: 127.0.0.0/8", "deny 10.0.0.0/8; allow 127.0.0.0/8; deny all;", "200")]
    [InlineData("permanent-redirect: https://b.com$request_uri", "return 301 https://b.com$request_uri;", "301")]
    [InlineData("permanent-redirect: \"$scheme://$host/new$uri$is_args$args\"", "return 301 $scheme://$host/new$uri$is_args$args;", "301")]
    [InlineData("temporal-redirect: \"https://$host/new$uri\"", "return 302 https://$host/new$uri;", "302")]
    [InlineData("permanent-redirect: /new$uri", "port_in_redirect off; return 301 /new$uri;", "301")]
    [InlineData("permanent-redirect: //b.com", "port_in_redirect off; return 301 //b.com;", "301")]
    [InlineData("permanent-redirect: b.com", "return 301 b.com;", "301")]
    [InlineData("permanent-redirect: /new$uri, nginx.ingress.kubernetes.io/relative-redirects: \"true\"", "absolute_redirect off; return 301 /new$uri;", "301")]
    [InlineData("permanent-redirect: //b.com, nginx.ingress.kubernetes.io/relative-redirects: \"true\"", "absolute_redirect off; return 301 //b.com;", "301")]
    [InlineData("permanent-redirect: https://b.com, nginx.ingress.kubernetes.io/relative-redirects: \"true\"", "absolute_redirect off; return 301 https://b.com;", "301")]
    [InlineData("permanent-redirect: https://b.com, nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8", "allow 10.0.0.0/8; deny all; return 301 https://b.com;", "301")]
    [InlineData("proxy-body-size: 1k", "client_max_body_size 1k;", "413", "Content-Length: 1025\r\n")]
    [InlineData("proxy-body-size: 1k", "client_max_body_size 1k;", "200", "Content-Length: 1024\r\n")]
    [InlineData("proxy-body-size: 1k, nginx.ingress.kubernetes.io/permanent-redirect: https://b.com", "client_max_body_size 1k; return 301 https://b.com;", "413", "Content-Length: 1025\r\n")]
    [InlineData("proxy-body-size: '0'", "client_max_body_size 0;", "200", "Content-Length: 2000000\r\n")]
    public async Task A_location_answers_as_nginx_does(string annotations, string directives, string status, string header = "")
    {
        var ports = NginxProcess.FreePorts(2);
        await using var nginx = await NginxProcess.StartAsync(
            $"{Echo(ports[1])} server {{ listen 127.0.0.1:{ports[0]}; location / {{ {directives} proxy_pass http://127.0.0.1:{ports[1]}; }} }}", ports[1]);
        var body = header.Length == 0 ? "" : new string('x', int.Parse(header[16..], CultureInfo.InvariantCulture));
        var answer = await NginxProcess.AskAsync(ports[0], $"{(header.Length == 0 ? "GET" : "POST")} /x%20y?z=1 HTTP/1.1\r\nHost: a.com\r\n{header}Connection: close\r\n\r\n{body}");
        var cluster = new Cluster(Unvalidated + Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated(annotations)), standard: false).Valid();
        var ours = cluster.Ask($"{(header.Length == 0 ? "GET" : "POST")} http://a.com/x%20y?z=1{(header.Length == 0 ? "" : $" Content-Length={header[16..].Trim()}")}");
        Assert.StartsWith(status, Told(answer), StringComparison.Ordinal);
        Assert.Equal(Told(answer), ours == "web" ? "200 /x%20y?z=1" : ours);
    }

    private static async Task CompareAsync(string configuration, int[] ports, List<Cluster> clusters, int requests, string[] wanted)
    {
        await using var nginx = await NginxProcess.StartAsync(configuration, ports[^1]);
        var random = PCG.Parse(Seed);
        var differences = new List<string>();
        var seen = new HashSet<string>();
        for (var i = 0; i < clusters.Count; i++)
        {
            for (var n = 0; n < requests; n++)
            {
                var target = Request.Generate(random, null, out _);
                var theirs = Told(await NginxProcess.AskAsync(ports[i], $"GET {target} HTTP/1.1\r\nHost: a.com\r\nConnection: close\r\n\r\n"));
                var ours = clusters[i].Ask($"GET http://a.com{target}");
                if (!char.IsAsciiDigit(ours[0])) ours = $"200 {(ours.Contains(' ', StringComparison.Ordinal) ? ours[(ours.IndexOf(' ', StringComparison.Ordinal) + 1)..] : target)}";
                seen.Add(theirs[..3]);
                if (theirs != ours) differences.Add($"{i}: {target}: nginx {theirs}, ours {ours}");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differ\n{string.Join('\n', differences.Take(20))}");
        Assert.Superset(wanted.ToHashSet(), seen);
    }

    /// <summary>What nginx answered, as <see cref="Cluster.Ask"/> tells it: the status, with where it leads or what the backend was asked for.</summary>
    private static string Told(string answer)
    {
        var status = answer[9..12];
        if (status == "200") return $"200 {answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]}";
        var location = answer.Split("\r\n").FirstOrDefault(l => l.StartsWith("Location: ", StringComparison.Ordinal));
        return location is null ? status : $"{status} {location[10..]}";
    }

    private static (string Kind, string Path) Row(string text) => (text.Split(' ')[0], text.Split(' ')[1]);

    /// <summary>A backend that tells the target that it was asked for.</summary>
    private static string Echo(int port) => $"server {{ listen 127.0.0.1:{port}; client_max_body_size 0; location / {{ return 200 $request_uri; }} }}\n";
}
