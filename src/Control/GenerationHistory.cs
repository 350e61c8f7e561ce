using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Control;

/// <summary>
/// The generations that this road has had, and what made each differ from the one before: for people who ask what changed when. Bounded: the oldest give way, and of a great change the first objects are kept.
/// </summary>
public sealed class GenerationHistory
{
    /// <summary>Generations kept.</summary>
    public const int Most = 200;

    /// <summary>Objects kept of one generation's change.</summary>
    public const int MostObjects = 500;

    private readonly TimeProvider time;
    private volatile IReadOnlyList<GenerationChange> newestFirst = [];
    private DesiredState before = DesiredState.Empty;

    /// <summary>Follows a road from now on.</summary>
    /// <param name="control">Its control.</param>
    /// <param name="time">The clock.</param>
    public GenerationHistory(RoadControl control, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(control);
        this.time = time;
        control.Published += Note;
    }

    /// <summary>What is kept, the newest first.</summary>
    public IReadOnlyList<GenerationChange> NewestFirst => newestFirst;

    // Called in order, one at a time.
    private void Note(Generation generation)
    {
        // The first generation is no change of anything: everything is new.
        var differing = generation.Number == 1 ? [] : generation.State.Since(before).Where(d => d.Now is null || d.Was is null || ObjectDifference.Differs(d.Was.Value, d.Now.Value)).Take(MostObjects + 1).ToList();
        before = generation.State;
        var change = new GenerationChange(generation.Number, time.GetUtcNow(), generation.IsStep, [.. differing.Take(MostObjects).Select(d => new ObjectChange(d.Was, d.Now))], differing.Count > MostObjects)
        {
            Objects = generation.State.Count,
        };
        newestFirst = [change, .. newestFirst.Take(Most - 1)];
    }
}

/// <summary>How a generation came to differ from the one before.</summary>
/// <param name="Number">The generation.</param>
/// <param name="At">When it was published.</param>
/// <param name="IsStep">True when nobody changed an object: controllers went on from what they observed.</param>
/// <param name="Changes">The objects that differ, written ones and derived ones.</param>
/// <param name="More">Whether there were more objects than are kept.</param>
public sealed record GenerationChange(long Number, DateTimeOffset At, bool IsStep, IReadOnlyList<ObjectChange> Changes, bool More)
{
    /// <summary>How many objects the generation has, derived ones included.</summary>
    public int Objects { get; init; }

    /// <summary>What people changed.</summary>
    public IEnumerable<ObjectChange> Written => Changes.Where(c => !c.IsDerived);

    /// <summary>What controllers made of it.</summary>
    public IEnumerable<ObjectChange> Derived => Changes.Where(c => c.IsDerived);
}

/// <summary>An object that differs between two generations.</summary>
/// <param name="Was">As it was; null for a new one.</param>
/// <param name="Now">As it is; null for one that is gone.</param>
public sealed record ObjectChange(Resource? Was, Resource? Now)
{
    /// <summary>The object.</summary>
    public ResourceKey Key => (Now ?? Was)!.Key;

    /// <summary>Where it is, or was, written.</summary>
    public Origin Origin => (Now ?? Was)!.Origin;

    /// <summary>Whether a controller made it.</summary>
    public bool IsDerived => Origin.IsDerived;

    /// <summary><c>added</c>, <c>removed</c> or <c>changed</c>.</summary>
    public string What => Was is null ? "added" : Now is null ? "removed" : "changed";

    /// <summary>The fields that differ; none for an object that is new or gone.</summary>
    public IReadOnlyList<FieldChange> Fields() => Was is null || Now is null ? [] : ObjectDifference.Between(Was.Value, Now.Value);
}
