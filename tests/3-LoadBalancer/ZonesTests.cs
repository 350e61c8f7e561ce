using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Which zones a load balancer has, and which addresses it gets for them.</summary>
public sealed class ZonesTests
{
    private static readonly ResourceKey Balancer = new("elbv2.services.k8s.aws", "LoadBalancer", "shop", "edge");

    [Theory]
    [InlineData("", "", "us-east-1a")]
    [InlineData("", "label us-east-1b|label us-east-1a|label us-east-1b", "us-east-1a us-east-1b")]
    [InlineData("", "id aws:///us-east-1c/i-0a1b2c3d|label us-east-1a", "us-east-1a us-east-1c")]
    [InlineData("", "id kind://docker/kind/node|none", "us-east-1a")]
    [InlineData("", "none", "us-east-1a")]
    [InlineData("us-east-1d us-east-1e", "label us-east-1a", "us-east-1d us-east-1e")]
    public void The_status_tells_the_zones_else_the_worker_nodes_do(string status, string nodes, string wanted)
    {
        var written = new DesiredState([Edge(status), .. nodes.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(Node)]);

        Assert.Equal(wanted, string.Join(' ', Reconciled(written, DesiredState.Empty).AvailabilityZones));
    }

    [Fact]
    public void What_says_the_same_is_the_same_object()
    {
        var (node, balancer) = (Node("label us-east-1a", 0), Edge(""));
        var first = new DesiredState([balancer, node]);
        var running = first.With(new LoadBalancerZones().Reconcile(Context(first), DesiredState.Empty));

        Assert.Same(running.Find(Balancer)!.Value, Reconciled(first, running));
        Assert.NotSame(running.Find(Balancer)!.Value, Reconciled(new DesiredState([balancer, node, Node("label us-east-1b", 1)]), running));
        Assert.NotSame(running.Find(Balancer)!.Value, Reconciled(new DesiredState([Edge(""), node]), running));
    }

    [Fact]
    public void A_zone_that_comes_or_goes_moves_no_other_zones_node()
    {
        var two = Plan(AddressPlan.Empty, "us-east-1b", "us-east-1c");
        var three = Plan(two, "us-east-1a", "us-east-1b", "us-east-1c");
        var one = Plan(three, "us-east-1c");

        Assert.Equal("us-east-1b=127.18.0.1 us-east-1c=127.18.0.2", Told(two, "us-east-1b", "us-east-1c"));
        Assert.Equal("us-east-1a=127.18.0.3 us-east-1b=127.18.0.1 us-east-1c=127.18.0.2", Told(three, "us-east-1a", "us-east-1b", "us-east-1c"));
        Assert.Equal("us-east-1c=127.18.0.2", Told(one, "us-east-1c"));
    }

    [Fact]
    public void A_nodes_owner_is_known_as_its_load_balancer()
    {
        var node = Assert.Single(LoadBalancerNode.Of(Typed("us-east-1a")));

        Assert.Equal("LoadBalancer shop/edge/us-east-1a", node.Owner.ToString());
        Assert.Equal(Balancer, LoadBalancerNode.BalancerOf(node.Owner));
        Assert.Equal(Balancer, LoadBalancerNode.BalancerOf(Balancer));
    }

    private static Model.Aws.LoadBalancer Reconciled(DesiredState written, DesiredState previous) =>
        (Model.Aws.LoadBalancer)written.With(new LoadBalancerZones().Reconcile(Context(written), previous)).Find(Balancer)!.Value;

    private static CompileContext Context(DesiredState state) => new(state, AddressPlan.Empty, Scope, new ErrorList());

    private static AddressPlan Plan(AddressPlan before, params string[] zones) =>
        before.Next(new LoadBalancerClaims().Claims(Context(new DesiredState([Edge(string.Join(' ', zones))]))));

    private static string Told(AddressPlan plan, params string[] zones) => string.Join(
        ' ', LoadBalancerNode.Of(Typed(string.Join(' ', zones))).Select(n => $"{n.Zone}={plan.Of(n.Owner).Bound}"));

    private static Resource Edge(string zones) => new(Balancer, new Model.Aws.LoadBalancer
    {
        LoadBalancerArn = Arn, Name = "edge", DnsName = AwsNames.LoadBalancerDnsName(Scope, "edge", false), AvailabilityZones = zones.Split(' ', StringSplitOptions.RemoveEmptyEntries),
    }, Origin.Derived);

    private static Resource<Model.Aws.LoadBalancer> Typed(string zones) => Assert.Single(new DesiredState([Edge(zones)]).All<Model.Aws.LoadBalancer>());

    private static Resource Node(string text, int index)
    {
        var words = text.Split(' ');
        return new Resource(new ResourceKey("", "Node", "", $"node-{index}"), new V1Node
        {
            Metadata = new V1ObjectMeta { Labels = words[0] == "label" ? new Dictionary<string, string> { ["topology.kubernetes.io/zone"] = words[1] } : null },
            Spec = new V1NodeSpec { ProviderID = words[0] == "id" ? words[1] : null },
        }, Origin.Derived);
    }
}
