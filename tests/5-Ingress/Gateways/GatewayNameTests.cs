using k8s.Models;
using Usher.Ingress.Gateways;
using Usher.Model.Desired;
using Usher.Model.Gateway;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>The names of the objects that are made for Gateways.</summary>
public sealed class GatewayNameTests
{
    [Theory]
    [InlineData("edge", "nginx", "edge-nginx")]
    // 63 characters are a Service's name; more are cut, and told apart by the first 8 digits of the whole name's SHA-256.
    [InlineData("a2345678901234567890123456789012345678901234567890123456", "usher7", "a2345678901234567890123456789012345678901234567890123456-usher7")]
    [InlineData("a2345678901234567890123456789012345678901234567890123456", "usher78", "a23456789012345678901234567890123456789012345678901234-5a1d5eb3")]
    [InlineData("a2345678901234567890123456789012345678901234567890123456", "usher79", "a23456789012345678901234567890123456789012345678901234-54af4794")]
    // What is left ends in no hyphen.
    [InlineData("a2345678901234567890123456789012345678901234567890123-3456789012", "usher", "a2345678901234567890123456789012345678901234567890123-3dbd84f5")]
    // A Service's name has no dots.
    [InlineData("my.edge", "nginx", "my-edge-nginx-cee25a4f")]
    [InlineData("my-edge", "nginx", "my-edge-nginx")]
    public void A_name_is_the_Gateways_and_its_class_and_unique_where_that_is_too_long(string name, string className, string wanted)
    {
        var gateway = new Resource<Gateway>(new ResourceKey(GatewayApi.Group, "Gateway", "shop", name), new Gateway { Spec = new GatewaySpec { GatewayClassName = className } }, Origin.Derived);

        var made = GatewayObjects.NameOf(gateway);

        Assert.Equal(wanted, made);
        Assert.True(made.Length <= 63);
    }

    [Fact]
    public void Of_two_Gateways_with_one_name_for_their_pods_the_second_isnt_accepted()
    {
        static string Edge(string name, string className) => GatewayCluster.Object("Gateway", name, $"gatewayClassName: {className}, listeners: [{{ name: http, protocol: HTTP, port: 80 }}]");
        var cluster = new GatewayCluster(Edge("a", "b-c") + Edge("a-b", "c"));

        Assert.Equal("its pods would be Deployment shop/a-b-c, which is that of Gateway shop/a already; give either another name", Assert.Single(cluster.Warnings.All, w => w.NotAccepted).Message);
        Assert.Contains("Programmed=False NoResources", cluster.Status("Gateway", "a-b"));
        Assert.Contains("Programmed=True Programmed", cluster.Status("Gateway", "a"));
        Assert.Equal("a", Assert.Single(cluster.Generation.State.All<V1Deployment>()).Value.Spec.Selector.MatchLabels["gateway.networking.k8s.io/gateway-name"]);
    }
}
