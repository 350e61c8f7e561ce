using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Usher.Cli.Running;
using Usher.Model.Journeys;
using Usher.Trace;
using Usher.Trace.Meters;

namespace Usher.Cli.Client;

/// <summary>The running road as the commands talk to it.</summary>
internal sealed class RoadClient : IDisposable
{
    private readonly HttpClient http;

    internal RoadClient(RunningRoad road)
    {
        Road = road;
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri(road.Api),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", road.Token) },
        };
    }

    internal RunningRoad Road { get; }

    /// <summary>The state folder that it was found by; null for a road of this process.</summary>
    internal string? StateFolder { get; private init; }

    /// <summary>The road that <c>--api</c>, <c>USHER_API</c> or the state folder names. The token is the state folder's.</summary>
    /// <exception cref="UserException">None is running.</exception>
    internal static RoadClient Find(string? api, string? stateFolder)
    {
        using var state = StateDirectory.Open(stateFolder);
        var found = state.Find();
        api ??= Environment.GetEnvironmentVariable("USHER_API");
        if (api is not null && (!Uri.TryCreate(api, UriKind.Absolute, out var url) || url.Scheme != "http"))
        {
            throw new UserException($"--api '{api}': an address like http://127.0.0.1:7070 is wanted", ExitCodes.Usage);
        }

        if (found is null)
        {
            throw new UserException(api is null
                ? $"no road is running (nothing in {state.RoadFile}); start one with `usher up`"
                : $"what the road at {api} is asked with is in its state folder, and {state.RoadFile} isn't there; name its folder with --state", ExitCodes.NoAnswer);
        }

        return new RoadClient(api is null ? found : found with { Api = api }) { StateFolder = state.Path };
    }

    internal Task<RoadReport> RoadAsync(CancellationToken cancellationToken) =>
        GetAsync("/api/road", RoadJson.Default.RoadReport, cancellationToken);

    /// <summary>Acts on a node of the running road; the road as it then is.</summary>
    internal async Task<RoadReport> ActOnNodeAsync(string node, string action, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => http.PostAsync(new Uri($"/api/nodes/{Uri.EscapeDataString(node)}/{action}", UriKind.Relative), null, cancellationToken));
        return await ReadAsync(response, RoadJson.Default.RoadReport, cancellationToken);
    }

    internal Task<Journey> JourneyAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"/api/journeys/{Uri.EscapeDataString(id)}", JourneyJson.Default.Journey, cancellationToken);

    /// <summary>What the hops have come to.</summary>
    internal Task<RoadReading> MetersAsync(CancellationToken cancellationToken) => GetAsync("/api/meters", MeterJson.Default.RoadReading, cancellationToken);

    /// <summary>The newest journeys.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="filter">By names of <see cref="JourneyFilterText"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal Task<IReadOnlyList<Journey>> JourneysAsync(int limit, IReadOnlyDictionary<string, string> filter, CancellationToken cancellationToken) =>
        GetAsync($"/api/journeys?limit={limit}&{Query(filter)}", JourneyJson.Default.IReadOnlyListJourney, cancellationToken);

    /// <summary>Journeys as they end, until cancelled or the road stops: a journey, or how many weren't told.</summary>
    internal async IAsyncEnumerable<(Journey? Journey, long Skipped)> FollowAsync(IReadOnlyDictionary<string, string> filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => http.GetAsync(new Uri($"/api/journeys/follow?{Query(filter)}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken));
        await CheckAsync(response, cancellationToken);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.TryGetProperty("skipped", out var skipped)) yield return (null, skipped.GetInt64());
            else yield return (json.Deserialize(JourneyJson.Default.Journey), 0);
        }
    }

    /// <summary>Every journey that the road keeps, a line of JSON each, copied as it comes.</summary>
    internal async Task ExportAsync(IReadOnlyDictionary<string, string> filter, Stream to, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => http.GetAsync(new Uri($"/api/journeys/export?{Query(filter)}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken));
        await CheckAsync(response, cancellationToken);
        await response.Content.CopyToAsync(to, cancellationToken);
    }

    private static string Query(IReadOnlyDictionary<string, string> filter) => string.Join('&', filter.Select(f => $"{f.Key}={Uri.EscapeDataString(f.Value)}"));

    internal async Task<Journey> ExplainAsync(ExplainRequest request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => http.PostAsJsonAsync("/api/explain", request, RoadJson.Default.ExplainRequest, cancellationToken));
        return await ReadAsync(response, JourneyJson.Default.Journey, cancellationToken);
    }

    /// <summary>Posts what the client saw of its request and gets the whole journey.</summary>
    internal async Task<Journey> ReportAsync(ClientReport report, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => http.PostAsJsonAsync("/api/journeys/client", report, ClientReportJson.Default.ClientReport, cancellationToken));
        return await ReadAsync(response, JourneyJson.Default.Journey, cancellationToken);
    }

    /// <summary>A journey's spans as an <c>ExportTraceServiceRequest</c>: the road's, which has those of the applications too; its hops' alone of one that no road keeps.</summary>
    internal async Task<byte[]> SpansAsync(Journey journey, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => http.GetAsync(new Uri($"/api/journeys/{Uri.EscapeDataString(journey.Id)}/spans", UriKind.Relative), cancellationToken));
        if (response.StatusCode == HttpStatusCode.NotFound) return JourneyBook.SpansOf(journey);
        await CheckAsync(response, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    public void Dispose() => http.Dispose();

    private async Task<T> GetAsync<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken));
        return await ReadAsync(response, type, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(Func<Task<HttpResponseMessage>> send)
    {
        try
        {
            return await send();
        }
        catch (HttpRequestException e)
        {
            throw new UserException($"no road answers at {Road.Api}: {e.Message}; start one with `usher up`", ExitCodes.NoAnswer);
        }
    }

    private async Task<T> ReadAsync<T>(
        HttpResponseMessage response, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await CheckAsync(response, cancellationToken);
        return JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(cancellationToken), type) ?? throw new UserException($"{Road.Api} answered nothing");
    }

    /// <summary>Says what is wrong with the question, if anything.</summary>
    private async Task CheckAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.Unauthorized) throw new UserException($"the road at {Road.Api} does not take this state folder's token; is it another's road?");
        if (!response.IsSuccessStatusCode) throw new UserException(Problem(await response.Content.ReadAsStringAsync(cancellationToken)));
    }

    private static string Problem(string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            return problem.RootElement.TryGetProperty("error", out var error) ? error.GetString() ?? body : body;
        }
        catch (JsonException)
        {
            return body;
        }
    }
}
