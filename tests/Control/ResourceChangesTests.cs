using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Control.Tests;

/// <summary>What a reload says has changed.</summary>
public sealed class ResourceChangesTests
{
    [Fact]
    public void Objects_are_added_changed_and_removed_by_what_they_say_not_by_where_they_stand()
    {
        var changes = ResourceChanges.Between(
            [Map("same", "1", line: 1), Map("other", "1", line: 5), Map("gone", "1", line: 9), Balancer("lb", "internal")],
            [Map("new", "1", line: 1), Map("other", "2", line: 5), Map("same", "1", line: 9), Balancer("lb", "internet-facing")]);

        Assert.Equal(["ConfigMap shop/new"], changes.Added.Select(k => k.ToString()));
        Assert.Equal(["ConfigMap shop/other", "LoadBalancer shop/lb"], changes.Changed.Select(k => k.ToString()));
        Assert.Equal(["ConfigMap shop/gone"], changes.Removed.Select(k => k.ToString()));
        Assert.False(changes.IsEmpty);
        Assert.True(ResourceChanges.Between([Map("same", "1", line: 1)], [Map("same", "1", line: 2)]).IsEmpty);
    }

    private static Resource Map(string name, string value, int line) => new(
        new ResourceKey("", "ConfigMap", "shop", name),
        new V1ConfigMap { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "shop" }, Data = new Dictionary<string, string> { ["key"] = value } },
        new Origin("files", "a.yaml", line));

    private static Resource Balancer(string name, string scheme) => new(
        new ResourceKey("elbv2.services.k8s.aws", "LoadBalancer", "shop", name),
        new LoadBalancer { LoadBalancerArn = name, Name = name, DnsName = name, Scheme = scheme },
        new Origin("files", "a.yaml", 1));
}
