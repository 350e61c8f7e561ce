using System.Globalization;

namespace Usher.Ingress;

/// <summary>The annotations that say which requests a canary takes, with what a rule says of each.</summary>
internal static class CanarySettings
{
    private static readonly (string Name, Func<CanaryRule, string> Value)[] All =
    [
        ("canary-weight", r => r.Weight.ToString(CultureInfo.InvariantCulture)),
        ("canary-weight-total", r => r.Total.ToString(CultureInfo.InvariantCulture)),
        ("canary-by-header", r => r.Header ?? "none"),
        ("canary-by-header-value", r => r.Value ?? "none"),
        ("canary-by-header-pattern", r => r.Pattern?.ToString() ?? "none"),
        ("canary-by-cookie", r => r.Cookie ?? "none"),
    ];

    /// <summary>What two rules say otherwise, with what each says.</summary>
    internal static IEnumerable<(string Name, string Own, string Counts)> Differences(CanaryRule own, CanaryRule counts) =>
        from setting in All let said = setting.Value(own) let other = setting.Value(counts) where said != other select (setting.Name, said, other);
}
