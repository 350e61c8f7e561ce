using System.Net;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam;
using Usher.Tests;

namespace Usher.Node.Tests;

/// <summary>Which nodes there are, what is wrong with them, and what is told of them.</summary>
public sealed class NodeTests
{
    [Theory]
    [InlineData("aws:///us-east-1a/i-0a1b2c3d4e5f60001", "us-east-1a", "i-0a1b2c3d4e5f60001")]
    [InlineData("aws:///us-gov-west-1b/i-1a2b3c4d", "us-gov-west-1b", "i-1a2b3c4d")]
    [InlineData("aws:///us-east-1a/i-0a1b2c3d4e5f6000", null, null)]
    [InlineData("aws:///us-east-1a/i-0A1B2C3D4E5F60001", null, null)]
    [InlineData("aws://us-east-1a/i-0a1b2c3d4e5f60001", null, null)]
    [InlineData("aws:///us-east-1a/i-0a1b2c3d4e5f60001/x", null, null)]
    [InlineData("aws:///us-east-1a/i-0a1b2c3d4e5f60001\n", null, null)]
    [InlineData("kind://docker/kind/kind-worker", null, null)]
    [InlineData("i-0a1b2c3d4e5f60001", null, null)]
    public void Provider_ids(string text, string? zone, string? instance)
    {
        var parsed = NodeFields.ParseProviderId(text);

        Assert.Equal((zone, instance), (parsed?.Zone, parsed?.Instance));
    }

    [Fact]
    public void A_decision_tells_the_node_and_then_the_service()
    {
        var (fronts, front, generation) = Road();

        var accounts = new NodePorts(fronts, Running).Decide(generation, front, IPAddress.Loopback).Decision.Tell().ToList();

        Assert.Equal([Hop.Node, Hop.Service], accounts.Select(a => a.Hop));
        Assert.Equal(("node-1", true), (accounts[0].Name, accounts[0].Ok));
        Assert.Equal(
            $$"""{"node":"node-1","declared":"10.0.1.10:{{front.Bound.Port}}","bound":"{{front.Bound}}","nodePort":{{front.Bound.Port}},"instanceId":"i-0a1b2c3d4e5f60001","zone":"us-east-1a"}""",
            accounts[0].Facts.ToJsonString());
    }

    [Fact]
    public void A_traveller_at_a_node_port_goes_on_as_the_address_that_the_endpoint_sees()
    {
        var (fronts, front, generation) = Road();
        fronts.Source = TestRoad.Address(7);
        var step = new NodeStep(fronts, new NodePorts(fronts, Running));

        var taken = step.Take(generation, At(front.Bound));

        Assert.Equal(("1.2.3.4:5", TestRoad.Address(7)), (taken!.Next!.Address!.ToString(), taken.Next.Source));
        Assert.IsType<NodeDecision>(Assert.Single(taken.Decisions));
        // An explanation opens nothing.
        Assert.Equal(0, fronts.Opened);
    }

    [Fact]
    public void A_recorded_decision_of_the_same_front_is_used_again()
    {
        var (fronts, front, generation) = Road();
        var ports = new NodePorts(fronts, Running);
        var recorded = ports.Decide(generation, front, IPAddress.Loopback).Decision;
        var other = ports.Decide(generation, front with { Bound = new IPEndPoint(IPAddress.Loopback, 1) }, IPAddress.Loopback).Decision;
        fronts.Set(front, new IPEndPoint(IPAddress.Parse("9.9.9.9"), 9));

        var taken = new NodeStep(fronts, ports).Take(generation, At(front.Bound) with { Given = [other, recorded] });

        Assert.Same(recorded, Assert.Single(taken!.Decisions));
        Assert.Equal("1.2.3.4:5", taken.Next!.Address!.ToString());
    }

    [Fact]
    public void The_road_ends_without_an_endpoint_and_other_places_are_none_of_this_step()
    {
        var (fronts, front, generation) = Road();
        var step = new NodeStep(fronts, new NodePorts(fronts, Running));

        Assert.Null(step.Take(generation, At(new IPEndPoint(IPAddress.Loopback, 1))));
        Assert.Null(step.Take(generation, At(null)));
        fronts.Set(front, null);
        Assert.Null(step.Take(generation, At(front.Bound))!.Next);
        Assert.Null(step.Take(Generation.None, At(front.Bound)));
    }

