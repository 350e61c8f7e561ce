using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CsCheck;
using Usher.Wire.Tests.Peers;

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
        await using var nginx = await Nginx.StartAsync(tables);
        var differences = new List<string>();
        var seen = new Dictionary<string, int>();
        for (var t = 0; t < tables.Count; t++)
        {
            var cluster = new Cluster(tables[t].Yaml).Valid();
            foreach (var (host, path) in requests.Skip(t * RequestsEach).Take(RequestsEach))
            {
                var theirs = await nginx.AskAsync(t, host, path);
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

    private sealed class Nginx : IAsyncDisposable
    {
        private const string Program = "/usr/sbin/nginx";
        private readonly string folder;
        private readonly int[] ports;
        private readonly Process process;

        private Nginx(string folder, int[] ports)
        {
            this.folder = folder;
            this.ports = ports;
            process = Process.Start(new ProcessStartInfo(Program, ["-p", folder, "-c", "nginx.conf", "-e", "error.log"]) { RedirectStandardError = true })!;
        }

        internal static async Task<Nginx> StartAsync(List<RouteRows> tables)
        {
            Assert.True(File.Exists(Program), "nginx is wanted as an oracle and isn't installed; install the package nginx-light");
            var folder = Directory.CreateTempSubdirectory("usher-nginx-").FullName;
            var ports = FreePorts(tables.Count);
            await File.WriteAllTextAsync(System.IO.Path.Combine(folder, "nginx.conf"), Configuration(tables, ports), TestContext.Current.CancellationToken);
            var nginx = new Nginx(folder, ports);
            await Limit.UntilAsync(() => nginx.process.HasExited || nginx.Listens());
            if (nginx.process.HasExited) Assert.Fail(await nginx.process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            return nginx;
        }

        /// <summary>The backend's name, or what ours would call nginx's own answer.</summary>
        internal async Task<string> AskAsync(int table, string host, string path)
        {
            using var client = await RawPeer.ConnectAsync(new IPEndPoint(IPAddress.Loopback, ports[table]));
            await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            var answer = await client.ReadToEndAsync();
            return answer[9..12] switch
            {
                "200" => answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..],
                "404" => "NotFound",
                "400" => "Malformed",
                _ => answer,
            };
        }

        public async ValueTask DisposeAsync()
        {
            // By its own id: other nginx processes are none of ours.
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            Directory.Delete(folder, recursive: true);
        }

        private static string Configuration(List<RouteRows> tables, int[] ports)
        {
            var text = new StringBuilder("""
                daemon off;
                master_process off;
                pid nginx.pid;
                error_log error.log;
                events { worker_connections 128; }
                http {
                  access_log off;
                  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                  server_names_hash_bucket_size 128;

                """);
            for (var t = 0; t < tables.Count; t++) Servers(text, tables[t], ports[t]);
            return text.Append("}\n").ToString();
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

        private static int[] FreePorts(int count)
        {
            var sockets = Enumerable.Range(0, count).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToList();
            foreach (var socket in sockets) socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var ports = sockets.Select(s => ((IPEndPoint)s.LocalEndPoint!).Port).ToArray();
            sockets.ForEach(s => s.Dispose());
            return ports;
        }

        private bool Listens()
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Connect(IPAddress.Loopback, ports[^1]);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }
}
