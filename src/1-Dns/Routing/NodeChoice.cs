using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>
/// Which addresses of a load balancer are answered: those of the nodes whose zones are healthy; when none is, all (ALB user guide, Target group health, DNS failover). Pure.
/// </summary>
internal static class NodeChoice
{
    /// <summary>The set without the addresses of unhealthy zones; the given one as a rule, and when it isn't a load balancer's.</summary>
    public static CompiledSet Choose<TReasons>(CompiledSet set, DomainName owner, HealthReading? health, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (set.Balancer is not { } balancer || health?.FailedZones(balancer) is not { Count: > 0 } failed) return set;
        if (failed.Count >= set.Values.Length)
        {
            if (TReasons.Wanted)
            {
                reasons.Add($"{owner} {set.Type.Name()} ({balancer})", true, $"all of its zones are unhealthy, so that all addresses are answered: {string.Join("; ", failed.Select(z => z.Why).Distinct())}");
            }

            return set;
        }

        if (TReasons.Wanted)
        {
            foreach (var zone in failed) reasons.Add($"{owner} {set.Type.Name()} {zone.Address} ({zone.Zone})", false, zone.Why);
        }

        return set with { Values = [.. set.Values.Where(v => !failed.Any(z => z.Address.ToString() == v.Text))], LeftOut = failed };
    }
}
