using System.Net;
using Usher.Model.Desired;
using Usher.Seam.Tests.Peers;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>How much one address may ask: the bucket as a table of moments, and the answers on real sockets.</summary>
public sealed class LimitTests
{
    private static readonly ResourceKey Pod = new("", "Pod", "ingress-nginx", "controller");
    private static readonly ResourceKey Ingress = new("networking.k8s.io", "Ingress", "shop", "api");

    [Fact]
    public void A_rate_lets_five_times_as_much_come_at_once_and_then_what_leaks()
    {
        var time = new Clock();
        var table = new LimitTable(time);
        var rule = new LimitRule(Ingress, 2, 0, 0, 5, []);
        int Admitted(int requests, string address = "10.0.0.1") => Enumerable.Range(0, requests).Count(_ => table.Admit(Pod, rule, IPAddress.Parse(address)) == ReadState.None);
        // The first one makes the bucket, ten more fill it.
        Assert.Equal(11, Admitted(20));
        Assert.Equal(11, Admitted(20, "10.0.0.2"));
        time.Seconds += 1;
        Assert.Equal(2, Admitted(20));
        time.Seconds += 60;
        Assert.Equal(11, Admitted(20));
    }

    [Fact]
    public void A_rate_by_the_minute_and_what_is_under_way()
    {
        var time = new Clock();
        var table = new LimitTable(time);
        var rule = new LimitRule(Ingress, 0, 60, 1, 2, []);
        var address = IPAddress.Parse("10.0.0.1");
        Assert.Equal(ReadState.None, table.Admit(Pod, rule, address));
        Assert.Equal(ReadState.OverConnections, table.Admit(Pod, rule, address));
        table.Ended(Pod, rule, address);
        Assert.Equal(ReadState.None, table.Admit(Pod, rule, address));
        // Another pod counts for itself.
        Assert.Equal(ReadState.None, table.Admit(Pod with { Name = "other" }, rule, address));
        for (var i = 0; i < 200; i++)
        {
            table.Ended(Pod, rule, address);
            table.Admit(Pod, rule, address);
        }

        table.Ended(Pod, rule, address);
        Assert.Equal(ReadState.OverRate, table.Admit(Pod, rule, address));
        time.Seconds += 1;
        Assert.Equal(ReadState.None, table.Admit(Pod, rule, address));
    }

    [Fact]
    public async Task Beyond_the_rate_it_is_503_and_told()
    {
        await using var running = await StartAsync("limit-rpm: '1'");
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        for (var i = 0; i < 6; i++) Assert.StartsWith("HTTP/1.1 200 ", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 503 Service Temporarily Unavailable\r\n", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
        var record = await running.Seam.Journal.RequestAsync(7);
        Assert.Equal(("ingress.503.limit", true), (record.Outcome, record.Problem!.StartsWith("127.0.0.1 asks more of shop/api than limit-rpm 1 allows", StringComparison.Ordinal)));
        Assert.Contains(record.Decision!.Tell().Single().Reasons, r => r is { Chosen: false, Candidate: "limit-rpm 1" });
    }

    [Fact]
    public async Task What_is_under_way_counts_until_it_ends()
    {
        await using var running = await StartAsync("limit-connections: '1'");
        var gate = new TaskCompletionSource();
        await using var web = new Backend(
            async (peer, _, _) =>
            {
                await gate.Task;
                await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            },
            running.Cluster.ServiceAt("web"));
        var first = running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n");
        await web.RequestAsync();
        Assert.StartsWith("HTTP/1.1 503 ", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
        gate.SetResult();
        Assert.StartsWith("HTTP/1.1 200 ", await first, StringComparison.Ordinal);
        await running.Seam.Journal.RequestAsync(2);
        Assert.StartsWith("HTTP/1.1 200 ", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Some_addresses_are_exempt()
    {
        await using var running = await StartAsync("limit-rpm: '1', nginx.ingress.kubernetes.io/limit-allowlist: 127.0.0.0/8");
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        for (var i = 0; i < 8; i++) Assert.StartsWith("HTTP/1.1 200 ", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
    }

    private static Task<Running> StartAsync(string annotations) =>
        Running.StartAsync(Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated(annotations)));
}
