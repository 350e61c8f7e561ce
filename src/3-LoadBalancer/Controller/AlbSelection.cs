using k8s.Models;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>The Ingresses of the AWS Load Balancer Controller, in order, as <see cref="Selection{T}"/> finds them while the classes are the same.</summary>
internal sealed class AlbSelection
{
    private volatile OfClasses? last;

    /// <summary>Those of a state.</summary>
    internal IReadOnlyList<Resource<V1Ingress>> Of(DesiredState state)
    {
        var (classes, known) = (state.List<V1IngressClass>(), last);
        if (known is null || !ReferenceEquals(known.Classes, classes)) last = known = new OfClasses(classes, new Selection<V1Ingress>(new AlbClasses(state).Has));
        return known.Ingresses.Of(state);
    }

    private sealed record OfClasses(IReadOnlyList<Resource<V1IngressClass>> Classes, Selection<V1Ingress> Ingresses);
}
