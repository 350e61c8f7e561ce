using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>The CORS filter.</summary>
internal static class CorsSchema
{
    private const int MaxMethods = 9;
    private const int MaxItems = 64;

    private static readonly string[] Methods = [.. HttpMatchSchema.Methods, "*"];

    internal static void Check(SchemaCheck check, string at, HttpCorsFilter cors)
    {
        List("allowOrigins", cors.AllowOrigins, MaxItems, alone: true, (name, origin) => check.Required(at, name, origin, TextRules.Origin));
        List("allowMethods", cors.AllowMethods, MaxMethods, alone: true, (name, method) => check.Word(at, name, method, Methods));
        List("allowHeaders", cors.AllowHeaders, MaxItems, alone: true, Header);
        List("exposeHeaders", cors.ExposeHeaders, MaxItems, alone: false, Header);
        check.Number(at, "maxAge", cors.MaxAge, 1);

        void Header(string name, string header) => check.Required(at, name, header, TextRules.HeaderName);

        void List(string name, IList<string> items, int most, bool alone, Action<string, string> item)
        {
            check.Count(at, name, items.Count, most);
            check.Unique(at, name, items);
            if (alone && items.Count > 1 && items.IndexOf("*") is >= 0 and var all) check.Error($"{at}.{name}[{all}]", "found '*', which means all; it stands alone");
            for (var i = 0; i < items.Count; i++) item($"{name}[{i}]", items[i]);
        }
    }
}
