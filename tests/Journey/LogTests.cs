using System.Text.RegularExpressions;

namespace Usher.Journey.Tests;

/// <summary>What a road writes of each request: a line on its output, and one in the load balancer's access log.</summary>
[Trait("user", "matters")]
public sealed partial class LogTests(SampleRoad sample)
{
    [Fact]
    public async Task Each_request_is_a_line_of_the_roads_output()
    {
        var road = await sample.RunsAsync();
        var path = $"/{Guid.NewGuid():n}";

        await road.CurlAsync($"https://api.example.com{path}?a=b");
        await road.CurlAsync("-k", $"https://other.example.com{path}");

        await road.UntilAsync("both requests are printed", () => road.Output.Split('\n').Count(l => l.Contains(path, StringComparison.Ordinal)) == 2);
        // A request is recorded a moment after its client has the answer, so that the next one's line may come first.
        var lines = road.Output.Split('\n').Where(l => l.Contains(path, StringComparison.Ordinal)).OrderByDescending(l => l.Contains("api.example.com", StringComparison.Ordinal)).ToList();
        Assert.Matches($@"^\d\d:\d\d:\d\d\.\d{{3}} 404 +\d+\.\d ms GET https://api\.example\.com{path}\?a=b  1-[0-9a-f]{{8}}-[0-9a-f]{{24}}$", lines[0]);
        Assert.Matches($@"^\d\d:\d\d:\d\d\.\d{{3}} 404 +\d+\.\d ms GET https://other\.example\.com{path}  1-[0-9a-f-]{{33}}  load-balancer\.404\.fixed-response$", lines[1]);
    }

    [Fact]
    public async Task Each_request_is_a_line_of_the_access_log()
    {
        var road = await sample.RunsAsync();
        var path = $"/{Guid.NewGuid():n}";

        await road.CurlAsync("--http1.1", "-A", "curl \"quoted\"", $"https://api.example.com{path}?a=b");
        await road.CurlAsync($"http://api.example.com{path}");

        var file = Path.Combine(road.State, "logs", "alb-access.log");
        await road.UntilAsync("both requests are logged", () => File.Exists(file) && Lines(file, path).Count == 2);
        // As on the output, the second may come first.
        var lines = Lines(file, path).OrderByDescending(l => l.StartsWith("https ", StringComparison.Ordinal)).ToList();
        var fields = Fields(lines[0]);
        Assert.Equal(33, fields.Count);
        Assert.Equal("https", fields[0]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", fields[1]);
        Assert.Matches("^app/shop-edge/[0-9a-f]{16}$", fields[2]);
        Assert.Matches(@"^127\.0\.0\.1:\d+$", fields[3]);
        Assert.Matches(@"^10\.0\.[12]\.10:30080$", fields[4]);
        Assert.All(fields.Skip(5).Take(3), seconds => Assert.Matches(@"^\d+\.\d{3}$", seconds));
        Assert.Equal(["404", "404"], fields.Skip(8).Take(2));
        Assert.Equal($"GET https://api.example.com:443{path}?a=b HTTP/1.1", fields[12]);
        Assert.Equal(@"curl \x22quoted\x22", fields[13]);
        Assert.Equal("TLSv1.3", fields[15]);
        Assert.Contains(":targetgroup/shop-nodes/", fields[16], StringComparison.Ordinal);
        Assert.Matches("^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$", fields[17]);
        Assert.Equal("api.example.com", fields[18]);
        Assert.StartsWith("arn:aws:acm:", fields[19], StringComparison.Ordinal);
        Assert.Equal("10", fields[20]);
        Assert.Equal(["forward", "-", "-"], fields.Skip(22).Take(3));
        Assert.Equal(fields[4], fields[25]);
        Assert.Equal("404", fields[26]);

        var redirect = Fields(lines[1]);
        Assert.Equal(["http", "-", "-1", "-1", "-1", "301", "-"], [redirect[0], redirect[4], .. redirect.Skip(5).Take(5)]);
        Assert.Equal(["0", "redirect", $"https://api.example.com:443{path}"], [redirect[20], redirect[22], redirect[23]]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_load_balancer_delivers_the_logs_that_are_on_as_ELB_does()
    {
        using var manifests = Manifests.Sample();
        manifests.Change("edge.yaml", "  type: application\n", """
              type: application
              attributes:
                - { key: access_logs.s3.enabled, value: "true" }
                - { key: access_logs.s3.bucket, value: my-logs }
                - { key: access_logs.s3.prefix, value: edge }
                - { key: connection_logs.s3.enabled, value: "true" }
                - { key: connection_logs.s3.bucket, value: my-connections }

            """);
        var state = Directory.CreateTempSubdirectory("usher-test-").FullName;
        try
        {
            await using (var road = await RunningRoad.StartInAsync(state, "-f", manifests.Path))
            {
                await road.CurlAsync("https://api.example.com/v1/users", "https://api.example.com/delivered");
                await road.CurlAsync("http://api.example.com/plain");
                await road.CurlAsync("--tls-max", "1.1", "--tlsv1.1", "https://api.example.com/");
                Machine.Signal(road.ProcessId, Machine.Terminate);
                Assert.Equal(0, await road.EndAsync());
            }

            var access = await UnpackedAsync(state, "my-logs/edge", @"^[0-9]{12}_elasticloadbalancing_us-east-1_app\.shop-edge\.[0-9a-f]{16}_\d{8}T\d{4}Z_127\.\d+\.0\.1_[a-z0-9]{8}\.log\.gz$");
            Assert.Equal(3, access.Count);
            Assert.Single(access, l => l.Contains("/delivered HTTP/2.0\"", StringComparison.Ordinal));

            // Both requests of the first connection have its id.
            var connections = await UnpackedAsync(state, "my-connections", @"^conn_log\.[0-9]{12}_elasticloadbalancing_us-east-1_app\.shop-edge\.");
            Assert.Equal(3, connections.Count);
            var secured = Assert.Single(connections, l => l.Contains(" 443 TLSv1.3 TLS_", StringComparison.Ordinal));
            Assert.Equal(2, access.Count(l => l.Contains(secured.Split(' ')[^1], StringComparison.Ordinal)));
            Assert.Single(connections, l => l.Contains(" 80 - - - \"-\" - - - TID_", StringComparison.Ordinal));
            Assert.Single(connections, l => l.Contains(" 443 - - - \"-\" - - Failed:UnmappedConnectionError TID_", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    /// <summary>The lines of a bucket's only file, unpacked by gzip itself.</summary>
    private static async Task<List<string>> UnpackedAsync(string state, string bucket, string name)
    {
        var file = Assert.Single(Directory.GetFiles(Path.Combine(state, "logs", "s3", bucket, "AWSLogs"), "*", SearchOption.AllDirectories));
        Assert.Matches(name, Path.GetFileName(file));
        var unpacked = await Tool.RunAsync("gzip", ["-dc", file]);
        return [.. unpacked.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static List<string> Lines(string file, string path)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return [.. reader.ReadToEnd().Split('\n').Where(l => l.Contains(path, StringComparison.Ordinal))];
    }

    /// <summary>The fields of a line: words, and texts in quotes.</summary>
    private static List<string> Fields(string line) => [.. Field().Matches(line).Select(m => m.Groups["quoted"].Success ? m.Groups["quoted"].Value : m.Value)];

    [GeneratedRegex("""
        "(?<quoted>(?:[^"\\]|\\.)*)"|[^ "]+
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Field();
}
