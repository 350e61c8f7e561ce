namespace Shop.Users.Tests;

public sealed class PageTests(SqliteShop shop) : IClassFixture<SqliteShop>
{
    [Fact]
    public async Task The_page_fetches_the_users_and_nothing_else()
    {
        using var response = await shop.Process.Client.GetAsync("/");
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        var page = await response.Content.ReadAsStringAsync();
        Assert.Contains("fetch(\"/v1/users\")", page, StringComparison.Ordinal);
        Assert.Contains("headers.get(\"X-Pod\")", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        foreach (var elsewhere in new[] { "http:", "https:", "src=", "@import", "url(" })
            Assert.DoesNotContain(elsewhere, page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_page_answers_HEAD()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/");
        using var response = await shop.Process.Client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode);
        Assert.True(response.Content.Headers.ContentLength > 1000);
    }
}
