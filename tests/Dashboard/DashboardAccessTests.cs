using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Usher.Dashboard.Tests;

/// <summary>Who gets to the pages, over a real socket.</summary>
public sealed class DashboardAccessTests : IAsyncLifetime
{
    private const string Token = "4f2a";
    private readonly WebApplication app = Build();
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
    private string address = "";

    public async ValueTask InitializeAsync()
    {
        await app.StartAsync(TestContext.Current.CancellationToken);
        address = app.Urls.Single();
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task The_link_gives_a_cookie_and_leaves_the_token_behind()
    {
        using var signedIn = await GetAsync($"/journeys?status=5xx&token={Token}");

        Assert.Equal((HttpStatusCode.Redirect, "/journeys?status=5xx"), (signedIn.StatusCode, signedIn.Headers.Location?.ToString()));
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=strict", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, cookie, StringComparison.Ordinal);
        using var page = await GetAsync("/journeys", ("Cookie", cookie.Split(';')[0]));
        Assert.Equal("the page", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Contains("frame-ancestors 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", HttpStatusCode.Unauthorized)]
    [InlineData("/?token=wrong", HttpStatusCode.Unauthorized)]
    [InlineData("/?token=", HttpStatusCode.Unauthorized)]
    [InlineData("/_blazor?id=1", HttpStatusCode.Unauthorized)]
    [InlineData("/assets/dashboard.css", HttpStatusCode.OK)]
    [InlineData("/api/journeys", HttpStatusCode.OK)]
    public async Task Without_the_token_there_are_only_the_sign_in_pages_own_files_and_the_api_guards_itself(string path, HttpStatusCode status)
    {
        using var answer = await GetAsync(path);

        Assert.Equal(status, answer.StatusCode);
        if (status == HttpStatusCode.Unauthorized) Assert.Contains("<form method=\"post\" action=\"/sign-in\">", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_form_takes_the_token_too()
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("token", $" {Token}\n")]);
        using var answer = await client.PostAsync(new Uri($"{address}/sign-in"), form, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.Redirect, "/"), (answer.StatusCode, answer.Headers.Location?.ToString()));
    }

    [Theory]
    [InlineData("Host", "evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("Origin", "http://127.0.0.1:1", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    public async Task Neither_another_name_nor_another_origin_gets_in_with_the_cookie(string header, string value, HttpStatusCode status)
    {
        using var signedIn = await GetAsync($"/?token={Token}");
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

        using var answer = await GetAsync("/_blazor", ("Cookie", cookie), (header, value));

        Assert.Equal(status, answer.StatusCode);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address + path);
        foreach (var (name, value) in headers) Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseDashboardAccess(Token);
        app.Run(context => context.Response.WriteAsync("the page"));
        return app;
    }
}
