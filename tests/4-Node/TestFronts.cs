using System.Collections.Immutable;
using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Node.Tests;

/// <summary>The fronts of a generation as a test writes them.</summary>
internal sealed record FrontList(ImmutableArray<ServiceFront> Fronts);

/// <summary>Services whose endpoints a test gives and takes.</summary>
internal sealed class TestFronts : IServiceFronts
{
    private readonly Dictionary<FrontPlace, IPEndPoint> endpoints = [];

    public event Action? Changed;

    public IPAddress? Source { get; set; }

    public int Opened { get; private set; }

    public void Set(ServiceFront front, IPEndPoint? endpoint)
    {
        lock (endpoints)
        {
            if (endpoint is null) endpoints.Remove(front.Place);
            else endpoints[front.Place] = endpoint;
        }

        Changed?.Invoke();
    }

    public IReadOnlyList<ServiceFront> All(Generation generation) => generation.Find<FrontList>()?.Fronts ?? [];

    public bool HasEndpoints(Generation generation, ServiceFront front)
    {
        lock (endpoints) return front.Kind == FrontKind.HealthCheck || endpoints.ContainsKey(front.Place);
    }

    /// <summary>Fronts without an endpoint here, whose packets are dropped.</summary>
    public HashSet<IPEndPoint> Dropped { get; } = [];

    public bool Drops(Generation generation, ServiceFront front)
    {
        lock (endpoints) return Dropped.Contains(front.Bound) && !endpoints.ContainsKey(front.Place);
    }

    public bool Serves(Generation generation, ServiceFront front, IPAddress source, IPEndPoint endpoint)
    {
        lock (endpoints) return endpoint.Equals(endpoints.GetValueOrDefault(front.Place));
    }

    /// <summary>The ready endpoints that every node has of every Service.</summary>
    public int Local { get; set; }

    public int LocalEndpoints(Generation generation, ServiceFront front) => Local;

    public FrontDecision Decide(Generation generation, ServiceFront front, IPAddress source)
    {
        lock (endpoints)
        {
            var endpoint = endpoints.GetValueOrDefault(front.Place);
            return new FrontDecision(new TestDecision($"{front.Service.Name} → {endpoint}"), endpoint, Source) { Opened = () => Opened++ };
        }
    }
}

/// <summary>A decision that tells one Service account.</summary>
internal sealed record TestDecision(string Line) : IDecision
{
    public IEnumerable<HopAccount> Tell() => [new HopAccount(Hop.Service, "svc", Line)];
}
