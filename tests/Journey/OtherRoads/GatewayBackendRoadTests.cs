using System.Net;
using static Usher.Journey.Tests.OtherRoads.Added;

namespace Usher.Journey.Tests.OtherRoads;

/// <summary>
/// Services of every type behind an HTTPRoute, as the conformance test HTTPRouteServiceTypes has them: with and without a virtual IP, with a selector and with an EndpointSlice written by hand. The pods' port is another than the Service's.
/// </summary>
public sealed class GatewayBackendRoadTests
{
    // The only one, so that the pods have the addresses that the slices name.
    private const string Node = "---\napiVersion: v1\nkind: Node\nmetadata: { name: node-1 }\nstatus: { addresses: [{ type: InternalIP, address: 10.0.1.10 }] }\n";

    [Fact]
    public async Task Services_of_every_type_are_backends()
    {
        using var manifests = Manifests.Empty();
        manifests.Write("added.yaml", Gateway("gw") + Node + Pod("one", "10.0.1.201") + Pod("two", "10.0.1.202")
            + Of("selected", "selector: { app: pods }") + Of("headless", "clusterIP: None, selector: { app: pods }")
            + Of("manual", "") + Slice("manual") + Of("headless-manual", "clusterIP: None") + Slice("headless-manual") + Of("empty", "clusterIP: None"));
        await using var road = await RoadHere.StartAsync([manifests.Path]);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        foreach (var service in new[] { "selected", "manual", "headless-manual", "headless" })
        {
            Assert.Contains("ResolvedRefs=True ResolvedRefs", road.Status("HTTPRoute", service));
            var pods = new HashSet<string>();
            for (var i = 0; i < 8; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{road.At(80)}/{i}") { Headers = { Host = $"{service}.com" } };
                using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.Equal((service, HttpStatusCode.OK), (service, answer.StatusCode));
                pods.Add(answer.Headers.GetValues("X-Pod").Single());
            }

            // Connections to a virtual IP are kept, and stay with the pod that it drew for them.
            if (service.StartsWith("headless", StringComparison.Ordinal)) Assert.Equal((service, "one, two"), (service, string.Join(", ", pods.Order(StringComparer.Ordinal))));
            else Assert.Subset(new HashSet<string> { "one", "two" }, pods);
        }

        using var nobody = new HttpRequestMessage(HttpMethod.Get, $"http://{road.At(80)}/") { Headers = { Host = "empty.com" } };
        using var refused = await client.SendAsync(nobody, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
    }

    private static string Of(string name, string spec) =>
        $"---\napiVersion: v1\nkind: Service\nmetadata: {{ name: {name} }}\nspec: {{ {spec}{(spec.Length == 0 ? "" : ", ")}ports: [{{ name: first, port: 8080, targetPort: 3000 }}, {{ name: second, port: 8081, targetPort: 3001 }}] }}\n"
        + $"---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{ name: {name} }}\nspec: {{ parentRefs: [{{ name: gw }}], hostnames: [{name}.com], rules: [{{ backendRefs: [{{ name: {name}, port: 8080 }}] }}] }}\n";

    private static string Slice(string service) =>
        $"---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {{ name: {service}-1, labels: {{ kubernetes.io/service-name: {service} }} }}\naddressType: IPv4\nports: [{{ name: first, port: 3000 }}, {{ name: second, port: 3001 }}]\n"
        + "endpoints: [{ addresses: [10.0.1.201] }, { addresses: [10.0.1.202], conditions: { ready: true } }]\n";

    private static string Pod(string name, string address) =>
        $"---\napiVersion: v1\nkind: Pod\nmetadata: {{ name: {name}, labels: {{ app: pods }} }}\nspec: {{ containers: [{{ name: c, image: \"example.org/echo:1\", ports: [{{ containerPort: 3000 }}] }}] }}\nstatus: {{ podIP: {address} }}\n";
}
