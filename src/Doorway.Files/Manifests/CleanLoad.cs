using Usher.Doorway.Files.Ack;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Manifests;

/// <summary>The objects of a load without errors.</summary>
/// <param name="Plain">All but ACK's.</param>
/// <param name="Ack">ACK's, not yet AWS's.</param>
internal sealed record CleanLoad(IReadOnlyList<Resource> Plain, IReadOnlyList<Manifest> Ack)
{
    /// <summary>The same with a file that was read again; null unless it has the same objects, of which only the content differs: then what concerns several objects stays as it was found.</summary>
    internal CleanLoad? With(ReadFile before, ReadFile after)
    {
        var (was, now) = (Manifests(before), Manifests(after));
        if (was.Count != now.Count) return null;
        var plain = new Dictionary<Resource, Resource>(ReferenceEqualityComparer.Instance);
        var ack = new Dictionary<Manifest, Manifest>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < was.Count; i++)
        {
            if (ReferenceEquals(was[i], now[i])) continue;
            if (was[i].Key != now[i].Key || was[i].Kind != now[i].Kind || was[i].Value is null != now[i].Value is null) return null;
            if (AckKinds.Has(was[i].Kind)) ack[was[i]] = now[i];
            else if (was[i].Value is not null) plain[was[i].Resource] = now[i].Resource;
        }

        return new CleanLoad(Replaced(Plain, plain), Replaced(Ack, ack));
    }

    private static IReadOnlyList<T> Replaced<T>(IReadOnlyList<T> all, Dictionary<T, T> changes) where T : class =>
        changes.Count == 0 ? all : [.. all.Select(one => changes.GetValueOrDefault(one, one))];

    private static List<Manifest> Manifests(ReadFile file) => [.. file.Documents.SelectMany(d => d.Manifests)];
}
