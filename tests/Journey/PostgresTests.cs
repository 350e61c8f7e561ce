using Shop.Users.Tests;

namespace Usher.Journey.Tests;

/// <summary>The sample road over a real PostgreSQL server.</summary>
[Trait("user", "matters")]
public sealed class PostgresTests(PostgresServer server)
{
    [Fact]
    public async Task The_journey_shows_the_query_to_PostgreSQL()
    {
        using var manifests = Manifests.Sample();
        var url = await server.NewDatabaseAsync();
        manifests.Change(
            "kubernetes.yaml", "            - { name: OTEL_SERVICE_NAME, value: users }\n",
            $"            - {{ name: OTEL_SERVICE_NAME, value: users }}\n            - {{ name: DATABASE_URL, value: \"{url}\" }}\n");
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);

        var journey = await road.TraceAsync("https://api.example.com/v1/users");

        Assert.Equal("ok", journey.Text("outcome"));
        var spans = journey.Hops("application").ToList();
        Assert.Equal("GET", spans[0].Facts().Text("http.request.method"));
        var query = Assert.Single(spans.Skip(1));
        Assert.Equal("postgresql", query.Facts().Text("db.system.name"));
        Assert.Equal("seen", query.Text("evidence"));
        Assert.Equal(spans[0].Facts().Text("spanId"), query.Facts().Text("parentSpanId"));
        // The password is in the pod's environment and nowhere else that Usher shows.
        Assert.DoesNotContain("DATABASE_URL", journey.ToString() + road.Output + road.Errors, StringComparison.Ordinal);
    }
}
