using System.Globalization;
using System.Text;
using CsCheck;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>
/// The surprises of ingress-nginx's matching against nginx itself: hosts whose paths one of several Ingresses makes regular expressions, with and without a rewrite, and redirects to a final slash. nginx is told
/// what ingress-nginx writes for them (buildLocation and buildProxyPass of template.go, updateServerLocations of location.go) and passes each request on to a server that answers what it was asked.
/// </summary>
public sealed class NginxPatternTests
{
    private const string Host = "a.example.com";
    private const int HostCount = 120;
    private const int RequestsEach = 40;
    private const string Seed = "fZtugWMcZ_O4";

    private static readonly string[] Elements = ["a", "b", "ab", "v1", "A"];
    private static readonly string[] Patterns = ["/a(/|$)(.*)", "/v[0-9]+", "/(a|b)/(.*)", "/.*", "/b(.+)?", "/(?<first>[a-z])b", "/a$", "/(?<first>a)(b)?/?(.*)", "/ab/?", "/A"];
    private static readonly string?[] Annotations = ["use-regex: \"true\"", "rewrite-target: /$2", "rewrite-target: /r/$1", "rewrite-target: /a", null, null, null, null, null];

    private static readonly Gen<string> Plain = Gen.OneOf(Elements).Array[0, 2].Select(e => "/" + string.Join('/', e));

    private static readonly Gen<(string Kind, string Path)> Row = Gen.OneOf(
        Gen.Select(Gen.OneOf("Exact", "Prefix"), Plain),
        Gen.Select(Gen.Const("ImplementationSpecific"), Gen.Select(Plain, Gen.Int[0, 1], (path, slash) => slash == 0 && path.Length > 1 ? path + "/" : path)),
        Gen.Select(Gen.Const("ImplementationSpecific"), Gen.OneOf(Patterns)));

    private static readonly Gen<List<Part>> Parts = Gen.Select(Gen.OneOf(Annotations), Row.Array[1, 3]).Array[1, 3].Select(Distinct);

    private static readonly Gen<string> Request = Gen.Select(
        Gen.Frequency((8, Gen.OneOf(Elements)), (2, Gen.OneOf("B", "V12", "aB", "abc", "a$")), (1, Gen.OneOf("..", ".", "", "%61", "a%2Fb", "a%20b", "%C3%A9", "a+b", "%25", "a%3Fb"))).Array[0, 4], Gen.Bool, Gen.OneOf("", "", "?q=1&r"),
        (elements, slash, query) => "/" + string.Join('/', elements) + (slash && elements.Length > 0 ? "/" : "") + query);

