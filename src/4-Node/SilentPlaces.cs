using System.Net.Sockets;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>
/// Places that are kept silent: NodePorts whose packets are dropped, and of stopped nodes their NodePorts, health checks and the ports that their pods
/// declare. Not safe for concurrent use.
/// </summary>
internal sealed class SilentPlaces : IDisposable
{
    private readonly Dictionary<FrontPlace, SilentSocket> sockets = [];

    /// <summary>Keeps exactly these places silent.</summary>
    /// <returns>False when one is still in use: its process has not ended yet.</returns>
    public bool Keep(IReadOnlySet<FrontPlace> places)
    {
        foreach (var place in sockets.Keys.Where(p => !places.Contains(p)).ToList())
        {
            sockets.Remove(place, out var socket);
            socket!.Dispose();
        }

        var fine = true;
        foreach (var place in places.Where(p => !sockets.ContainsKey(p)))
        {
            try
            {
                sockets.Add(place, new SilentSocket(place));
            }
            catch (SocketException)
            {
                fine = false;
            }
        }

        return fine;
    }

    /// <summary>Whether this place is kept silent.</summary>
    public bool Has(FrontPlace place) => sockets.ContainsKey(place);

    /// <summary>Where nothing is to answer: NodePorts whose packets are dropped, and all of nodes that are stopped.</summary>
    public static IReadOnlySet<FrontPlace> Of(Generation generation, IServiceFronts fronts, INodeDirectory nodes)
    {
        var places = fronts.All(generation).Where(f => fronts.Drops(generation, f)).Select(f => f.Place).ToHashSet();
        var stopped = nodes.Current.Values.Where(n => n.StoppedSince is not null).Select(n => n.Key.Name).ToHashSet(StringComparer.Ordinal);
        if (stopped.Count == 0) return places;
        places.UnionWith(fronts.All(generation).Where(f => f.Node is { } node && stopped.Contains(node.Name)).Select(f => f.Place));
        foreach (var pod in generation.State.All<V1Pod>().Where(p => p.Value.Spec?.NodeName is { } node && stopped.Contains(node)))
        {
            if (generation.Addresses.Find(pod.Key) is null) continue;
            foreach (var port in pod.Value.Spec.Containers.SelectMany(c => c.Ports ?? []).Where(p => p.Protocol != "SCTP"))
            {
                places.Add(new FrontPlace(generation.Addresses.Bind(pod.Key, port.ContainerPort), port.Protocol == "UDP"));
            }
        }

        return places;
    }

    /// <inheritdoc/>
    public void Dispose() => Keep(new HashSet<FrontPlace>());
}
