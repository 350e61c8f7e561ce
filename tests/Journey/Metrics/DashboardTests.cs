using System.Text.Json;
using System.Text.RegularExpressions;

namespace Usher.Journey.Tests.Metrics;

/// <summary>What stands in <c>deploy</c> for Prometheus and Grafana, with a real Prometheus.</summary>
public sealed partial class DashboardTests(SampleRoad sample)
{
    private const int Columns = 24;
    private static readonly JsonElement Dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Tool.Root, "deploy/grafana/usher.json"))).RootElement;
    private static readonly string Config = File.ReadAllText(Path.Combine(Tool.Root, "deploy/prometheus/usher.yml"));

    [Fact]
    public async Task Every_metric_that_a_panel_asks_for_is_one_that_a_road_writes()
    {
        var written = Name().Matches(await Exposition.TextAsync(await sample.RunsAsync())).Select(m => m.Groups[1].Value is { Length: > 0 } typed ? typed : m.Groups[2].Value).ToHashSet();
        var asked = Expressions().SelectMany(e => Metric().Matches(e.Expression).Select(m => (e.Panel, Metric: m.Value))).ToList();

        Assert.True(asked.Count >= Expressions().Count);
        Assert.DoesNotContain(asked, a => !written.Contains(a.Metric));
    }

    [Fact]
    public async Task Promtool_takes_the_expressions_and_the_configuration()
    {
        using var folder = Manifests.Empty();
        folder.Write("token", "x");
        folder.Write("prometheus.yml", Filled(folder.FileOf("token"), "127.0.0.1:7070"));
        folder.Write("rules.yml", "groups:\n- name: dashboard\n  rules:\n" + string.Concat(Expressions().Select((e, i) => $"  - record: panel:expression{i}\n    expr: {JsonSerializer.Serialize(e.Expression)}\n")));

        Assert.Equal(0, (await Tool.RunAsync("promtool", "check", "config", folder.FileOf("prometheus.yml"))).ExitCode);
        var rules = await Tool.RunAsync("promtool", "check", "rules", folder.FileOf("rules.yml"));
        Assert.True(rules.ExitCode == 0 && rules.Output.Contains($"SUCCESS: {Expressions().Count} rules found", StringComparison.Ordinal), rules.ToString());
    }

    [Fact]
    public async Task A_real_prometheus_scrapes_a_road_with_the_configuration_and_answers_every_panel()
    {
        var road = await sample.RunsAsync();
        await road.CurlAsync("https://api.example.com/v1/users");
        using var folder = Manifests.Empty();
        // On the road's own network nothing else takes it.
        var listen = $"127.{road.Network}.255.250:9090";
        folder.Write("prometheus.yml", Filled(Path.Combine(road.State, "api-token"), new Uri((await road.AnnouncedAsync()).Api).Authority).Replace("scrape_interval: 15s", "scrape_interval: 1s", StringComparison.Ordinal));
        var server = Tool.Start("prometheus", ["--config.file", folder.FileOf("prometheus.yml"), "--storage.tsdb.path", folder.FileOf("data"), "--web.listen-address", listen, "--log.level", "error"]);
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://{listen}") };
            await Until.HoldsAsync("three scrapes were taken", async () => await ValuesAsync(client, "sum(count_over_time(usher_generation[1m])) >= 3") > 0);
            Assert.Equal(1, await ValuesAsync(client, "up == 1"));

            foreach (var (panel, expression) in Expressions())
            {
                var values = await ValuesAsync(client, expression);
                // Where nothing failed there is no outcome, no restart and no target that isn't healthy.
                if (!expression.Contains("> 0", StringComparison.Ordinal) && !expression.Contains("== 0", StringComparison.Ordinal) && !expression.Contains("usher_outcomes", StringComparison.Ordinal)) Assert.True(values > 0, $"{panel}: {expression} has no value");
            }
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void The_dashboard_is_one_that_Grafana_imports_into_any_data_source()
    {
        Assert.True(Dashboard.GetProperty("schemaVersion").GetInt32() >= 36);
        Assert.Equal("prometheus", Dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().Single(v => v.Text("type") == "datasource" && v.Text("name") == "datasource").Text("query"));
        var panels = Dashboard.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(panels.Count, panels.Select(p => p.GetProperty("id").GetInt32()).Distinct().Count());
        var taken = new HashSet<(int, int)>();
        foreach (var panel in panels)
        {
            Assert.False(string.IsNullOrEmpty(panel.Text("title")));
            var at = panel.GetProperty("gridPos");
            var (x, y, w, h) = (at.GetProperty("x").GetInt32(), at.GetProperty("y").GetInt32(), at.GetProperty("w").GetInt32(), at.GetProperty("h").GetInt32());
            Assert.True(x >= 0 && w > 0 && h > 0 && x + w <= Columns, panel.Text("title"));
            for (var cell = 0; cell < w * h; cell++) Assert.True(taken.Add((x + cell % w, y + cell / w)), $"{panel.Text("title")} lies over another panel");
            if (panel.Text("type") == "row") continue;
            Assert.Equal("${datasource}", panel.GetProperty("datasource").Text("uid"));
            var targets = panel.GetProperty("targets").EnumerateArray().ToList();
            Assert.NotEmpty(targets);
            Assert.Equal(targets.Count, targets.Select(t => t.Text("refId")).Distinct().Count());
            Assert.All(targets, t => Assert.Equal("${datasource}", t.GetProperty("datasource").Text("uid")));
        }

        // A variable that an expression has is one that the dashboard has.
        var variables = Dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().Select(v => v.Text("name")!).Append("__rate_interval").ToHashSet();
        Assert.All(Targets().SelectMany(t => Variable().Matches(t.Expression).Select(m => m.Groups[1].Value)), v => Assert.Contains(v, variables));
    }

    private static string Filled(string token, string target) => Config.Replace("/home/me/.local/state/usher/api-token", token, StringComparison.Ordinal).Replace("127.0.0.1:7070", target, StringComparison.Ordinal);

    /// <summary>How many values an expression has now; 0 while Prometheus starts.</summary>
    private static async Task<int> ValuesAsync(HttpClient client, string expression)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri($"/api/v1/query?query={Uri.EscapeDataString(expression)}", UriKind.Relative), TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            if (!text.StartsWith('{')) return 0;
            var told = JsonDocument.Parse(text).RootElement;
            Assert.True(told.Text("status") == "success", $"{expression}: {text}");
            return told.GetProperty("data").GetProperty("result").GetArrayLength();
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    private static IEnumerable<(string Panel, string Expression)> Targets() => Dashboard.GetProperty("panels").EnumerateArray().Where(p => p.TryGetProperty("targets", out _))
        .SelectMany(p => p.GetProperty("targets").EnumerateArray().Select(t => (p.Text("title")!, t.Text("expr")!)));

    /// <summary>The panels' expressions, with Grafana's variables as they are when everything is chosen.</summary>
    private static List<(string Panel, string Expression)> Expressions() => [.. Targets().Select(t => (t.Panel, Expression: t.Expression
        .Replace("$__rate_interval", "1m", StringComparison.Ordinal).Replace("$instance", ".*", StringComparison.Ordinal).Replace("$hop", ".*", StringComparison.Ordinal).Replace("$job", "usher", StringComparison.Ordinal)))];

    [GeneratedRegex(@"\b(?:usher|process|dotnet)_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^(?:# TYPE (\S+)|([a-z_]+))", RegexOptions.Multiline)]
    private static partial Regex Name();

    [GeneratedRegex(@"\$(?:\{)?(\w+)")]
    private static partial Regex Variable();
}
