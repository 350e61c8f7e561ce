using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Dns;

/// <summary>
/// The hosted zones that an external-dns writes to: those that its filters leave, and of these for a name the longest public one that it ends with, and every private one (docs/tutorials/aws.md, docs/advanced/split-horizon.md).
/// </summary>
internal sealed class ZoneChoice(DesiredState state, ExternalDnsSettings settings)
{
    private readonly IReadOnlyList<Resource<HostedZone>> all = state.List<HostedZone>();
    private readonly List<Resource<HostedZone>> eligible = [.. state.List<HostedZone>().Where(z => LeftOutBy(z.Value, settings) is null)];

    /// <summary>The zones of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="pinned">The id of the only zone that counts; null for all.</param>
    internal IReadOnlyList<HostedZone> Of(string name, string? pinned)
    {
        var covering = eligible.Select(z => z.Value).Where(z => Covers(z, name)).ToList();
        var chosen = covering.Where(z => z.PrivateZone).ToList();
        if (covering.Where(z => !z.PrivateZone).MaxBy(z => z.Name.Length) is { } best) chosen.Add(best);
        return pinned is null ? chosen : [.. chosen.Where(z => z.Id == pinned)];
    }

    /// <summary>Why a name is in none of the zones; null when it is in one.</summary>
    internal string? WhyNone(string name, string? pinned)
    {
        if (!settings.Domains.Matches(name)) return "external-dns's --domain-filter leaves the name out";
        if (Of(name, pinned).Count > 0) return null;
        if (Of(name, null).Count > 0) return $"'{pinned}' is none of the hosted zones that external-dns would choose for it, {Words(Of(name, null))}";
        var covering = all.Where(z => Covers(z.Value, name)).ToList();
        return covering.Count > 0
            ? string.Join("; ", covering.Select(z => $"hosted zone {Words([z.Value])} has the name, and {LeftOutBy(z.Value, settings)} leaves that zone out"))
            : $"no hosted zone here has the name; {(all.Count == 0 ? "there is none, write a HostedZone" : $"there are {Words(all.Select(z => z.Value))}")}";
    }

    private static string? LeftOutBy(HostedZone zone, ExternalDnsSettings settings) =>
        settings.ZoneIds.Count > 0 && !settings.ZoneIds.Any(i => zone.Id.EndsWith(i, StringComparison.Ordinal)) ? "--zone-id-filter"
        : settings.ZoneType is { } type && type == "private" != zone.PrivateZone ? $"--aws-zone-type={type}"
        : !settings.Domains.Matches(zone.Name) && !(settings.MatchParent && settings.Domains.MatchesParent(zone.Name)) ? "--domain-filter (--aws-zone-match-parent would take it)"
        : null;

    private static bool Covers(HostedZone zone, string name) => name == zone.Name || name.EndsWith($".{zone.Name}", StringComparison.Ordinal);

    private static string Words(IEnumerable<HostedZone> zones) => string.Join(", ", zones.Select(z => $"{z.Name} ({z.Id}, {(z.PrivateZone ? "private" : "public")})").Order(StringComparer.Ordinal));
}
