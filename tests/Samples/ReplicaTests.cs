using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Shop.Users.Tests;

public sealed class ReplicaTests(PostgresServer postgres)
{
    private const int Replicas = 3;
    private const int UsersEach = 10;

    [Fact]
    public async Task Three_replicas_share_one_SQLite_file_from_its_first_moment()
    {
        using var folder = new Folder();
        await ShareAsync(("SHOP_DATABASE", folder.File("shop.db")));
    }

    [Fact]
    public async Task Three_replicas_share_one_PostgreSQL_database_from_its_first_moment() =>
        await ShareAsync(("DATABASE_URL", await postgres.NewDatabaseAsync()));

    [Fact]
    public async Task A_restart_keeps_the_users_and_adds_no_seeds()
    {
        using var folder = new Folder();
        var file = ("SHOP_DATABASE", folder.File("shop.db"));
        string before;
        await using (var first = await ShopProcess.StartReadyAsync(file))
        {
            using var created = await first.Client.PostAsJsonAsync("/v1/users", new { name = "N", email = "n@example.com" });
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            before = await first.Client.GetStringAsync("/v1/users");
            // Killed rather than stopped: what was answered is on disk.
        }

        await using var second = await ShopProcess.StartReadyAsync(file);
        Assert.Equal(before, await second.Client.GetStringAsync("/v1/users"));
    }

    // All start at once, write at once, and each sees what all wrote.
    private static async Task ShareAsync((string, string) database)
    {
        var shops = await Task.WhenAll(Enumerable.Range(0, Replicas)
            .Select(i => ShopProcess.StartReadyAsync(database, ("POD_NAME", $"users-{i}"))));
        try
        {
            await Task.WhenAll(shops.SelectMany((shop, i) => Enumerable.Range(0, UsersEach).Select(async n =>
            {
                using var created = await shop.Client.PostAsJsonAsync("/v1/users", new { name = "N", email = $"u{n}@{i}.example.com" });
                Assert.Equal(HttpStatusCode.Created, created.StatusCode);
                Assert.Equal($"users-{i}", created.Headers.GetValues("X-Pod").Single());
            })));
            var lists = await Task.WhenAll(shops.Select(shop => shop.Client.GetStringAsync("/v1/users")));
            Assert.Equal(3 + (Replicas * UsersEach), JsonElement.Parse(lists[0]).GetArrayLength());
            Assert.All(lists, list => Assert.Equal(lists[0], list));
            Assert.All(shops, shop => Assert.Equal("", shop.Errors));
        }
        finally
        {
            foreach (var shop in shops) await shop.DisposeAsync();
        }
    }
}
