using System.Net.Http.Headers;

namespace Usher.Journey.Tests.Metrics;

/// <summary>What a road's <c>/metrics</c> answers, and who else reads it.</summary>
internal static class Exposition
{
    internal const string OpenMetrics = "application/openmetrics-text;version=1.0.0";

    /// <summary>The answer of a road.</summary>
    internal static async Task<HttpResponseMessage> GetAsync(RunningRoad road, string accept, string? token = null)
    {
        var (api, own) = await road.AnnouncedAsync();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, api + "/metrics");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? own);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>The text in a format.</summary>
    internal static async Task<string> TextAsync(RunningRoad road, string accept = "text/plain")
    {
        using var answer = await GetAsync(road, accept);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The value of a series, as it is written; null where there is none.</summary>
    internal static double? Value(string text, string series) =>
        text.Split('\n').FirstOrDefault(l => l.StartsWith(series + " ", StringComparison.Ordinal)) is { } line ? double.Parse(line[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>Prometheus' own parser of the text format, and its rules for names and helps.</summary>
    internal static async Task CheckTextAsync(string text)
    {
        var ended = await Tool.RunAsync(Tool.Start("promtool", ["check", "metrics"]), text);
        Assert.True(ended is { ExitCode: 0, Output: "", Error: "" }, ended.ToString());
    }

    /// <summary>The strict OpenMetrics parser of Prometheus' Python client.</summary>
    /// <returns>The families' names.</returns>
    internal static async Task<IReadOnlyList<string>> CheckOpenMetricsAsync(string text)
    {
        const string program = """
            import sys
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
            for family in text_string_to_metric_families(sys.stdin.read()): print(family.name)
            """;
        var ended = await Tool.RunAsync(Tool.Start("/usr/bin/python3", ["-c", program]), text);
        Assert.True(ended is { ExitCode: 0 }, ended.ToString());
        return ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
