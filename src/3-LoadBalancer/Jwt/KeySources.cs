using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;

namespace Usher.LoadBalancer;

/// <summary>The keys of every endpoint that a rule names. An endpoint that stays keeps its keys from generation to generation.</summary>
internal sealed class KeySources(KeyFetch fetch, TimeProvider time, ILogger<KeySources> log) : IKeySets
{
    /// <summary>A request waits so long at most for keys that it wants.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<Uri, KeySource> sources = new();
    private volatile bool runs;

    /// <summary>Whether a road runs, whose keys are fetched. Where none does, signatures can't be verified and count as good.</summary>
    internal bool Runs => runs;

    public IReadOnlyList<KeySetReport> Current =>
        [.. sources.Values.OrderBy(s => s.Endpoint.OriginalString, StringComparer.Ordinal)
            .Select(s => new KeySetReport(s.Endpoint.OriginalString, s.Keys?.Count ?? 0, s.Keys?.FetchedAt, s.Problem))];

    /// <summary>An endpoint's source; null where no running rule names it.</summary>
    internal KeySource? Find(Uri endpoint) => sources.GetValueOrDefault(endpoint);

    /// <summary>Begins to fetch what a generation needs and isn't fetched yet. Waits for nothing: an endpoint that can't be reached keeps no road from running.</summary>
    internal void Prepare(LoadBalancerSnapshot snapshot)
    {
        runs = true;
        foreach (var endpoint in Of(snapshot))
        {
            var made = new KeySource(endpoint, fetch, time, log);
            if (sources.TryAdd(endpoint, made)) made.Start();
        }
    }

    /// <summary>Fetches no more than this generation needs.</summary>
    internal Task RetainAsync(LoadBalancerSnapshot? snapshot)
    {
        var wanted = snapshot is null ? [] : Of(snapshot).ToHashSet();
        var stopping = new List<Task>();
        foreach (var endpoint in sources.Keys.Where(e => !wanted.Contains(e)))
        {
            if (sources.TryRemove(endpoint, out var source)) stopping.Add(source.DisposeAsync().AsTask());
        }

        return Task.WhenAll(stopping);
    }

    /// <summary>Waits for newer keys, for a limited time, unless they were fetched a moment ago.</summary>
    internal async ValueTask RefreshAsync(JwtPlan plan)
    {
        if (!sources.TryGetValue(plan.Endpoint, out var source)) return;
        try
        {
            await source.RefreshAsync().WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            // The request is decided by the keys that there are.
        }
    }

    private static IEnumerable<Uri> Of(LoadBalancerSnapshot snapshot) =>
        snapshot.Listeners.SelectMany(l => l.Rules).Select(r => r.Jwt?.Endpoint).OfType<Uri>().Distinct();
}
