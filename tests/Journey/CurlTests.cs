using System.Globalization;
using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary>The sample road as curl sees it.</summary>
[Trait("user", "matters")]
public sealed class CurlTests(SampleRoad sample)
{
    [Theory]
    [InlineData("--http1.1", "1.1")]
    [InlineData("--http2", "2")]
    public async Task An_answer_comes_back_over_both_versions_of_HTTP(string option, string version)
    {
        var road = await sample.RunsAsync();

        var curl = await road.CurlAsync(option, "-w", "\n%{http_code} %{http_version}", "https://api.example.com/v1/users");

        Assert.True(curl.ExitCode == 0, curl.ToString());
        Assert.EndsWith($"\n200 {version}", curl.Output, StringComparison.Ordinal);
        Assert.StartsWith("[{", curl.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_pod_stored_another_finds()
    {
        var road = await sample.RunsAsync();
        var email = $"{Guid.NewGuid():n}@example.org";
        var post = await road.CurlAsync(
            "-H", "Content-Type: application/json", "-d", $$"""{"name":"Grace Hopper","email":"{{email}}"}""", "-w", "\n%{http_code} %header{x-pod}", "https://api.example.com/v1/users");
        Assert.Contains("\n201 users-", post.Output, StringComparison.Ordinal);
        var (user, pod) = (JsonDocument.Parse(post.Output.Split('\n')[0]).RootElement, post.Output.Split(' ')[^1]);

        // At the same time, so that each wants a connection of its own, and with it a choice of its own.
        var url = $"https://api.example.com/v1/users/{user.GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture)}";
        string[] many = [.. Enumerable.Repeat<string[]>(["-o", "/dev/null", url], 12).SelectMany(u => u)];
        await Until.HoldsAsync("a pod other than the one that stored the user finds it", async () =>
        {
            var get = await road.CurlAsync(["-Z", "--parallel-immediate", "--http1.1", "-w", "%{http_code} %header{x-pod}\n", .. many]);
            var answers = get.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.All(answers, a => Assert.StartsWith("200 ", a, StringComparison.Ordinal));
            return answers.Any(a => a != $"200 {pod}");
        });
    }

    [Theory]
    // A browser that was sent to port 8080 can only follow to a port that is bound.
    [InlineData("http://api.example.com/v1/users?a=b", "https://api.example.com:443/v1/users?a=b")]
    [InlineData("http://api.example.com:8080/v1/users?a=b", "https://api.example.com:8443/v1/users?a=b")]
    public async Task Plain_HTTP_is_sent_to_HTTPS(string url, string location)
    {
        var road = await sample.RunsAsync();

        var curl = await road.CurlAsync("-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", url);

        Assert.Equal($"301 {location}", curl.Output);
        var followed = await road.CurlAsync("-L", "-o", "/dev/null", "-w", "%{http_code} %{num_redirects}", url);
        Assert.Equal("200 1", followed.Output);
    }

    [Fact]
    public async Task A_host_that_no_rule_names_gets_the_load_balancers_own_404()
    {
        var road = await sample.RunsAsync();

        var refused = await road.CurlAsync("https://other.example.com/");
        var taken = await road.CurlAsync("-k", "-w", "%{http_code} %{content_type} %header{server}", "https://other.example.com/");

        // 60: the certificate doesn't cover the name.
        Assert.True(refused.ExitCode == 60, refused.ToString());
        Assert.Equal("no such site\n404 text/plain; charset=utf-8 awselb/2.0", taken.Output);
    }

    [Fact]
    public async Task A_request_without_a_host_is_told_by_the_address_that_it_came_to()
    {
        var road = await sample.RunsAsync();

        var curl = await road.CurlAsync("-k", "--http1.1", "-H", "Host:", "-w", "\n%{http_code}", $"https://{road.Https}/nameless?a=b");

        Assert.EndsWith("\n400", curl.Output, StringComparison.Ordinal);
        await road.UntilAsync("its line is printed", () => road.Output.Contains($"GET https://{road.Https}/nameless?a=b  1-", StringComparison.Ordinal));
        await road.JourneysAsync("its journey is kept", "limit=1000", all => all.Any(j => j.Text("url") == $"https://{road.Https}/nameless?a=b"));
    }
}
