using Usher.Doorway.Files.Ack;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Manifests;

/// <summary>The objects of a load that have no errors: all of them, for one that is kept.</summary>
/// <param name="Resources">All of them.</param>
/// <param name="Plain">How many of those come before ACK's.</param>
/// <param name="Ack">ACK's, not yet AWS's.</param>
/// <param name="Objects">Which ones there are. Not of one load alone: it goes on to the next.</param>
internal sealed record CleanLoad(SharedList<Resource> Resources, int Plain, IReadOnlyList<Manifest> Ack, ObjectIndex Objects)
{
    /// <summary>
    /// The same with a file that came or was read again; null unless it has all objects that it had, and those that come are new ones in namespaces that are given: then what concerns several objects is right.
    /// </summary>
    /// <param name="before">The file as it was; null for one that comes.</param>
    /// <param name="after">The file as it is.</param>
    /// <param name="earlier">The files that are read before it, the nearest first.</param>
    /// <param name="map">Makes AWS's objects of ACK's; null when something is wrong with them.</param>
    internal CleanLoad? With(ReadFile? before, ReadFile after, IEnumerable<ReadFile> earlier, Func<IReadOnlyList<Manifest>, IReadOnlyList<Resource>?> map)
    {
        var (was, now) = (Manifests(before), Manifests(after));
        if (now.Exists(m => m.Value is null) || Objects.Come(was, now) is not { } come) return null;
        var next = this;
        var edit = new SharedListEdit<Resource>(Resources);
        var (plainWas, plainNow) = (Plainly(was), Plainly(now));
        if (!Same(plainWas, plainNow))
        {
            Splice(edit, Place(Resources, plainWas, earlier, Plainly), plainWas, plainNow);
            next = next with { Plain = Plain + plainNow.Count - plainWas.Count };
        }

        var (ackWas, ackNow) = (OfAck(was), OfAck(now));
        if (!Same(ackWas, ackNow))
        {
            var at = Place(Ack, ackWas, earlier, OfAck);
            next = next with { Ack = [.. Ack.Take(at), .. ackNow, .. Ack.Skip(at + ackWas.Count)] };
            if (map(next.Ack) is not { } mapped) return null;
            Splice(edit, Plain, Resources.Between(Plain, 0), mapped);
        }

        Objects.Add(come);
        return next with { Resources = edit.Finish() };
    }

    /// <summary>Where in a list a file's objects are, or come to: they stand together, in the files' order.</summary>
    private static int Place<T>(IReadOnlyList<T> all, List<T> was, IEnumerable<ReadFile> earlier, Func<List<Manifest>, List<T>> of) where T : class
    {
        if (was.Count > 0) return IndexOf(was[0]);
        return earlier.Select(file => of(Manifests(file))).FirstOrDefault(objects => objects.Count > 0) is { } objects ? IndexOf(objects[^1]) + 1 : 0;

        int IndexOf(T wanted)
        {
            if (all is SharedList<T> shared) return shared.IndexOf(wanted);
            var at = 0;
            while (!ReferenceEquals(all[at], wanted)) at++;
            return at;
        }
    }

    /// <summary>Puts some in the place of others, but for the first and the last that are the same.</summary>
    private static void Splice(SharedListEdit<Resource> edit, int at, List<Resource> was, IReadOnlyList<Resource> now)
    {
        var (first, last) = (0, 0);
        var shorter = Math.Min(was.Count, now.Count);
        while (first < shorter && ReferenceEquals(was[first], now[first])) first++;
        while (last < shorter - first && ReferenceEquals(was[^(last + 1)], now[^(last + 1)])) last++;
        for (var i = first; i < was.Count - last; i++) edit.Replace(at + i, i < now.Count - last ? now[i] : null);
        for (var i = was.Count - last; i < now.Count - last; i++) edit.Insert(at + was.Count - last, now[i]);
    }

    private static bool Same<T>(List<T> was, List<T> now) where T : class => was.Count == now.Count && was.Zip(now).All(pair => ReferenceEquals(pair.First, pair.Second));

    private static List<Manifest> Manifests(ReadFile? file) => [.. (file?.Documents ?? []).SelectMany(d => d.Manifests)];

    private static List<Resource> Plainly(List<Manifest> manifests) => [.. manifests.Where(m => !AckKinds.Has(m.Kind)).Select(m => m.Resource)];

    private static List<Manifest> OfAck(List<Manifest> manifests) => [.. manifests.Where(m => AckKinds.Has(m.Kind))];
}
