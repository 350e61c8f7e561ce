using Usher.Model.Contracts;

namespace Usher.Dashboard.Targets;

/// <summary>
/// How the targets' health came to be what it is: each change of state since the road began, as it was found by looking once a second. Bounded: of a target the newest changes are kept, and a target that is gone for long gives way.
/// One writer; readers see a whole picture.
/// </summary>
public sealed class TargetHistory
{
    /// <summary>Changes kept of one target.</summary>
    public const int MostChanges = 100;

    /// <summary>Targets known at once, those that are gone included.</summary>
    public const int MostTargets = 5_000;

    private readonly Dictionary<(string Group, string Target), TargetLife> lives = [];
    private volatile IReadOnlyList<TargetLife> current = [];

    /// <summary>Every target with its changes, by group and name.</summary>
    public IReadOnlyList<TargetLife> Current => current;

    /// <summary>Takes what is reported at a time.</summary>
    public void Add(IReadOnlyList<TargetHealthReport> reports, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(reports);
        var changed = false;
        var seen = new HashSet<(string, string)>();
        foreach (var report in reports)
        {
            var key = (report.TargetGroup, report.Target);
            seen.Add(key);
            var had = lives.GetValueOrDefault(key);
            if (had is null && lives.Count >= MostTargets) continue;
            var life = had ?? new TargetLife(report.TargetGroup, report.Target, []);
            if (life.Changes is not [.., { } last] || last.State != report.State || last.Reason != report.Reason)
            {
                life = life with { Changes = [.. life.Changes.TakeLast(MostChanges - 1), new TargetChange(at, report.State, report.Reason, report.Description)] };
            }

            life = life with { Now = report };
            changed |= life != had;
            lives[key] = life;
        }

        foreach (var (key, life) in lives.Where(l => l.Value.Now is not null && !seen.Contains(l.Key)).ToList())
        {
            lives[key] = life with { Now = null, Changes = [.. life.Changes.TakeLast(MostChanges - 1), new TargetChange(at, TargetChange.Gone, null, null)] };
            changed = true;
        }

        // Who is gone makes room.
        if (lives.Count >= MostTargets)
        {
            foreach (var gone in lives.Where(l => l.Value.Now is null).OrderBy(l => l.Value.Changes[^1].At).Take(MostTargets / 10).ToList()) changed |= lives.Remove(gone.Key);
        }

        if (changed) current = [.. lives.Values.OrderBy(l => l.Group, StringComparer.Ordinal).ThenBy(l => l.Target, StringComparer.Ordinal)];
    }
}

/// <summary>A target and how its health changed.</summary>
/// <param name="Group">Its target group.</param>
/// <param name="Target">The target, <c>id:port</c>.</param>
/// <param name="Changes">The oldest first; at least one.</param>
public sealed record TargetLife(string Group, string Target, IReadOnlyList<TargetChange> Changes)
{
    /// <summary>As it is now; null for one that is not registered any more.</summary>
    public TargetHealthReport? Now { get; init; }

    /// <summary>Its states in a stretch of time, the oldest first, each until the next.</summary>
    /// <param name="from">Where the stretch begins; before the first change nothing is known, and nothing told.</param>
    /// <param name="to">Where it ends.</param>
    public IEnumerable<(TargetChange Change, DateTimeOffset From, DateTimeOffset To)> Between(DateTimeOffset from, DateTimeOffset to)
    {
        for (var i = 0; i < Changes.Count; i++)
        {
            var (begin, end) = (Changes[i].At, i + 1 < Changes.Count ? Changes[i + 1].At : to);
            if (begin < from) begin = from;
            if (end > to) end = to;
            if (begin < end) yield return (Changes[i], begin, end);
        }
    }
}

/// <summary>A target's health from a time on.</summary>
/// <param name="At">When it was found.</param>
/// <param name="State">AWS's word, or <see cref="Gone"/>.</param>
/// <param name="Reason">AWS's reason code, or null.</param>
/// <param name="Description">What the check got and wanted, or null.</param>
public sealed record TargetChange(DateTimeOffset At, string State, string? Reason, string? Description)
{
    /// <summary>The state of a target that is not registered any more.</summary>
    public const string Gone = "gone";
}
