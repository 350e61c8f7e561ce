using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Shop.Users.Tests;

/// <summary>A shop over SQLite.</summary>
public sealed class SqliteShop : IAsyncLifetime
{
    internal ShopProcess Process { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Process = await ShopProcess.StartReadyAsync();

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}

/// <summary>A shop over PostgreSQL.</summary>
public sealed class PostgresShop(PostgresServer server) : IAsyncLifetime
{
    internal ShopProcess Process { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Process = await ShopProcess.StartReadyAsync(("DATABASE_URL", await server.NewDatabaseAsync()));

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}

public sealed class UsersOverSqliteTests(SqliteShop shop) : UsersApiTests(shop.Process), IClassFixture<SqliteShop>;

public sealed class UsersOverPostgresTests(PostgresShop shop) : UsersApiTests(shop.Process), IClassFixture<PostgresShop>;

/// <summary>The endpoints; they behave the same over both databases.</summary>
public abstract class UsersApiTests
{
    private static int s_emails;
    private readonly ShopProcess _shop;

    private protected UsersApiTests(ShopProcess shop) => _shop = shop;

    [Fact]
    public async Task The_list_begins_with_the_seed_users()
    {
        using var response = await _shop.Client.GetAsync("/v1/users");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var users = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(["Ada Lovelace", "Grace Hopper", "Alan Turing"], users.EnumerateArray().Take(3).Select(u => u.GetProperty("name").GetString()));
        Assert.Equal([1L, 2L, 3L], users.EnumerateArray().Take(3).Select(u => u.GetProperty("id").GetInt64()));
    }

    [Fact]
    public async Task A_new_user_is_created_found_and_listed()
    {
        var email = NewEmail();
        using var created = await PostAsync(new { name = "  Barbara Lïskov 🦊 ", email = email.ToUpperInvariant() });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var user = await created.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal($"/v1/users/{user.GetProperty("id").GetInt64()}", created.Headers.Location?.OriginalString);
        Assert.Equal("Barbara Lïskov 🦊", user.GetProperty("name").GetString());
        Assert.Equal(email, user.GetProperty("email").GetString());
        Assert.InRange(user.GetProperty("createdAt").GetDateTimeOffset() - TimeProvider.System.GetUtcNow(), -Wait.Limit, Wait.Limit);

        var found = await _shop.Client.GetFromJsonAsync<JsonElement>(created.Headers.Location);
        Assert.Equal(user.GetRawText(), found.GetRawText());
        var list = await _shop.Client.GetFromJsonAsync<JsonElement>("/v1/users");
        Assert.Contains(user.GetRawText(), list.EnumerateArray().Select(u => u.GetRawText()));
    }

    [Fact]
    public async Task An_email_that_is_taken_is_a_conflict_in_any_case_of_letters()
    {
        var email = NewEmail();
        using var first = await PostAsync(new { name = "First", email });
        using var second = await PostAsync(new { name = "Second", email = email.ToUpperInvariant() });
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        var problem = await ProblemAsync(second, HttpStatusCode.Conflict);
        Assert.Contains(email, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{}""", "name: is required", "email: is required")]
    [InlineData("""{"name":null,"email":null}""", "name: is required", "email: is required")]
    [InlineData("""{"name":5,"email":[]}""", "name: must be a string", "email: must be a string")]
    [InlineData("""{"name":"  ","email":""}""", "name: must not be empty", "email: must not be empty")]
    [InlineData("""{"name":"a\u0000b","email":"no address"}""", "name: must not hold control characters", "email: must look like name@example.com")]
    [InlineData("""{"name":"\ud800","email":"a@localhost"}""", "name: is not valid Unicode", "email: must look like name@example.com")]
    [InlineData("""{"name":"A","email":"a@b."}""", "email: must look like name@example.com")]
    [InlineData("""{"name":"A","email":"A <a@example.com>"}""", "email: must look like name@example.com")]
    [InlineData("""{"name":"A","email":"a@b@example.com"}""", "email: must look like name@example.com")]
    [InlineData("""{""", "body: is not a JSON object with a name and an email (line 1)")]
    [InlineData("""["name"]""", "body: is not a JSON object with a name and an email (line 1)")]
    [InlineData("""null""", "body: is null")]
    [InlineData("", "body: is not a JSON object with a name and an email (line 1)")]
    public async Task Bad_input_is_refused_with_every_error(string body, params string[] errors)
    {
        using var response = await PostTextAsync(body);
        Assert.Equal(errors, Errors(await ProblemAsync(response, HttpStatusCode.BadRequest)));
    }

    [Fact]
    public async Task Text_has_a_greatest_length()
    {
        using var longest = await PostAsync(new { name = new string('n', 100), email = NewEmail() });
        Assert.Equal(HttpStatusCode.Created, longest.StatusCode);
        using var longer = await PostAsync(new { name = new string('n', 101), email = new string('e', 255) + "@example.com" });
        Assert.Equal(
            ["name: must not be longer than 100 characters", "email: must not be longer than 254 characters"],
            Errors(await ProblemAsync(longer, HttpStatusCode.BadRequest)));
    }

    [Fact]
    public async Task A_body_has_a_greatest_size()
    {
        using var response = await PostAsync(new { name = new string('n', 17 * 1024), email = NewEmail() });
        await ProblemAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_body_is_json()
    {
        using var form = new FormUrlEncodedContent([new("name", "A")]);
        using var response = await _shop.Client.PostAsync("/v1/users", form);
        await ProblemAsync(response, HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("/v1/users/999999999")]
    [InlineData("/v1/users/0")]
    [InlineData("/v1/users/99999999999999999999")]
    [InlineData("/v1/users/ada")]
    [InlineData("/v2/users")]
    public async Task What_is_not_there_is_a_404_problem(string path)
    {
        using var response = await _shop.Client.GetAsync(path);
        await ProblemAsync(response, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_wrong_method_is_a_405_problem()
    {
        using var response = await _shop.Client.DeleteAsync("/v1/users");
        await ProblemAsync(response, HttpStatusCode.MethodNotAllowed);
        Assert.Equal(["GET", "POST"], response.Content.Headers.Allow.Order());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/v1/users")]
    [InlineData("/v1/users/1")]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task Every_endpoint_answers_and_names_its_pod(string path)
    {
        using var response = await _shop.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("users-test", Assert.Single(response.Headers.GetValues("X-Pod")));
        Assert.False(response.Headers.Contains("Server"));
    }

    private static string NewEmail() => $"user{Interlocked.Increment(ref s_emails)}@example.com";

    private Task<HttpResponseMessage> PostAsync(object user) => _shop.Client.PostAsJsonAsync("/v1/users", user);

    private async Task<HttpResponseMessage> PostTextAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        return await _shop.Client.PostAsync("/v1/users", content);
    }

    // Failures name their pod too.
    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("users-test", Assert.Single(response.Headers.GetValues("X-Pod")));
        var problem = JsonElement.Parse(text);
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        return problem;
    }

    private static IEnumerable<string> Errors(JsonElement problem) => problem.GetProperty("errors").EnumerateObject()
        .SelectMany(field => field.Value.EnumerateArray().Select(error => $"{field.Name}: {error.GetString()}"));
}
