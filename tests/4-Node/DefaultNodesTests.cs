using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Node.Tests;

/// <summary>The nodes of a road for which nobody wrote one.</summary>
public sealed class DefaultNodesTests
{
    [Theory]
    [InlineData("us-east-1",
        "ip-10-0-1-10.ec2.internal i-0a1b2c3d4e5f60001 us-east-1a 10.0.1.10", "ip-10-0-2-10.ec2.internal i-0a1b2c3d4e5f60002 us-east-1b 10.0.2.10")]
    [InlineData("eu-central-1",
        "ip-10-0-1-10.eu-central-1.compute.internal i-0a1b2c3d4e5f60001 eu-central-1a 10.0.1.10",
        "ip-10-0-2-10.eu-central-1.compute.internal i-0a1b2c3d4e5f60002 eu-central-1b 10.0.2.10")]
    public void Without_a_node_there_are_two_in_two_zones_of_the_region(string region, string first, string second)
    {
        var generation = Compile(region);

        var reports = new NodeReports(new NodeDirectory(new FixedGeneration(Generation.None), new NodeOptions(), TimeProvider.System)).All(generation);

        Assert.Equal([first, second], reports.Select(n => $"{n.Name} {n.InstanceId} {n.Zone} {n.Address.Declared}"));
        Assert.All(reports, n => Assert.Equal((true, "Ready"), (n.Derived, n.State)));
    }

    [Fact]
    public void They_have_the_labels_and_the_room_of_a_managed_node_groups_m5_large()
    {
        var node = Compile("us-east-1").State.All<V1Node>().First().Value;

        Assert.Equal("m5.large", node.Metadata.Labels["node.kubernetes.io/instance-type"]);
        Assert.Equal(node.Metadata.Name, node.Metadata.Labels["kubernetes.io/hostname"]);
        Assert.Equal("us-east-1a", node.Metadata.Labels["topology.kubernetes.io/zone"]);
        Assert.Equal("29", node.Status.Allocatable["pods"].ToString());
        // kube-reserved and the eviction threshold: 255 MiB + 29 × 11 MiB + 100 MiB.
        Assert.Equal((255 + (29 * 11) + 100) * 1024m * 1024m, node.Status.Capacity["memory"].ToDecimal() - node.Status.Allocatable["memory"].ToDecimal());
    }

    [Fact]
    public void A_written_node_turns_them_off()
    {
        var written = new V1Node
        {
            Metadata = new V1ObjectMeta { Name = "mine" },
            Spec = new V1NodeSpec { Unschedulable = true },
            Status = new V1NodeStatus { Addresses = [new V1NodeAddress { Type = "InternalIP", Address = "10.9.9.9" }] },
        };

        var node = Assert.Single(new NodeReports(new NodeDirectory(new FixedGeneration(Generation.None), new NodeOptions(), TimeProvider.System)).All(Compile("us-east-1", written)));

        Assert.Equal(("mine", false, "Ready,SchedulingDisabled"), (node.Name, node.Derived, node.State));
    }

    private static Generation Compile(string region, params V1Node[] written)
    {
        var state = new DesiredState(written.Select(n => new Resource(new ResourceKey("", "Node", "", n.Metadata.Name), n, new Origin("files"))));
        var context = new CompileContext(state, AddressPlan.Empty, new AwsScope("000000000000", region), new ErrorList());
        context = context with { State = state.With(new DefaultNodes().Reconcile(context, DesiredState.Empty)) };
        context = context with { Addresses = context.Addresses.Next(new NodeClaims().Claims(context)) };
        var generation = new Generation(1, context.State, context.Addresses, [new NodeCompiler().Compile(context)]);
        Assert.Empty(context.Errors.All);
        return generation;
    }
}
