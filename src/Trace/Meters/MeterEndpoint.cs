using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Usher.Trace.Meters;

/// <summary>The part of the road's API that tells what the hops do.</summary>
public static class MeterEndpoint
{
    /// <summary>Maps <c>GET /api/meters</c>: what everything has come to since the road began. Who wants rates asks twice.</summary>
    public static IEndpointRouteBuilder MapMeters(this IEndpointRouteBuilder endpoints, RoadMeters meters)
    {
        endpoints.MapGet("/api/meters", (HttpContext context) => context.Response.WriteAsJsonAsync(meters.Read(), MeterJson.Default.RoadReading, cancellationToken: context.RequestAborted));
        return endpoints;
    }
}

/// <summary>JSON of the meters.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RoadReading))]
public sealed partial class MeterJson : JsonSerializerContext;