    [Fact]
    public async Task Nginx_takes_the_same_pattern_and_rewrites_it_alike()
    {
        var random = PCG.Parse(Seed);
        var hosts = Enumerable.Range(0, HostCount).Select(_ => Parts.Generate(random, null, out var _)).ToList();
        var ports = NginxProcess.FreePorts(hosts.Count + 1);
        await using var nginx = await NginxProcess.StartAsync(Configuration(hosts, ports), ports[^1]);
        var differences = new List<string>();
        var seen = new Dictionary<string, int>();
        for (var h = 0; h < hosts.Count; h++)
        {
            var cluster = new Cluster(Yaml(hosts[h])).Valid();
            Assert.True(!cluster.Refusals.Any(), string.Join('\n', cluster.Refusals));
            for (var r = 0; r < RequestsEach; r++)
            {
                var request = (r % 3 == 0 ? Near(hosts[h]) : Request).Generate(random, null, out var _);
                var (theirs, ours) = (await AskAsync(ports[h], request), cluster.Ask($"GET http://{Host}{request}"));
                var kind = theirs[0] == 's' ? theirs.Contains(' ') ? "rewritten" : "passed" : theirs[..3];
                seen[kind] = seen.GetValueOrDefault(kind) + 1;
                if (theirs != ours) differences.Add($"{request}: nginx {theirs}, ours {ours}; {string.Join("; ", hosts[h])}");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differ\n{string.Join('\n', differences.Take(20))}");
        // A comparison of nothing but 404s would prove nothing.
        Assert.True(seen["rewritten"] > 400 && seen["passed"] > 200 && seen["404"] > 50 && seen.GetValueOrDefault("301") > 5, string.Join(", ", seen));
    }

    /// <summary>Paths of the host itself, and what is next to them.</summary>
    private static Gen<string> Near(List<Part> parts) => Gen.Select(
        Gen.OneOf([.. parts.SelectMany(p => p.Lines.Select(l => l.Path)).Where(p => p.All(c => char.IsAsciiLetterOrDigit(c) || c == '/')).DefaultIfEmpty("/a")]), Gen.OneOf("", "", "/", "b", "/b"),
        (path, after) => path.TrimEnd('/') is { Length: > 0 } start ? start + after : "/");

    private static List<Part> Distinct((string? Annotation, (string Kind, string Path)[] Rows)[] drawn)
    {
        var (taken, parts, next) = (new HashSet<string>(), new List<Part>(), 0);
        foreach (var (annotation, rows) in drawn)
        {
            var own = new List<Line>();
            foreach (var (kind, path) in rows)
            {
                // One location of nginx; and of a final slash nginx's own redirect and a Prefix's two locations differ, see Tables.
                if (taken.Add(path == "/" && kind != "Exact" ? "/" : $"{kind} {path}") && !(kind == "ImplementationSpecific" && taken.Contains($"Prefix {path.TrimEnd('/')}")) && !(kind == "Prefix" && taken.Contains($"ImplementationSpecific {path}/")))
                    own.Add(new Line(kind, path, $"s{next++}"));
            }

            if (own.Count > 0) parts.Add(new Part(annotation, own));
        }

        return parts;
    }

    private static string Yaml(List<Part> parts) => string.Concat(parts.Select((part, i) =>
        Routes($"i{i}", $"rules: [{Rule(Host, [.. part.Lines.Select(l => Path(l.Path, l.Kind, l.Service))])}]", part.Annotation is null ? "" : Annotated(part.Annotation))
        + string.Concat(part.Lines.Select(l => Service(l.Service)))));

    private static string Configuration(List<List<Part>> hosts, int[] ports)
    {
        var text = new StringBuilder("  port_in_redirect off;\n");
        for (var h = 0; h < hosts.Count; h++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  server {{ listen 127.0.0.1:{ports[h]}; server_name {Host};\n");
            foreach (var location in Locations(hosts[h])) text.Append(CultureInfo.InvariantCulture, $"    location {location} proxy_pass http://127.0.0.1:{ports[^1]}; }}\n");
            if (!hosts[h].Exists(p => p.Lines.Exists(l => l is { Path: "/", Kind: not "Exact" }))) text.Append("    location / { return 404; }\n");
            text.Append("  }\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"  server {{ listen 127.0.0.1:{ports[^1]}; location / {{ return 200 \"$http_x_service $request_uri\"; }} }}\n").ToString();
    }

    private static IEnumerable<string> Locations(List<Part> parts)
    {
        var lines = parts.SelectMany(p => p.Lines.Select(l => (Part: p, Line: l))).ToList();
        var patterns = lines.Exists(l => IsPattern(l.Part, l.Line));
        foreach (var (part, line) in lines.OrderByDescending(l => l.Line.Path, StringComparer.Ordinal).OrderByDescending(l => l.Line.Path.Length))
        {
            if (line.Kind != "Prefix" || line.Path == "/" || IsPattern(part, line)) yield return Location(line.Kind, line.Path);
            else
            {
                yield return Location("Prefix", line.Path.TrimEnd('/') + "/");
                if (!lines.Exists(l => l.Line.Kind == "Exact" && l.Line.Path == line.Path)) yield return Location("Exact", line.Path);
            }

            string Location(string kind, string path)
            {
                var rewrite = Target(part) is { } target && target != line.Path ? $"rewrite \"(?i){path}\" {target} break; " : "";
                return $"{(patterns ? $"~* \"^{path}\"" : kind == "Exact" ? $"= {path}" : path)} {{ {rewrite}proxy_set_header X-Service \"{line.Service}{(rewrite.Length > 0 ? "" : " as it came")}\";";
            }
        }
    }

    private static bool IsPattern(Part part, Line line) => part.Annotation?.StartsWith("use-regex", StringComparison.Ordinal) == true || (Target(part) is { } target && target != line.Path);

    private static string? Target(Part part) => part.Annotation?.StartsWith("rewrite-target: ", StringComparison.Ordinal) == true ? part.Annotation["rewrite-target: ".Length..] : null;

    private static async Task<string> AskAsync(int port, string target)
    {
        var answer = await NginxProcess.AskAsync(port, $"GET {target} HTTP/1.1\r\nHost: {Host}\r\nConnection: close\r\n\r\n");
        if (answer[9..12] == "301") return $"301 {answer.Split("Location: ")[1].Split("\r\n")[0]}";
        if (answer[9..12] != "200") return answer[9..12];
        var body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        return body.Split(" as it came")[0];
    }

    /// <summary>An Ingress of the host.</summary>
    private sealed record Part(string? Annotation, List<Line> Lines)
    {
        public override string ToString() => $"[{Annotation}] {string.Join(", ", Lines.Select(l => $"{l.Kind} {l.Path} {l.Service}"))}";
    }

    private sealed record Line(string Kind, string Path, string Service);
}
