using System.Net;
using System.Net.Sockets;
using Usher.Model.Contracts;

namespace Usher.Node.Tests;

/// <summary>A Service's <c>healthCheckNodePort</c>, asked by a real client.</summary>
public sealed class HealthServerTests
{
    [Theory]
    [InlineData(2, HttpStatusCode.OK)]
    [InlineData(0, HttpStatusCode.ServiceUnavailable)]
    public async Task It_tells_how_many_endpoints_its_node_has(int endpoints, HttpStatusCode status)
    {
        await using var road = new TestRoad();
        var front = TestRoad.NodePort() with { Kind = FrontKind.HealthCheck };
        road.Fronts.Local = endpoints;
        Assert.Empty(await road.ApplyAsync(front));
        using var client = new HttpClient();

        using var response = await client.GetAsync(new Uri($"http://{front.Bound}/healthz"), TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal($"{endpoints}", Assert.Single(response.Headers.GetValues("X-Load-Balancing-Endpoint-Weight")));
        Assert.Equal(
            $"{{\n\t\"service\": {{\n\t\t\"namespace\": \"shop\",\n\t\t\"name\": \"svc\"\n\t}},\n\t\"localEndpoints\": {endpoints},\n\t\"serviceProxyHealthy\": true\n}}",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task It_follows_its_endpoints_on_one_connection_and_closes_with_its_service()
    {
        await using var road = new TestRoad();
        var front = TestRoad.NodePort() with { Kind = FrontKind.HealthCheck };
        Assert.Empty(await road.ApplyAsync(front));
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync(new Uri($"http://{front.Bound}/"), TestContext.Current.CancellationToken)).StatusCode);
        road.Fronts.Local = 1;
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri($"http://{front.Bound}/"), TestContext.Current.CancellationToken)).StatusCode);

        Assert.Empty(await road.ApplyAsync());

        Assert.Equal(SocketError.ConnectionRefused, await TestRoad.KnockAsync(front));
    }

    [Fact]
    public async Task A_port_in_use_is_an_error_at_the_services_field()
    {
        await using var road = new TestRoad();
        var front = TestRoad.NodePort() with { Kind = FrontKind.HealthCheck };
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(front.Bound);
        other.Listen();

        var error = Assert.Single(await road.ApplyAsync(front));

        Assert.Equal(("Service shop/svc", "spec.healthCheckNodePort"), (error.Object, error.Field));
        Assert.Contains($"health check port {front.Bound.Port} of node node-1 is to listen there", error.Message, StringComparison.Ordinal);
    }
}
