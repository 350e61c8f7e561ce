using Usher.Tests;
using Usher.Trace.Meters;
using Usher.Trace.Text;

namespace Usher.Trace.Tests.Meters;

public sealed class TopTextTests
{
    private static readonly TopTarget[] Targets =
    [
        new("shop-nodes", "i-0a1b2c3d4e5f60001:30080", "healthy", 12, null),
        new("shop-nodes", "i-0a1b2c3d4e5f60002:30080", "unhealthy", 0, "Health checks failed with these codes: [503]"),
        new("k8s-shop-orders-0123456789", "10.0.1.102:8080", "draining", 1, "Target deregistration is in progress"),
    ];

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void A_picture(int width)
    {
        var (before, now) = (Reading(0, 0), Reading(2, 1));
        var text = new TopText(new TimelineStyle { Width = width }).Of(before, now, Targets, 12);
        Golden.Check(Golden.Folder("trace-tables", $"top-{width}.txt"), text + "\n");
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, width));
    }

    [Fact]
    public void Of_a_road_that_nobody_asked_anything()
    {
        var nothing = new RoadReading(TestRoad.Start, [new("dns", "queries", new Meter().Read())], new Dictionary<string, long>());
        Assert.EndsWith("nothing has come yet", new TopText(new TimelineStyle()).Of(nothing, nothing, [], 1), StringComparison.Ordinal);
    }

    private static RoadReading Reading(int seconds, int times)
    {
        var (loadBalancer, ingress) = (new Meter(), new Meter());
        loadBalancer.Count(TimeSpan.FromMilliseconds(1), 2);
        for (var i = 0; i < 1000 * times; i++)
        {
            loadBalancer.Count(TimeSpan.FromMicroseconds(500 + i), i % 100 == 0 ? 5 : i % 50 == 0 ? 4 : 2);
            ingress.Count(TimeSpan.FromMicroseconds(100 + i), 2);
        }

        return new RoadReading(
            TestRoad.Start.AddSeconds(seconds), [new("dns", "queries", new Meter().Read()), new("load-balancer", "requests", loadBalancer.Read()), new("ingress", "requests", ingress.Read())],
            Enumerable.Range(0, 10).ToDictionary(i => $"load-balancer.502.reason-{i}", i => (long)(i * (1 + times))));
    }
}
