namespace Usher.Journey.Tests.OtherRoads;

/// <summary>The AWS Load Balancer Controller's own examples (kubernetes-sigs/aws-load-balancer-controller, docs/examples): what is asked of the load balancers that it makes.</summary>
internal static class AlbRoads
{
    private const string Class = "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: { name: alb }\nspec: { controller: ingress.k8s.aws/alb }\n";

    internal static IReadOnlyList<OtherRoad> All { get; } =
    [
        new(["alb-2048/2048_full.yaml"], Class, "GET http://any.example.org/x → deployment-2048 /x"),
        new([.. new[] { "namespace", "deployment", "service", "ingress" }.Select(f => $"alb-echoservice/echoserver-{f}.yaml")], Class, "GET http://any.example.org/ → echoserver /", "GET http://any.example.org/x → 404"),
        new([.. new[] { "namespace", "deployment", "service", "ingress" }.Select(f => $"alb-grpc/grpcserver-{f}.yaml")], Class,
            "GET http://grpcserver.example.com/x → 301 https://grpcserver.example.com:443/x", "POST grpcs://grpcserver.example.com/helloworld.Greeter/SayHello → grpcserver"),
        new(["external-dns/external-dns.yaml"], ""),
    ];
}
