using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>Each Ingress's part, by namespace and name, and what making them came to.</summary>
/// <param name="Steps">The parts.</param>
/// <param name="Warned">Those that something was warned of.</param>
/// <param name="Read">What all of them together read, roughly.</param>
/// <param name="Changed">What each Ingress that changed, came or went brought before, and what it brings now; null for everything.</param>
internal sealed record PartList(
    SharedList<CompiledStep<IngressPart>> Steps, IReadOnlyList<CompiledStep<IngressPart>> Warned, Reads Read, IReadOnlyList<(IngressPart? Was, IngressPart? Now)>? Changed)
{
    /// <summary>Makes all parts, or takes them over from the running generation as far as they stay.</summary>
    /// <param name="context">Where it is compiled.</param>
    /// <param name="before">The running generation's routes, when what is around the parts is the same.</param>
    /// <param name="ingresses">All that the controller serves, by namespace and name.</param>
    /// <param name="compile">Makes one.</param>
    internal static PartList Of(CompileContext context, CompiledRoutes? before, IReadOnlyList<Resource<V1Ingress>> ingresses, Func<Resource<V1Ingress>, CompiledStep<IngressPart>> compile)
    {
        var old = before?.Parts ?? SharedList.Of<CompiledStep<IngressPart>>([]);
        var read = new Reads();
        var allHold = before?.Read.Hold(context) == true;
        if (before is not null) read.Cover(before.Read, context);
        var steps = new List<CompiledStep<IngressPart>>(ingresses.Count);
        var changed = new List<(IngressPart? Was, IngressPart? Now)>();
        using var had = old.GetEnumerator();
        var more = had.MoveNext();
        foreach (var ingress in ingresses)
        {
            // Both are in the same order: what is passed over has gone.
            for (; more && ResourceKey.ByName.Compare(had.Current.Value.Ingress.Key, ingress.Key) < 0; more = had.MoveNext()) changed.Add((had.Current.Value, null));
            var step = more && had.Current.Value.Ingress.Key == ingress.Key ? had.Current : null;
            if (step is not null) more = had.MoveNext();
            if (step is null || !ReferenceEquals(step.Value.Written, ingress) || !(allHold || step.Reads.Hold(context)))
            {
                var next = compile(ingress);
                read.Cover(next.Reads, context);
                changed.Add((step?.Value, next.Value));
                step = next;
            }

            steps.Add(step);
        }

        for (; more; more = had.MoveNext()) changed.Add((had.Current.Value, null));
        return new PartList(SharedList.Of<CompiledStep<IngressPart>>(steps), steps.FindAll(s => s.Warnings.Count > 0), read, before is null ? null : changed).Told(context);
    }

    /// <summary>The same where only these Ingresses may have changed, at their cost; null when what the parts read of other objects has changed too.</summary>
    /// <param name="context">Where it is compiled.</param>
    /// <param name="before">The running generation's routes.</param>
    /// <param name="gone">Ingresses that were there, by namespace and name; the controller needn't have served them.</param>
    /// <param name="come">Ingresses that the controller serves now.</param>
    /// <param name="compile">Makes a part.</param>
    internal static PartList? Of(
        CompileContext context, CompiledRoutes before, IReadOnlyList<Resource<V1Ingress>> gone, IReadOnlyList<Resource<V1Ingress>> come, Func<Resource<V1Ingress>, CompiledStep<IngressPart>> compile)
    {
        if (!before.Read.Hold(context)) return null;
        var (read, edit, changed) = (new Reads(), new SharedListEdit<CompiledStep<IngressPart>>(before.Parts), new List<(IngressPart? Was, IngressPart? Now)>());
        read.Cover(before.Read, context);
        var now = come.ToDictionary(i => i.Key);
        var (left, put) = (new HashSet<CompiledStep<IngressPart>>(ReferenceEqualityComparer.Instance), new List<CompiledStep<IngressPart>>());
        foreach (var key in gone.Concat(come).Select(i => i.Key).Distinct().Order(ResourceKey.ByName))
        {
            var at = IndexOf(before.Parts, key);
            var had = at < 0 ? null : before.Parts[at];
            var step = now.TryGetValue(key, out var ingress) ? compile(ingress) : null;
            if (had is null && step is null) continue;
            if (had is null) edit.Insert(~at, step!);
            else edit.Replace(at, step);
            if (had is not null) left.Add(had);
            if (step is not null) put.Add(step);
            if (step is not null) read.Cover(step.Reads, context);
            changed.Add((had?.Value, step?.Value));
        }

        var warned = before.Warned.Where(s => !left.Contains(s)).Concat(put.Where(s => s.Warnings.Count > 0));
        return new PartList(edit.Finish(), [.. warned.OrderBy(s => s.Value.Ingress.Key, ResourceKey.ByName)], read, changed).Told(context);
    }

    /// <summary>Tells the step around it what the parts warn of and read.</summary>
    private PartList Told(CompileContext context)
    {
        foreach (var warning in Warned.SelectMany(s => s.Warnings)) context.Warnings.Add(warning);
        Read.Close();
        context.Noted?.Cover(Read, context);
        return this;
    }

    /// <summary>The part of an Ingress; null when there is none.</summary>
    /// <param name="parts">By namespace and name.</param>
    /// <param name="key">The Ingress's.</param>
    internal static CompiledStep<IngressPart>? Find(SharedList<CompiledStep<IngressPart>>? parts, in ResourceKey key) => parts is not null && IndexOf(parts, key) is var at and >= 0 ? parts[at] : null;

    private static int IndexOf(SharedList<CompiledStep<IngressPart>> parts, in ResourceKey key)
    {
        var (low, high) = (0, parts.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = ResourceKey.ByName.Compare(parts[middle].Value.Ingress.Key, key);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }
}
