using Usher.Model.Journeys;

namespace Usher.Trace.Export;

/// <summary>Each hop as a resource: <c>service.name</c> is <c>usher/</c> and the hop, <c>service.instance.id</c> the object that acted, with what cloud and Kubernetes conventions have names for.</summary>
internal static class HopResources
{
    /// <summary>Who sent the request.</summary>
    internal static SpanResource Client { get; } = new("usher/client", null);

    /// <summary>Whoever accepted a connection that carried no request.</summary>
    internal static SpanResource Listener { get; } = new("usher/load-balancer", null);

    /// <summary>The resource of a hop that carries the request, or of a Service.</summary>
    internal static SpanResource Of(HopReport hop) => hop.Hop switch
    {
        Hop.LoadBalancer => LoadBalancer(hop),
        Hop.Node => new("usher/node", hop.Name, ("k8s.node.name", hop.Name), ("host.id", hop.Facts.Text("instanceId")), ("cloud.availability_zone", hop.Facts.Text("zone"))),
        Hop.Ingress => Ingress(hop),
        Hop.Service or Hop.Endpoint => Service(hop),
        _ => new($"usher/{hop.Hop.Name()}", hop.Name),
    };

    private static SpanResource LoadBalancer(HopReport hop)
    {
        // arn:aws:elasticloadbalancing:region:account:loadbalancer/…
        var arn = hop.Facts.Text("loadBalancerArn");
        var parts = arn?.Split(':');
        return new("usher/load-balancer", hop.Name,
            ("cloud.provider", parts is null ? null : "aws"), ("cloud.region", parts?.ElementAtOrDefault(3)), ("cloud.account.id", parts?.ElementAtOrDefault(4)),
            ("cloud.availability_zone", hop.Facts.Text("zone")), ("cloud.resource_id", arn));
    }

    private static SpanResource Ingress(HopReport hop)
    {
        var pod = hop.Facts.Text("pod") ?? hop.Name;
        var (ns, name) = Facts.Split(pod);
        return new("usher/ingress", pod, ("k8s.namespace.name", ns), ("k8s.pod.name", name));
    }

    private static SpanResource Service(HopReport hop)
    {
        var (ns, name) = Facts.Split(hop.Name);
        return hop.Hop == Hop.Endpoint ? new("usher/service", null) : new("usher/service", hop.Name, ("k8s.namespace.name", ns), ("k8s.service.name", name));
    }
}
