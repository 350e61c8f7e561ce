using System.Net;
using System.Text.Json;

namespace Shop.Users.Tests;

public sealed class DatabaseAwayTests(PostgresServer postgres)
{
    [Fact]
    public async Task Without_its_database_a_pod_lives_but_is_not_ready_until_the_database_comes()
    {
        var name = await postgres.NewNameAsync();
        await using var shop = await ShopProcess.StartAsync(("DATABASE_URL", postgres.Url(name)));
        await IsAwayAsync(shop, "does not exist");

        await postgres.CreateDatabaseAsync(name);
        await shop.ReadyAsync();
        Assert.Contains("Ada Lovelace", await shop.Client.GetStringAsync("/v1/users"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_not_ready()
    {
        using var folder = new Folder();
        await File.WriteAllTextAsync(folder.File("shop.db"), new string('x', 4096));
        await using var shop = await ShopProcess.StartAsync(("SHOP_DATABASE", folder.File("shop.db")));
        await IsAwayAsync(shop, "not a database");
    }

    [Fact]
    public async Task A_server_that_refuses_is_not_ready_and_its_password_stays_secret()
    {
        await using var shop = await ShopProcess.StartAsync(("DATABASE_URL", "postgres://shop:s3cret@127.0.0.1:1/shop"));
        var readiness = await IsAwayAsync(shop, "127.0.0.1:1");
        Assert.DoesNotContain("s3cret", readiness, StringComparison.Ordinal);
        await Wait.UntilAsync("the log says so", () => Task.FromResult(shop.Errors.Contains("trying again", StringComparison.Ordinal)));
        Assert.DoesNotContain("s3cret", shop.Errors, StringComparison.Ordinal);
    }

    private static async Task<string> IsAwayAsync(ShopProcess shop, string why)
    {
        using var live = await shop.Client.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);

        using var ready = await shop.Client.GetAsync("/readyz");
        var readiness = await ready.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains(why, JsonElement.Parse(readiness).GetProperty("detail").GetString(), StringComparison.Ordinal);

        using var users = await shop.Client.GetAsync("/v1/users");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, users.StatusCode);
        Assert.Equal("application/problem+json", users.Content.Headers.ContentType?.MediaType);
        Assert.Equal("users-test", Assert.Single(users.Headers.GetValues("X-Pod")));
        return readiness;
    }
}
