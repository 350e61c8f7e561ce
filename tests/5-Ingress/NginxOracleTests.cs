using System.Globalization;
using System.Text;
using CsCheck;

namespace Usher.Ingress.Tests;

/// <summary>
/// nginx itself, told the same hosts and paths as ingress-nginx tells it (its template and location.go), must choose the same backend for
/// every request. It runs as an ordinary process on 127.0.0.1 with everything it writes in a folder of its own.
/// </summary>
public sealed class NginxOracleTests
{
    private const int TableCount = 16;
    private const int RequestsEach = 40;
    private const string Seed = "0N0XIzNsQ0O2";

    [Fact]
    public async Task Nginx_chooses_the_same_backend()
    {
        var tables = Any(Tables.Any, TableCount);
        var requests = Any(Tables.Request, TableCount * RequestsEach);
        var ports = NginxProcess.FreePorts(tables.Count);
        await using var nginx = await NginxProcess.StartAsync(Configuration(tables, ports), ports[^1]);
        var differences = new List<string>();
        var seen = new Dictionary<string, int>();
        for (var t = 0; t < tables.Count; t++)
        {
            var cluster = new Cluster(tables[t].Yaml).Valid();
            foreach (var (host, path) in requests.Skip(t * RequestsEach).Take(RequestsEach))
            {
                var theirs = await AskAsync(ports[t], host, path);
                var ours = cluster.Chosen(host, path);
                var kind = theirs.StartsWith('s') ? "a backend" : theirs;
                seen[kind] = seen.GetValueOrDefault(kind) + 1;
                if (theirs != ours) differences.Add($"table {t}: {host} {path}: nginx {theirs}, ours {ours}");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} of {requests.Count} differ\n{string.Join('\n', differences.Take(20))}");
        // A comparison of nothing but 404s would prove nothing.
        Assert.True(seen["a backend"] > 200 && seen["NotFound"] > 50 && seen["Malformed"] > 10, string.Join(", ", seen));
    }

    /// <summary>The same values each time.</summary>
    private static List<T> Any<T>(Gen<T> gen, int count)
    {
        var random = PCG.Parse(Seed);
        return [.. Enumerable.Range(0, count).Select(_ => gen.Generate(random, null, out var _))];
    }

    private static async Task<string> AskAsync(int port, string host, string path)
    {
        var answer = await NginxProcess.AskAsync(port, $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        // The backend's name, or what ours would call nginx's own answer.
        return answer[9..12] switch
        {
            "200" => answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..],
            "404" => "NotFound",
            "400" => "Malformed",
            _ => answer,
        };
    }

    private static string Configuration(List<RouteRows> tables, int[] ports)
    {
        var text = new StringBuilder();
        for (var t = 0; t < tables.Count; t++) Servers(text, tables[t], ports[t]);
        return text.ToString();
    }

    private static void Servers(StringBuilder text, RouteRows table, int port)
    {
        var next = 0;
        foreach (var row in table.Hosts)
        {
            text.Append(CultureInfo.InvariantCulture, $"  server {{ listen 127.0.0.1:{port}; server_name {Name(row.Host)};\n");
            foreach (var (kind, path) in row.Paths)
            {
                foreach (var location in Locations(kind, path, row.Paths)) text.Append(CultureInfo.InvariantCulture, $"    location {location} {{ return 200 s{next}; }}\n");
                next++;
            }

            var fallback = table.Defaults ? $"return 200 s{next}" : "return 404";
            if (!row.Paths.Any(p => p.Path == "/" && p.Kind != "Exact")) text.Append(CultureInfo.InvariantCulture, $"    location / {{ {fallback}; }}\n");
            next++;
            text.Append("  }\n");
        }

        text.Append(CultureInfo.InvariantCulture,
            $"  server {{ listen 127.0.0.1:{port} default_server; server_name _; location / {{ {(table.Defaults ? $"return 200 s{next}" : "return 404")}; }} }}\n");
    }

    /// <summary>As buildServerName of ingress-nginx's template.go: a wildcard is a regular expression for one label.</summary>
    private static string Name(string host) =>
        host.StartsWith("*.", StringComparison.Ordinal) ? $"\"~^(?<subdomain>[\\w-]+)\\.{host[2..].Replace(".", "\\.", StringComparison.Ordinal)}$\"" : host;

    /// <summary>As updateServerLocations of ingress-nginx's location.go: a Prefix is a location with a final slash, and one for the path itself unless an Exact has that.</summary>
    private static IEnumerable<string> Locations(string kind, string path, IReadOnlyList<(string Kind, string Path)> all)
    {
        if (kind == "Exact") yield return $"= {path}";
        else if (kind == "ImplementationSpecific" || path == "/") yield return path;
        else
        {
            yield return path + "/";
            if (!all.Contains(("Exact", path))) yield return $"= {path}";
        }
    }
}
