using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>The CORS filter.</summary>
internal static class CorsSchema
{
    private const int MaxMethods = 9;
    private const int MaxItems = 64;

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"];

    internal static void Check(SchemaCheck check, string at, HttpCorsFilter cors)
    {
        List(check, at, "allowOrigins", cors.AllowOrigins, MaxItems, alone: true);
        for (var i = 0; i < cors.AllowOrigins.Count; i++) check.Required(at, $"allowOrigins[{i}]", cors.AllowOrigins[i], TextRules.Origin);
        List(check, at, "allowMethods", cors.AllowMethods, MaxMethods, alone: true);
        for (var i = 0; i < cors.AllowMethods.Count; i++) check.Word(at, $"allowMethods[{i}]", cors.AllowMethods[i], Methods);
        List(check, at, "allowHeaders", cors.AllowHeaders, MaxItems, alone: true);
        for (var i = 0; i < cors.AllowHeaders.Count; i++) check.Required(at, $"allowHeaders[{i}]", cors.AllowHeaders[i], TextRules.HeaderName);
        List(check, at, "exposeHeaders", cors.ExposeHeaders, MaxItems, alone: false);
        for (var i = 0; i < cors.ExposeHeaders.Count; i++) check.Required(at, $"exposeHeaders[{i}]", cors.ExposeHeaders[i], TextRules.HeaderName);
        check.Number(at, "maxAge", cors.MaxAge, 1);
    }

    private static void List(SchemaCheck check, string at, string name, IList<string> items, int most, bool alone)
    {
        check.Count(at, name, items.Count, most);
        check.Unique(at, name, items);
        if (alone && items.Count > 1 && items.IndexOf("*") is >= 0 and var all) check.Error($"{at}.{name}[{all}]", "found '*', which means all; it stands alone");
    }
}
