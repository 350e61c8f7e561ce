using System.Text.Json;
using Usher.Model.Aws;

namespace Usher.Journey.Tests;

/// <summary>Record sets with a routing policy on a running road, whose load balancers' targets are really checked.</summary>
public sealed class RoutingTests
{
    // Nothing listens at the standby's port of the nodes.
    private static readonly string Edge =
        $$"""
        apiVersion: elbv2.services.k8s.aws/v1alpha1
        kind: LoadBalancer
        metadata: { name: standby, namespace: shop }
        spec: { name: standby, scheme: internet-facing, type: application }
        ---
        apiVersion: elbv2.services.k8s.aws/v1alpha1
        kind: Listener
        metadata: { name: standby-http, namespace: shop }
        spec:
          loadBalancerRef: { from: { name: standby } }
          port: 80
          protocol: HTTP
          defaultActions: [{ type: forward, targetGroupRef: { from: { name: standby-nodes } } }]
        ---
        apiVersion: elbv2.services.k8s.aws/v1alpha1
        kind: TargetGroup
        metadata: { name: standby-nodes, namespace: shop }
        spec:
          name: standby-nodes
          protocol: HTTP
          port: 31999
          targetType: instance
          healthCheckIntervalSeconds: 10
          targets: [{ id: i-0a1b2c3d4e5f60001 }]
        ---
        {{Record("primary", "failover: PRIMARY", "standby")}}
        ---
        {{Record("secondary", "failover: SECONDARY", "shop-edge")}}
        """;

    [Fact]
    public async Task A_name_leads_to_the_secondary_load_balancer_while_the_primary_has_no_healthy_target()
    {
        using var manifests = Manifests.Sample();
        manifests.Write("routing.yaml", Edge);
        await using var road = await RunningRoad.StartAsync("--stand-in", "-f", manifests.Path);

        // A target that was never checked is not healthy either. Nor may the secondary's be, while this machine is too busy for checks; then the primary is told again.
        await Until.HoldsAsync("the name leads to the secondary", async () =>
        {
            var answer = await Tool.RunAsync("dig", $"@{road.Dns.Address}", "-p", $"{road.Dns.Port}", "+short", "+tries=1", "+time=60", "fail.example.com", "A");
            return answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).SequenceEqual(road.LoadBalancer);
        });

        var explained = await road.UsherAsync("explain", "http://fail.example.com/", "--json");
        var dns = JsonDocument.Parse(explained.Output).RootElement.Hop("dns");
        Assert.Equal(("failover", "secondary"), (dns.Facts().Text("routing"), dns.Facts().Text("setIdentifier")));
        var reasons = dns.GetProperty("reasons").EnumerateArray().Select(r => $"{r.Text("candidate")}: {r.Text("why")}").ToList();
        Assert.Contains("fail.example.com A 'primary' (RecordSet shop/primary): primary, unhealthy: LoadBalancer shop/standby: target group standby-nodes has no healthy target", reasons);
        Assert.Contains("fail.example.com A 'secondary' (RecordSet shop/secondary): secondary, healthy", reasons);

        // Files have no targets that could be checked.
        var files = await Tool.UsherAsync("explain", "http://fail.example.com/", "--json", "-f", manifests.Path);
        Assert.Equal("primary", JsonDocument.Parse(files.Output).RootElement.Hop("dns").Facts().Text("setIdentifier"));
    }

    private static string Record(string id, string policy, string balancer) =>
        $$"""
        apiVersion: route53.services.k8s.aws/v1alpha1
        kind: RecordSet
        metadata: { name: {{id}}, namespace: shop }
        spec:
          name: fail
          recordType: A
          hostedZoneRef: { from: { name: example-com } }
          setIdentifier: {{id}}
          {{policy}}
          aliasTarget: { dnsName: {{AwsNames.LoadBalancerDnsName(AwsScope.Default, balancer, false)}}, hostedZoneID: Z35SXDOTRQ7X7K, evaluateTargetHealth: true }
        """;
}
