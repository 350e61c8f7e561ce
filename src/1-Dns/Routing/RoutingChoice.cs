using System.Collections.Immutable;
using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>
/// Which of several record sets with the same name and type is answered. Pure.
/// <list type="number">
/// <item>Those that are healthy; when none is, all of them ("How Route 53 chooses records when health checking is configured").</item>
/// <item>Weighted: one by chance, by its share of the weights; those of weight 0 only when no other is left. Failover: the primary one, or else the secondary one. Multivalue: all, eight by chance at most.</item>
/// <item>What was chosen may be an alias of several again: from the beginning.</item>
/// </list>
/// </summary>
internal static class RoutingChoice
{
    private const int MostValues = 8;

    /// <summary>The record set that is answered; the given one, when there is only one.</summary>
    public static CompiledSet Choose<TReasons>(CompiledSet set, DomainName owner, HealthReading? health, Draw draw, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (set.Members.IsEmpty) return NodeChoice.Choose(set, owner, health, reasons);

        // 1.
        var usable = set.Members.Where(m => IsHealthy(m, health)).ToList();
        if (usable.Count == 0)
        {
            if (TReasons.Wanted) reasons.Add($"{owner} {set.Type.Name()}", false, "no record set is healthy, so that all of them count");
            usable = [.. set.Members];
        }

        // 2.
        var mixed = Mix(draw, owner, set.Type);
        var kind = set.Members[0].Policy.Kind;
        if (kind == RoutingKind.Multivalue) return Several(set, usable, owner, health, mixed, reasons);
        var chosen = kind == RoutingKind.Weighted ? Weighted(set, usable, owner, health, mixed, reasons) : Failover(set, usable, owner, health, reasons);

        // 3.
        var found = Choose(chosen.Set, owner, health, mixed, reasons);
        return found with { Aliases = [.. set.Aliases, .. found.Aliases], Key = set.Aliases.IsEmpty ? found.Key : set.Key, Chosen = chosen.Policy };
    }

    private static RoutedMember Weighted<TReasons>(CompiledSet set, List<RoutedMember> usable, DomainName owner, HealthReading? health, Draw draw, TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        var sum = usable.Sum(m => m.Policy.Weight);
        // All of weight 0 are equally likely.
        var drawn = draw.Below(sum == 0 ? usable.Count : sum);
        var at = 0;
        var left = drawn;
        while (left >= Share(usable[at])) left -= Share(usable[at++]);
        var chosen = usable[at];
        if (TReasons.Wanted)
        {
            foreach (var member in set.Members)
            {
                var share = sum == 0 ? "weight 0, as all that count" : $"weight {member.Policy.Weight} of {sum}";
                Tell(ref reasons, set, owner, member, member == chosen, member == chosen ? $"{share}, drawn {drawn}"
                    : !usable.Contains(member) ? $"unhealthy: {member.Set.Health!.Why(health!)}" : $"{share}, not drawn");
            }
        }

        return chosen;

        int Share(RoutedMember member) => sum == 0 ? 1 : member.Policy.Weight;
    }

    private static RoutedMember Failover<TReasons>(CompiledSet set, List<RoutedMember> usable, DomainName owner, HealthReading? health, TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        var chosen = usable.Find(m => m.Policy.IsPrimary) ?? usable[0];
        if (TReasons.Wanted)
        {
            foreach (var member in set.Members)
            {
                var place = member.Policy.IsPrimary ? "primary" : "secondary";
                Tell(ref reasons, set, owner, member, member == chosen, !IsHealthy(member, health) ? $"{place}, unhealthy: {member.Set.Health!.Why(health!)}"
                    : member == chosen ? $"{place}, healthy" : $"{place}, and the primary is healthy");
            }
        }

        return chosen;
    }

    private static CompiledSet Several<TReasons>(CompiledSet set, List<RoutedMember> usable, DomainName owner, HealthReading? health, Draw draw, TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        // The first eight of a random order.
        for (var last = usable.Count - 1; last > 0; last--)
        {
            draw = Next(draw);
            var other = draw.Below(last + 1);
            (usable[last], usable[other]) = (usable[other], usable[last]);
        }

        var chosen = usable.Take(MostValues).ToList();
        if (TReasons.Wanted)
        {
            foreach (var member in set.Members)
            {
                Tell(ref reasons, set, owner, member, chosen.Contains(member), chosen.Contains(member) ? $"one of {chosen.Count}" : $"not drawn: {MostValues} at most are answered");
            }
        }

        var values = chosen.SelectMany(m => m.Set.Values).DistinctBy(v => v.Text).ToImmutableArray();
        return new CompiledSet(set.Type, chosen.Min(m => m.Set.Ttl), values) { Key = set.Key ?? chosen[0].Set.Key, Aliases = set.Aliases, Chosen = chosen[0].Policy };
    }

    private static bool IsHealthy(RoutedMember member, HealthReading? health) => member.Set.Health is null || health is null || member.Set.Health.Holds(health);

    private static void Tell<TReasons>(ref TReasons reasons, CompiledSet set, DomainName owner, RoutedMember member, bool chosen, string why)
        where TReasons : struct, IReasonSink =>
        reasons.Add($"{owner} {set.Type.Name()} '{member.Policy.SetIdentifier}'{(member.Set.Key is { } key ? $" ({key})" : "")}", chosen, why);

    // One draw serves all choices on the way: each takes its own part of it.
    private static Draw Mix(Draw draw, DomainName owner, RecordType type)
    {
        var hash = 14695981039346656037UL ^ (ulong)type;
        foreach (var b in owner.Wire) hash = (hash ^ b) * 1099511628211UL;
        return Next(new Draw(draw.Value ^ hash));
    }

    // SplitMix64.
    private static Draw Next(Draw draw)
    {
        var state = draw.Value + 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return new Draw(mixed ^ (mixed >> 31));
    }
}
