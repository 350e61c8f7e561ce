using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary>The PROXY protocol from a Network Load Balancer to ingress-nginx: on at both ends, and at one alone.</summary>
public sealed class ProxyProtocolTests
{
    private const string Url = "https://app.example.net/v1";

    [Fact]
    public async Task The_application_gets_to_know_the_client_that_the_node_hides()
    {
        using var manifests = With(sent: true, read: true);
        await using var road = await RunningRoad.StartAsync("--stand-in", "-f", manifests.Path);
        await Until.HoldsAsync("the targets are healthy", async () =>
            (await road.TargetsAsync()).Where(t => t.Text("targetGroup") is "ingress-https" or "ingress-http").All(t => t.Text("state") == "healthy"));

        foreach (var (version, url) in new[] { ("--http1.1", Url), ("--http2", Url), ("--http1.1", "http://app.example.net/v1") })
        {
            var ended = await road.CurlAsync("-k", version, "--interface", "127.0.0.9", url);
            Assert.True(ended.ExitCode == 0, ended.ToString());
            Assert.Matches(@"(?i)x-real-ip\W+127\.0\.0\.9\b", ended.Output);
            Assert.Matches(@"(?i)x-forwarded-for\W+127\.0\.0\.9\b", ended.Output);
            Assert.Matches(url == Url ? @"(?i)x-forwarded-port\W+443\b" : @"(?i)x-forwarded-port\W+80\b", ended.Output);
        }

        var journey = await road.TraceAsync("-k", Url);
        Assert.Equal("ok", journey.Text("outcome"));
        Assert.Matches(@"^version 2: 127\.0\.0\.1:\d+ → 127\.\d+\.\d+\.\d+:443$", journey.Hop("load-balancer").Facts().Text("proxyProtocol"));
        Assert.Matches(@"^127\.0\.0\.1:\d+ → 127\.\d+\.\d+\.\d+:443$", journey.Hop("ingress").Facts().Text("proxyProtocol"));
    }

    [Theory]
    [InlineData("http", "the connection doesn't begin with a PROXY header")]
    [InlineData("https", "the connection doesn't begin with a PROXY header")]
    public async Task A_connection_that_the_ingress_closed_for_want_of_it_says_so(string scheme, string told)
    {
        using var manifests = With(sent: false, read: true);
        await using var road = await RunningRoad.StartAsync("--stand-in", "-f", manifests.Path);

        var journey = JsonDocument.Parse((await road.UsherAsync("trace", "--json", "-k", $"{scheme}://app.example.net/v1")).Output).RootElement;

        Assert.Null(journey.Text("status"));
        Assert.Contains(told, journey.Text("problem"), StringComparison.Ordinal);
        await road.JourneysAsync("the port's own is listed", "limit=20", all => all.Any(j => j.Text("outcome") == "ingress.no-proxy-header"));
    }

    [Theory]
    [InlineData(true, false, "ingress.400.malformed", "400")]
    [InlineData(false, true, "ingress.no-proxy-header", null)]
    public async Task At_one_end_alone_explain_says_which_is_missing(bool sent, bool read, string outcome, string? status)
    {
        using var manifests = With(sent, read);

        var explained = JsonDocument.Parse((await Tool.UsherAsync("explain", "--json", "http://app.example.net/v1", "-f", manifests.Path)).Output).RootElement;

        Assert.Equal((outcome, status), (explained.Text("outcome"), explained.Text("status")));
        Assert.Contains("use-proxy-protocol", explained.Text("problem"), StringComparison.Ordinal);
        Assert.Contains("proxy_protocol_v2.enabled", explained.Text("problem"), StringComparison.Ordinal);
    }

    private static Manifests With(bool sent, bool read)
    {
        var manifests = Manifests.Empty();
        foreach (var file in Directory.EnumerateFiles(NetworkRoad.Folder, "*.yaml")) File.Copy(file, manifests.FileOf(Path.GetFileName(file)));
        if (sent)
        {
            foreach (var group in new[] { "ingress-https", "ingress-http" })
            {
                manifests.Change("edge.yaml", $"  name: {group}\n  protocol: TCP\n", $"  name: {group}\n  protocol: TCP\n  attributes: [{{ key: proxy_protocol_v2.enabled, value: \"true\" }}]\n");
            }
        }

        if (!read) return manifests;
        manifests.Write("config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ingress-nginx-controller, namespace: ingress-nginx }\ndata: { use-proxy-protocol: \"true\", ssl-redirect: \"false\" }\n");
        manifests.Change("kubernetes.yaml", "args: [/nginx-ingress-controller, ", "args: [/nginx-ingress-controller, --configmap=ingress-nginx/ingress-nginx-controller, ");
        return manifests;
    }
}
