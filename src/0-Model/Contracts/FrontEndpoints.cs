using System.Collections.Immutable;
using System.Net;
using Usher.Model.Desired;

namespace Usher.Model.Contracts;

/// <summary>An endpoint of a Service's port, as its EndpointSlice tells it (Kubernetes documentation, EndpointSlices, Conditions).</summary>
/// <param name="Pod">The pod; null for an address written by hand that is no pod's.</param>
/// <param name="Name">The pod's name, or the address.</param>
/// <param name="Declared">Its address and port in the cluster.</param>
/// <param name="Bound">Where to dial it on this machine.</param>
public sealed record FrontEndpoint(ResourceKey? Pod, string Name, IPEndPoint Declared, IPEndPoint Bound)
{
    /// <summary>Serving and not terminating, or published in any case (<c>publishNotReadyAddresses</c>).</summary>
    public bool Ready { get; init; } = true;

    /// <summary>The pod's Ready condition, also while it terminates.</summary>
    public bool Serving { get; init; } = true;

    /// <summary>From the request to stop on.</summary>
    public bool Terminating { get; init; }

    /// <summary>Why it isn't ready, for a person; null when it is.</summary>
    public string? Message { get; init; }

    /// <summary><c>users-7988496f78-fq7vr 10.0.1.102:8080</c>; the address alone where that is the name.</summary>
    public string Label { get; } = Name.Length == 0 || Declared.ToString().StartsWith(Name, StringComparison.Ordinal) ? Declared.ToString() : $"{Name} {Declared}";
}

/// <summary>The endpoints of a Service's port at one moment. Immutable; the same object for as long as nothing changes.</summary>
public sealed class FrontEndpoints
{
    /// <summary>No endpoint.</summary>
    public static FrontEndpoints None { get; } = new([]);

    /// <summary>Tells which of them are ready.</summary>
    public FrontEndpoints(ImmutableArray<FrontEndpoint> all)
    {
        All = all;
        Ready = [.. all.Where(e => e.Ready)];
    }

    /// <summary>All of them, in an order that stays.</summary>
    public ImmutableArray<FrontEndpoint> All { get; }

    /// <summary>Those that are ready, in the same order.</summary>
    public ImmutableArray<FrontEndpoint> Ready { get; }
}