    [Fact]
    public void A_virtual_ip_is_none_of_this_step()
    {
        var fronts = new TestFronts();
        var front = TestRoad.NodePort() with { Kind = FrontKind.ClusterIP, Node = null };
        fronts.Set(front, new IPEndPoint(IPAddress.Loopback, 5));
        var generation = new Generation(1, DesiredState.Empty, AddressPlan.Empty, [Snapshot.Of(new FrontList([front]))]);

        Assert.Null(new NodeStep(fronts, new NodePorts(fronts, Running)).Take(generation, At(front.Bound)));
    }

    [Fact]
    public async Task Registration_gives_one_carrier()
    {
        await using var road = new TestRoad();
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton<IGenerationSource>(road).AddSingleton<IJourneyLog>(road)
            .AddSingleton<IServiceFronts>(road.Fronts).AddSeam().AddNode().BuildServiceProvider();

        Assert.Same(services.GetRequiredService<NodeCarrier>(), services.GetRequiredService<ICarrier>());
        Assert.IsType<NodeClaims>(services.GetRequiredService<IAddressClaimant>());
        Assert.IsType<NodeCompiler>(services.GetRequiredService<IHopCompiler>());
        Assert.IsType<NodeStep>(services.GetRequiredService<IRoadStep>());
        Assert.Equal([typeof(DefaultNodes), typeof(NodeIntents)], services.GetServices<IReconciler>().Select(r => r.GetType()));
        Assert.Same(services.GetRequiredService<INodeDirectory>(), services.GetRequiredService<INodeActions>());
    }

    private static NodeDirectory Running => new(new FixedGeneration(Generation.None), new NodeOptions(), TimeProvider.System);

    private static (TestFronts Fronts, ServiceFront Front, Generation Generation) Road()
    {
        var fronts = new TestFronts();
        var front = TestRoad.NodePort();
        fronts.Set(front, new IPEndPoint(IPAddress.Parse("1.2.3.4"), 5));
        var node = new NodeEntry(front.Node!.Value, "i-0a1b2c3d4e5f60001", "us-east-1a", new RoadAddress(front.Declared.Address, front.Bound.Address));
        return (fronts, front, new Generation(1, DesiredState.Empty, AddressPlan.Empty, [Snapshot.Of(new FrontList([front])), Snapshot.Of(new NodeSnapshot([node]))]));
    }

    private static Traveller At(IPEndPoint? address) => new()
    {
        Address = address,
        Request = new RequestFacts { Method = "GET", Scheme = "http", Host = "example.com", Path = "/", Source = IPAddress.Loopback },
    };

    /// <summary>A folder of <c>tests/Golden/4-node</c>: <c>nodes.yaml</c>, and the nodes and errors that come of it.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var folder = Golden.Folder("4-node", name);
        var resources = KubernetesYaml.LoadAllFromString(File.ReadAllText(Path.Combine(folder, "nodes.yaml"))).Cast<V1Node>()
            .Select(n => new Resource(new ResourceKey("", "Node", "", n.Metadata.Name), n, new Origin("files")));
        var context = new CompileContext(new DesiredState(resources), AddressPlan.Empty, AwsScope.Default, new ErrorList());
        context = context with { Addresses = context.Addresses.Next(new NodeClaims().Claims(context)) };
        var snapshot = new Generation(1, context.State, context.Addresses, [new NodeCompiler().Compile(context)]).Get<NodeSnapshot>();
        var told = string.Concat(snapshot.Nodes.Select(n => $"{n.Key} {n.InstanceId ?? "-"} {n.Zone ?? "-"} {n.Address.Declared} bound {n.Address.Bound}\n")
            .Concat(context.Errors.All.Select(e => $"error {e}\n")).Concat(context.Warnings.All.Select(w => $"warning {w}\n")));
        Golden.Check(Path.Combine(folder, "expected.txt"), told);
    }

    public static TheoryData<string> Cases => Golden.Cases("4-node");
}
