namespace Shop.Users.Api;

/// <summary>The page at <c>/</c>: one file, nothing loaded from elsewhere.</summary>
internal static class Page
{
    /// <summary>Maps it.</summary>
    public static void MapPage(this IEndpointRouteBuilder routes)
    {
        var page = new Lazy<byte[]>(Read);
        routes.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], () => TypedResults.Bytes(page.Value, "text/html; charset=utf-8"));
    }

    private static byte[] Read()
    {
        using var resource = typeof(Page).Assembly.GetManifestResourceStream("Page.html")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
