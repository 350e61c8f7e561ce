using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Tests;

namespace Usher.Doorway.Files.Tests;

public sealed class SampleTests
{
    [Fact]
    public void The_sample_loads_without_an_error()
    {
        var errors = new ErrorList();
        var resources = FilesDoorway.Load([Checkout.At("samples/shop")], AwsScope.Default, errors);

        Assert.Empty(errors.All);
        var state = new DesiredState(resources);
        Assert.Equal(20, resources.Count);
        Assert.All(resources, r => Assert.Equal("files", r.Origin.Doorway));
        Assert.Equal(3, state.Find<V1Deployment>("shop", "users")!.Value.Spec.Replicas);
        var listener = state.Find<Listener>("shop", "shop-edge-https")!;
        var balancer = state.Find<Usher.Model.Aws.LoadBalancer>("shop", "shop-edge")!.Value;
        var rule = state.Find<ListenerRule>("shop", "api-host")!.Value;
        Assert.Equal(balancer.LoadBalancerArn, listener.Value.LoadBalancerArn);
        Assert.Equal(listener.Value.ListenerArn, rule.ListenerArn);
        Assert.Equal(state.Find<TargetGroup>("shop", "shop-nodes")!.Value.TargetGroupArn, rule.Actions[0].TargetGroups[0].TargetGroupArn);
        Assert.Equal([state.Find<Certificate>("shop", "api-example-com")!.Value.CertificateArn], listener.Value.Certificates);
        var alias = state.Find<RecordSet>("shop", "api")!.Value;
        Assert.Equal("api.example.com", alias.Name);
        Assert.Equal(balancer.DnsName, alias.AliasTarget!.DnsName);
        var command = Assert.Single(state.All<ImageCommand>()).Value;
        Assert.Equal(Path.Combine(Checkout.Root, "artifacts/bin/Shop.Users/release"), command.WorkingDirectory);
    }

    [Fact]
    public void Every_field_of_an_object_knows_its_line()
    {
        var resources = FilesDoorway.Load([Checkout.At("samples/shop")], AwsScope.Default, new ErrorList());
        var ingress = resources.Single(r => r.Key.Kind == "Ingress").Origin;
        var lines = File.ReadAllLines(ingress.File!);

        Assert.Equal("apiVersion: networking.k8s.io/v1", lines[ingress.Line - 1]);
        Assert.Contains("/v1/users", lines[ingress.LineOf("spec.rules[0].http.paths[0].path") - 1], StringComparison.Ordinal);
        Assert.Contains("service: { name: users", lines[ingress.LineOf("spec.rules[0].http.paths[1].backend.service.port.name") - 1], StringComparison.Ordinal);
        Assert.Equal(ingress.LineOf("spec.rules[0].host"), ingress.LineOf("Spec.Rules[0].HOST"));

        // A field that isn't written has the line of its nearest ancestor.
        Assert.Equal(ingress.LineOf("spec.rules[0].http.paths[1]"), ingress.LineOf("spec.rules[0].http.paths[1].backend.resource.kind") - 2);
        Assert.Equal(ingress.Line, ingress.LineOf("status.loadBalancer"));
    }
}
