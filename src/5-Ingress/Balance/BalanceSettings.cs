using System.Globalization;

namespace Usher.Ingress;

/// <summary>The annotations that say how a backend's endpoints are chosen, with what a rule says of each.</summary>
internal static class BalanceSettings
{
    private static readonly (string Name, Func<BalanceRule, string> Value)[] OfUpstream =
    [
        ("service-upstream", r => Flag(r.ServiceUpstream)),
        ("load-balance", r => r.Ewma ? "ewma" : "round_robin"),
        ("upstream-hash-by", r => r.HashBy?.Text ?? "none"),
        ("upstream-hash-by-subset", r => Flag(r.Subset > 0)),
        ("upstream-hash-by-subset-size", r => Number(r.Subset)),
    ];

    private static readonly (string Name, Func<BalanceRule, string> Value)[] OfCookie =
    [
        ("affinity", r => r.Cookie is null ? "none" : "cookie"),
        ("affinity-mode", r => r.Cookie?.Persistent == true ? "persistent" : "balanced"),
        ("session-cookie-name", r => r.Cookie?.Name ?? "none"),
        ("session-cookie-path", r => r.Cookie?.Path ?? "none"),
        ("session-cookie-domain", r => r.Cookie?.Domain ?? "none"),
        ("session-cookie-expires", r => Number(r.Cookie?.Expires)),
        ("session-cookie-max-age", r => Number(r.Cookie?.MaxAge)),
        ("session-cookie-samesite", r => r.Cookie?.SameSite ?? "none"),
        ("session-cookie-conditional-samesite-none", r => Flag(r.Cookie?.ConditionalNone)),
        ("session-cookie-secure", r => Flag(r.Cookie?.Secure)),
        ("session-cookie-partitioned", r => Flag(r.Cookie?.Partitioned)),
        ("session-cookie-change-on-failure", r => Flag(r.Cookie?.ChangeOnFailure)),
    ];

    /// <summary>Whether two rules choose in the same way, their cookies aside.</summary>
    internal static bool IsSameWay(BalanceRule one, BalanceRule other) => Array.TrueForAll(OfUpstream, s => s.Value(one) == s.Value(other));

    /// <summary>Of an Ingress's annotations those that another's decided instead, with the value that counts; those of the cookie apart.</summary>
    /// <param name="rules">What the Ingress says.</param>
    /// <param name="counts">What counts.</param>
    internal static IEnumerable<(string Name, string Counts, bool OfCookie)> Overridden(LocationRules rules, BalanceRule counts)
    {
        // Most Ingresses say nothing of it.
        if (ReferenceEquals(rules.Balance, counts)) yield break;
        foreach (var (name, value) in OfUpstream)
        {
            if (value(rules.Balance) != value(counts) && rules.Annotations.Contains(name)) yield return (name, value(counts), false);
        }

        // Without affinity of its own an Ingress says nothing of a cookie.
        if (rules.Balance.Cookie is null || counts.Cookie is null) yield break;
        foreach (var (name, value) in OfCookie)
        {
            if (value(rules.Balance) != value(counts) && rules.Annotations.Contains(name)) yield return (name, value(counts), true);
        }
    }

    private static string Flag(bool? flag) => flag switch { true => "true", false => "false", null => "none" };

    private static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "none";
}
