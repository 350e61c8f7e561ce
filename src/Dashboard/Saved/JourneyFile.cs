using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Usher.Model.Journeys;
using Usher.Trace;

namespace Usher.Dashboard.Saved;

/// <summary>Writes a journey as one HTML file that needs nothing besides: the picture, all that the hops said, and the JSON.</summary>
/// <param name="services">The pages' services.</param>
/// <param name="logs">Their logs.</param>
public sealed class JourneyFile(IServiceProvider services, ILoggerFactory logs)
{
    /// <summary>The file.</summary>
    public async Task<string> OfAsync(Journey journey)
    {
        await using var renderer = new HtmlRenderer(services, logs);
        return "<!DOCTYPE html>\n" + await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<JourneyDocument>(ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(JourneyDocument.Journey)] = journey }))).ToHtmlString());
    }
}

/// <summary>The files' endpoints.</summary>
internal static class JourneyFileEndpoints
{
    /// <summary>Maps <c>/journeys/{id}.html</c> and <c>/journeys/{id}.json</c>.</summary>
    internal static void MapJourneyFiles(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/journeys/{id}.html", (string id, HttpContext context) => WriteAsync(context, id, $"{MediaTypeNames.Text.Html}; charset=utf-8", "html", journey => context.RequestServices.GetRequiredService<JourneyFile>().OfAsync(journey)));
        endpoints.MapGet("/journeys/{id}.json", (string id, HttpContext context) => WriteAsync(context, id, MediaTypeNames.Application.Json, "json", journey => Task.FromResult(JourneyJson.Print(journey))));
    }

    private static async Task WriteAsync(HttpContext context, string id, string type, string extension, Func<Journey, Task<string>> write)
    {
        if (context.RequestServices.GetRequiredService<JourneyBook>().FindAll(id) is not [var journey])
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync($"no journey {id} is kept\n", context.RequestAborted);
            return;
        }

        context.Response.ContentType = type;
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"journey-{journey.Id}.{extension}\"";
        await context.Response.WriteAsync(await write(journey), context.RequestAborted);
    }
}
