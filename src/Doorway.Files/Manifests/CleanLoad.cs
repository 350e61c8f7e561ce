using Usher.Doorway.Files.Ack;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Manifests;

/// <summary>The objects of a load that have no errors: all of them, for one that is kept.</summary>
/// <param name="Resources">All of them.</param>
/// <param name="Plain">How many of those come before ACK's.</param>
/// <param name="Ack">ACK's, not yet AWS's.</param>
internal sealed record CleanLoad(SharedList<Resource> Resources, int Plain, IReadOnlyList<Manifest> Ack)
{
    /// <summary>The same with a file that was read again; null unless it has the same objects, of which only the content differs: then what concerns several objects stays as it was found.</summary>
    /// <param name="before">The file as it was.</param>
    /// <param name="after">The file as it is.</param>
    /// <param name="map">Makes AWS's objects of ACK's.</param>
    internal CleanLoad? With(ReadFile before, ReadFile after, Func<IReadOnlyList<Manifest>, IReadOnlyList<Resource>?> map)
    {
        var (was, now) = (Manifests(before), Manifests(after));
        if (was.Count != now.Count) return null;
        var (plain, ack) = (new List<(Resource Was, Resource Now)>(), new Dictionary<Manifest, Manifest>(ReferenceEqualityComparer.Instance));
        for (var i = 0; i < was.Count; i++)
        {
            if (ReferenceEquals(was[i], now[i])) continue;
            if (was[i].Key != now[i].Key || was[i].Kind != now[i].Kind || was[i].Value is null != now[i].Value is null) return null;
            if (AckKinds.Has(was[i].Kind)) ack[was[i]] = now[i];
            else if (was[i].Value is not null) plain.Add((was[i].Resource, now[i].Resource));
        }

        var next = plain.Count == 0 ? this : this with { Resources = Replaced(plain) };
        if (ack.Count == 0) return next;
        IReadOnlyList<Manifest> manifests = [.. Ack.Select(one => ack.GetValueOrDefault(one, one))];
        return map(manifests) is { } mapped ? next with { Ack = manifests, Resources = SharedList.Of<Resource>(next.Resources.Take(Plain).Concat(mapped)) } : null;
    }

    private SharedList<Resource> Replaced(List<(Resource Was, Resource Now)> changes)
    {
        var edit = new SharedListEdit<Resource>(Resources);
        // A file's objects stand together, in its order.
        var at = Resources.IndexOf(changes[0].Was);
        foreach (var (was, now) in changes)
        {
            while (!ReferenceEquals(Resources[at], was)) at++;
            edit.Replace(at, now);
        }

        return edit.Finish();
    }

    private static List<Manifest> Manifests(ReadFile file) => [.. file.Documents.SelectMany(d => d.Manifests)];
}
