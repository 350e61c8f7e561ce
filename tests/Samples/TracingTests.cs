namespace Shop.Users.Tests;

public sealed class TracingTests(PostgresServer postgres)
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string ParentId = "b7ad6b7169203331";

    [Fact]
    public async Task A_request_over_SQLite_has_spans_for_itself_and_its_query()
    {
        using var folder = new Folder();
        await IsTracedAsync("sqlite", "shop.db", ("SHOP_DATABASE", folder.File("shop.db")));
    }

    [Fact]
    public async Task A_request_over_PostgreSQL_has_spans_for_itself_and_its_query()
    {
        var name = await postgres.NewNameAsync();
        await postgres.CreateDatabaseAsync(name);
        await IsTracedAsync("postgresql", name, ("DATABASE_URL", postgres.Url(name)));
    }

    [Fact]
    public async Task Probes_and_the_schema_are_not_traced()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var shop = await ShopProcess.StartReadyAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url), ("DATABASE_URL", await postgres.NewDatabaseAsync()));
        await shop.Client.GetStringAsync("/healthz");
        await shop.Client.GetStringAsync("/v1/users/1");
        shop.Terminate();
        Assert.Equal(0, await shop.ExitCodeAsync());

        Assert.True(collector.Holds("GET /v1/users/{id"));
        foreach (var name in new[] { "healthz", "readyz", "LIMIT 1", "CREATE TABLE", "INSERT", "advisory" })
            Assert.False(collector.Holds(name), name);
    }

    [Fact]
    public async Task A_caller_that_does_not_sample_is_obeyed()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var shop = await ShopProcess.StartReadyAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url));
        await GetAsync(shop, "/v1/users", $"00-{TraceId}-{ParentId}-00");
        await GetAsync(shop, "/v1/users/1", $"00-{TraceId}-{ParentId}-01");
        shop.Terminate();
        Assert.Equal(0, await shop.ExitCodeAsync());
        Assert.True(collector.Holds("/v1/users/1"));
        Assert.False(collector.Holds("ORDER BY id"));
    }

    [Fact]
    public async Task Without_an_endpoint_nothing_is_sent_and_nothing_is_said()
    {
        await using var shop = await ShopProcess.StartReadyAsync(("OTEL_SERVICE_NAME", "users"));
        await GetAsync(shop, "/v1/users", $"00-{TraceId}-{ParentId}-01");
        shop.Terminate();
        Assert.Equal(0, await shop.ExitCodeAsync());
        Assert.Equal("", shop.Errors);
    }

    private static async Task IsTracedAsync(string system, string database, (string, string) where)
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var shop = await ShopProcess.StartReadyAsync(
            where,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Bearer%20token"),
            ("OTEL_BSP_SCHEDULE_DELAY", "20"),
            ("OTEL_SERVICE_NAME", "shop-under-test"),
            ("OTEL_RESOURCE_ATTRIBUTES", "k8s.pod.name=users-0,k8s.namespace.name=shop"));
        await GetAsync(shop, "/v1/users", $"00-{TraceId}-{ParentId}-01");

        // By the batch's own delay, while the application runs on.
        await collector.ReceivesAsync("GET /v1/users");
        await collector.ReceivesAsync("SELECT users");
        Assert.All(collector.Exports, export =>
        {
            Assert.Equal("/v1/traces", export.Path);
            Assert.Equal("application/x-protobuf", export.ContentType);
            Assert.Equal("Bearer token", export.Authorization);
            Assert.True(export.Holds(Convert.FromHexString(TraceId)));
        });
        Assert.Contains(collector.Exports, export => export.Holds(Convert.FromHexString(ParentId)));
        foreach (var text in new[]
                 {
                     "shop-under-test", "k8s.pod.name", "users-0", "k8s.namespace.name", "http.route", "url.path",
                     "db.system.name", system, "db.namespace", database, "db.collection.name", "db.operation.name", "SELECT",
                     "db.query.text", "SELECT id, name, email, created_at FROM users ORDER BY id",
                 })
            Assert.True(collector.Holds(text), text);
    }

    private static async Task GetAsync(ShopProcess shop, string path, string traceparent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "traceparent", traceparent } } };
        using var response = await shop.Client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode);
    }
}
