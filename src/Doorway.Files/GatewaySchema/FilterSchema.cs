using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>What the filters of HTTPRoutes and GRPCRoutes have in common.</summary>
internal static class FilterSchema
{
    private const int MaxHeaders = 16;

    /// <summary>Checks a type and that its own field is written, and no other type's.</summary>
    internal static void Types(SchemaCheck check, string at, string type, params IReadOnlyList<(string Type, string Field, bool Written)> fields)
    {
        check.Word(at, "type", type, [.. fields.Select(f => f.Type)]);
        foreach (var (own, field, written) in fields)
        {
            if (written && own != type && type.Length > 0) check.Error($"{at}.{field}", $"is for type {own}; this one's type is {type}");
            else if (!written && own == type) check.Error($"{at}.{field}", $"is required for type {own}");
        }
    }

    internal static void Headers(SchemaCheck check, string at, HttpHeaderFilter? filter)
    {
        if (filter is null) return;
        Pairs("set", filter.Set);
        Pairs("add", filter.Add);
        check.Count(at, "remove", filter.Remove.Count, MaxHeaders);
        check.Unique(at, "remove", filter.Remove);

        void Pairs(string list, IList<HttpHeader> headers)
        {
            check.Count(at, list, headers.Count, MaxHeaders);
            for (var i = 0; i < headers.Count; i++)
            {
                check.Required($"{at}.{list}[{i}]", "name", headers[i].Name, TextRules.HeaderName);
                check.Required($"{at}.{list}[{i}]", "value", headers[i].Value, TextRules.HeaderValue);
            }

            check.Unique(at, list, headers.Select(h => h.Name), ".name");
        }
    }

    internal static void Mirror(SchemaCheck check, string at, HttpRequestMirrorFilter? mirror)
    {
        if (mirror is null) return;
        if (mirror.BackendRef is { } backend) ReferenceSchema.Backend(check, $"{at}.backendRef", backend);
        else check.Error($"{at}.backendRef", "is required: where the copies go");
        check.Number(at, "percent", mirror.Percent, 0, 100);
        if (mirror.Fraction is not { } fraction) return;
        if (mirror.Percent is not null) check.Error($"{at}.fraction", "percent and fraction are both given; give one");
        if (!check.Wrote($"{at}.fraction", "numerator")) check.Error($"{at}.fraction.numerator", "is required");
        check.Number($"{at}.fraction", "numerator", fraction.Numerator, 0);
        check.Number($"{at}.fraction", "denominator", fraction.Denominator, 1);
        if (fraction.Numerator > fraction.Denominator && fraction.Denominator >= 1)
            check.Error($"{at}.fraction.numerator", $"found {fraction.Numerator}; it is at most the denominator, {fraction.Denominator}");
    }

    internal static void Extension(SchemaCheck check, string at, LocalObjectReference? reference)
    {
        if (reference is not null) ReferenceSchema.Full(check, at, reference.Group, reference.Kind, reference.Name);
    }
}
