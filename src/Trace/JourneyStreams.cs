using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Usher.Model.Journeys;

namespace Usher.Trace;

/// <summary>The parts of the road's API that go on: journeys as lines of JSON.</summary>
internal static class JourneyStreams
{
    /// <summary>Every journey that is kept, a line of JSON each.</summary>
    internal static async Task ExportAsync(HttpContext context)
    {
        if (await JourneyEndpoints.FilterAsync(context, strict: true) is not { } filter) return;
        context.Response.ContentType = "application/x-ndjson";
        using var either = Ending(context);
        try
        {
            foreach (var journey in context.RequestServices.GetRequiredService<JourneyBook>().All(filter, either.Token)) await WriteLineAsync(context, Line(journey), either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Who asked went, or the road stops.
            context.Abort();
        }
    }

    /// <summary>Journeys as they end, a line of JSON each; where more ended than are told, a line <c>{"skipped":12}</c>.</summary>
    internal static async Task FollowAsync(HttpContext context)
    {
        if (await JourneyEndpoints.FilterAsync(context, strict: true) is not { } filter) return;
        using var either = Ending(context);
        // Begins here: who has the response's head misses nothing from then on.
        var followed = context.RequestServices.GetRequiredService<JourneyFollower>().FollowAsync(filter, either.Token);
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.Body.FlushAsync(either.Token);
        try
        {
            await foreach (var ended in followed)
            {
                foreach (var journey in ended.Journeys) await WriteLineAsync(context, Line(journey), either.Token);
                if (ended.Skipped > 0) await WriteLineAsync(context, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"skipped\":{ended.Skipped}}}")), either.Token);
                await context.Response.Body.FlushAsync(either.Token);
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The follower went, or the road stops.
        }
    }

    /// <summary>Fires when who asked went, or the road stops: one that reads no more is not to hold it up.</summary>
    private static CancellationTokenSource Ending(HttpContext context) => CancellationTokenSource.CreateLinkedTokenSource(
        context.RequestAborted, context.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None);

    private static async Task WriteLineAsync(HttpContext context, byte[] line, CancellationToken cancellationToken)
    {
        await context.Response.Body.WriteAsync(line, cancellationToken);
        await context.Response.Body.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }

    private static byte[] Line(Journey journey) => JsonSerializer.SerializeToUtf8Bytes(journey, JourneyEndpoints.Json.Journey);
}
