using System.Collections.Concurrent;

namespace Usher.Journey.Tests;

/// <summary>Requests by several clients at once until it is stopped; every answer and every failure is kept.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<string> answers = new();
    private readonly HttpClient client;
    private readonly Task running;

    private Load(HttpClient client, Uri url, int workers, bool newConnections, TimeSpan period)
    {
        this.client = client;
        running = Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
        {
            // All send at the same moments, so that many requests are under way at a time; in between the machine is the road's.
            using var timer = new PeriodicTimer(period);
            while (!stop.IsCancellationRequested)
            {
                answers.Enqueue(await AnswerAsync(url, newConnections));
                await timer.WaitForNextTickAsync(CancellationToken.None);
            }
        })));
    }

    /// <summary>How many requests ended so far.</summary>
    internal int Count => answers.Count;

    /// <summary>What became of each, in order: a status, or what the client met instead.</summary>
    internal IReadOnlyList<string> Answers => [.. answers];

    /// <summary>Those that weren't 200.</summary>
    internal IReadOnlyList<string> Failures => [.. answers.Where(a => a != "200")];

    /// <summary>Starts to send.</summary>
    /// <param name="road">Where to.</param>
    /// <param name="url">What to ask for.</param>
    /// <param name="workers">How many at a time.</param>
    /// <param name="newConnections">Whether each request opens a connection of its own.</param>
    /// <param name="period">From one request of a client to its next; 25 ms by default, and 100 ms where each has to shake hands.</param>
    internal static Load On(RunningRoad road, Uri url, int workers = 4, bool newConnections = false, TimeSpan? period = null) =>
        new(road.Client(), url, workers, newConnections, period ?? TimeSpan.FromMilliseconds(newConnections ? 100 : 25));

    /// <summary>Waits for as many further answers.</summary>
    internal Task MoreAsync(RunningRoad road, int more)
    {
        var wanted = Count + more;
        return road.UntilAsync($"{more} more requests are answered", () => Count >= wanted);
    }

    /// <summary>Stops sending, and waits for the answers that are due.</summary>
    internal async Task StopAsync()
    {
        await stop.CancelAsync();
        await running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
        client.Dispose();
    }

    private async Task<string> AnswerAsync(Uri url, bool newConnection)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url) { Version = new Version(1, 1), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.ConnectionClose = newConnection;
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            return $"{(int)response.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return $"{e.HttpRequestError}: {e.InnerException?.Message ?? e.Message}";
        }
    }
}
