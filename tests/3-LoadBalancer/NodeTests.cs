using System.Net;
using System.Net.Sockets;
using Usher.Model.Desired;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>A load balancer's nodes on real sockets, one in each of its zones.</summary>
public sealed class NodeTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a.example.com\r\nConnection: close\r\n\r\n";

    [Fact]
    public async Task Each_zones_node_accepts_and_sends_on_from_its_own_address_and_the_record_tells_which()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Zones("us-east-1a", "us-east-1b").Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        var from = new List<IPAddress>();
        await using var target = new Backend(
            async (peer, _, _) =>
            {
                lock (from) from.Add(((IPEndPoint)peer.Socket.RemoteEndPoint!).Address);
                await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
            },
            rig.Node(1));

        Assert.EndsWith("ok", await AskAsync(rig.At(1)), StringComparison.Ordinal);
        Assert.EndsWith("ok", await AskAsync(rig.At(2)), StringComparison.Ordinal);

        await rig.Journal.RequestAsync(2);
        Assert.Equal([rig.At(1), rig.At(2)], rig.Journal.Requests.Select(r => r.Upstream!.From.Address));
        Assert.Equal(
            [("us-east-1a", $"{rig.At(1)}:8080"), ("us-east-1b", $"{rig.At(2)}:8080")],
            rig.Journal.Requests.Select(r => Assert.Single(r.Decision!.Tell()).Facts).Select(f => ((string?)f["zone"], (string?)f["bound"])));
        Assert.Equal(
            [("us-east-1a", $"{rig.At(1)}:8080"), ("us-east-1b", $"{rig.At(2)}:8080")],
            rig.Health.Listeners(rig.Seam.Generations.Current).Select(l => (l.Zone, l.Bound.ToString())));
    }

    [Fact]
    public async Task A_refused_request_tells_its_zone_too()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Zones("us-east-1a", "us-east-1b").Listener(80));

        Assert.StartsWith("HTTP/1.1 405 ", await AskAsync(rig.At(2), Get.Replace("GET", "TRACE", StringComparison.Ordinal)), StringComparison.Ordinal);

        Assert.Equal("us-east-1b", (string?)Assert.Single((await rig.Journal.RequestAsync()).Decision!.Tell()).Facts["zone"]);
    }

    [Fact]
    public async Task A_zone_that_comes_answers_and_one_that_goes_stops_while_the_other_loses_no_request()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Zones("us-east-1b").Listener(80, Fixed(200)));
        using var stop = new CancellationTokenSource();
        var answered = 0;
        var load = Task.Run(async () =>
        {
            for (; !stop.IsCancellationRequested; Interlocked.Increment(ref answered))
            {
                Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(rig.At(1)), StringComparison.Ordinal);
            }
        });
        for (var i = 0; i < 5; i++)
        {
            await rig.ApplyAsync(rig.Edge().Zones("us-east-1a", "us-east-1b").Listener(80, Fixed(200)));
            await MoreAsync();
            Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(Added(rig)), StringComparison.Ordinal);
            var gone = Added(rig);
            await rig.ApplyAsync(rig.Edge().Zones("us-east-1b").Listener(80, Fixed(200)));
            await MoreAsync();
            await Assert.ThrowsAsync<SocketException>(() => AskAsync(gone));
        }

        await stop.CancelAsync();
        await load;

        Task MoreAsync()
        {
            var before = Volatile.Read(ref answered);
            return Limit.UntilAsync(() => Volatile.Read(ref answered) > before + 3 || load.IsCompleted);
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_at_one_node_is_an_error_that_names_the_address_and_starts_nothing()
    {
        await using var rig = new Rig();
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(rig.At(2), 8080));
        taken.Listen();
        var errors = new ErrorList();

        await rig.TryApplyAsync(rig.Edge().Zones("us-east-1a", "us-east-1b").Listener(80), errors);

        Assert.Contains($"can't listen at {rig.At(2)}:8080 (declared port 80)", Assert.Single(errors.All).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SocketException>(() => AskAsync(rig.At(1)));
    }

    private static IPAddress Added(Rig rig) => rig.Health.Listeners(rig.Seam.Generations.Current).Single(l => l.Zone == "us-east-1a").Bound.Address;

    private static async Task<string> AskAsync(IPAddress node, string request = Get)
    {
        using var client = await RawPeer.ConnectAsync(new IPEndPoint(node, 8080));
        await client.SendAsync(request);
        return await client.ReadMessageAsync();
    }
}
