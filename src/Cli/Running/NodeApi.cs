using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Cli.Running;

/// <summary><c>POST /api/nodes/NAME/ACTION</c>: cordon, uncordon, drain, stop, start. Answers the road as it then is.</summary>
internal static class NodeApi
{
    internal static void MapNodes(this IEndpointRouteBuilder routes, Road road) =>
        routes.MapPost("/api/nodes/{name}/{action}", async (HttpContext context) =>
        {
            var (name, action) = ((string)context.Request.RouteValues["name"]!, (string)context.Request.RouteValues["action"]!);
            if (!Enum.TryParse<NodeAction>(action, ignoreCase: true, out var wanted) || !Enum.IsDefined(wanted))
            {
                await RefuseAsync(context, StatusCodes.Status400BadRequest, $"'{action}' can't be done to a node; allowed are cordon, uncordon, drain, stop, start");
                return;
            }

            var errors = new ErrorList();
            try
            {
                await road.Services.GetRequiredService<NodeControl>().DoAsync(name, wanted, errors, context.RequestAborted);
            }
            catch (KeyNotFoundException e)
            {
                await RefuseAsync(context, StatusCodes.Status404NotFound, e.Message);
                return;
            }

            if (errors.IsEmpty) await context.Response.WriteAsJsonAsync(RoadApi.Report(road), RoadJson.Default.RoadReport, cancellationToken: context.RequestAborted);
            else await RefuseAsync(context, StatusCodes.Status409Conflict, string.Join("; ", errors.All));
        });

    private static Task RefuseAsync(HttpContext context, int status, string error)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new ApiProblem(error), RoadJson.Default.ApiProblem, cancellationToken: context.RequestAborted);
    }
}

/// <summary>Why the API refused.</summary>
internal sealed record ApiProblem(string Error);
