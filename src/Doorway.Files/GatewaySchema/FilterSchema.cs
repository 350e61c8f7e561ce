using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>What the filters of HTTPRoutes and GRPCRoutes have in common.</summary>
internal static class FilterSchema
{
    private const int MaxNames = 16;

    /// <summary>Checks the fields that filters of both have; null for one that isn't written.</summary>
    internal static void Fields(
        SchemaCheck check, string at, HttpHeaderFilter? request, HttpHeaderFilter? response, HttpRequestMirrorFilter? mirror, LocalObjectReference? extension)
    {
        Headers(check, $"{at}.requestHeaderModifier", request);
        Headers(check, $"{at}.responseHeaderModifier", response);
        Mirror(check, $"{at}.requestMirror", mirror);
        if (extension is not null) ReferenceSchema.Full(check, $"{at}.extensionRef", extension.Group, extension.Kind, extension.Name);
    }

    private static void Headers(SchemaCheck check, string at, HttpHeaderFilter? filter)
    {
        if (filter is null) return;
        PairSchema.Check(check, at, "set", [.. filter.Set.Select(h => ((string?)null, h.Name, h.Value))], TextRules.HeaderValue);
        PairSchema.Check(check, at, "add", [.. filter.Add.Select(h => ((string?)null, h.Name, h.Value))], TextRules.HeaderValue);
        check.Count(at, "remove", filter.Remove.Count, MaxNames);
        check.Unique(at, "remove", filter.Remove);
    }

    private static void Mirror(SchemaCheck check, string at, HttpRequestMirrorFilter? mirror)
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
}
