using System.Text.Encodings.Web;
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
    // Arrows and apostrophes stay readable: this is JSON for programs and people, never a part of a page.
    private static readonly ProblemJson Json = new(new JsonSerializerOptions(ProblemJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static async Task WriteAsync(HttpContext context, int status, string error)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(
            context.Response.Body, new ApiProblem(error), Json.ApiProblem, context.RequestAborted);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ApiProblem))]
internal sealed partial class ProblemJson : JsonSerializerContext;
