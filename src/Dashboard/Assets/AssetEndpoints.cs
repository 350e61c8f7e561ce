using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Usher.Dashboard.Assets;

/// <summary>The files that the pages need. They are part of the assembly, so that a road without a network has them, however it was built or published.</summary>
internal static class AssetEndpoints
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    internal static void MapAssets(this IEndpointRouteBuilder endpoints)
    {
        foreach (var name in new[] { "dashboard.css", "dashboard.js", "usher.svg" }) Map(endpoints, $"/assets/{name}", name);
        Map(endpoints, "/_framework/blazor.web.js", "blazor.web.js");
    }

    /// <summary>An asset's text.</summary>
    internal static string Text(string name) => System.Text.Encoding.UTF8.GetString(Read(name));

    private static void Map(IEndpointRouteBuilder endpoints, string path, string name)
    {
        var content = new Lazy<(byte[] Bytes, string Tag)>(() => Read(name) is var bytes ? (bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"") : default);
        endpoints.MapGet(path, context =>
        {
            var (bytes, tag) = content.Value;
            context.Response.Headers.ETag = tag;
            context.Response.Headers.CacheControl = "no-cache";
            if (context.Request.Headers.IfNoneMatch == tag)
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            context.Response.ContentType = Types[Path.GetExtension(name)];
            context.Response.ContentLength = bytes.Length;
            return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
        });
    }

    private static byte[] Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is no part of {Assembly.GetExecutingAssembly().GetName().Name}");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
