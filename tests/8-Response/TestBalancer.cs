using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Response.Tests;

/// <summary>A generation with one load balancer, its HTTP and its HTTPS listener.</summary>
internal static class TestBalancer
{
    internal const string Arn = "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/my-loadbalancer/50dc6c495c0c9188";

    private static readonly ResourceKey Key = new("elbv2.services.k8s.aws", "LoadBalancer", "shop", "edge");

    internal static Generation With(params (string Key, string Value)[] attributes) => In([], attributes);

    /// <summary>With a node in each of these zones.</summary>
    internal static Generation In(string[] zones, params (string Key, string Value)[] attributes)
    {
        var balancer = new LoadBalancer
        {
            LoadBalancerArn = Arn, Name = "my-loadbalancer", DnsName = "edge", Attributes = attributes.ToDictionary(a => a.Key, a => a.Value), AvailabilityZones = zones,
        };
        var state = new DesiredState([new Resource(Key, balancer, Origin.Derived), Listener("http", 80), Listener("https", 443)]);
        return new Generation(1, state, AddressPlan.Empty.Next(state.All<LoadBalancer>().SelectMany(LoadBalancerNode.Of).Select(n => new AddressClaim(n.Owner, AddressBlock.LoadBalancer, null))), []);
    }

    /// <summary>Where a port of it listens.</summary>
    internal static string At(Generation generation, int port) => generation.Addresses.Bind(Key, port).ToString();

    private static Resource Listener(string name, int port) => new(
        new ResourceKey("elbv2.services.k8s.aws", "Listener", "shop", name),
        new Listener { ListenerArn = name, LoadBalancerArn = Arn, Port = port, Protocol = name.ToUpperInvariant(), DefaultActions = [] }, Origin.Derived);
}
