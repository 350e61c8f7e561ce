using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Usher.Trace;

/// <summary>What the API answers when it can't do what was asked.</summary>
/// <param name="Error">What is wrong, and the way out.</param>
internal sealed record ApiProblem(string Error);

/// <summary>Writes problems.</summary>
internal static class Problems
{
    public static async Task WriteAsync(HttpContext context, int status, string error)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(
            context.Response.Body, new ApiProblem(error), ProblemJson.Default.ApiProblem, context.RequestAborted);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ApiProblem))]
internal sealed partial class ProblemJson : JsonSerializerContext;
