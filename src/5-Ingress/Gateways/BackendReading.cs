using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>What was read of a backend.</summary>
/// <param name="Ready">Whether it had a ready endpoint.</param>
/// <param name="Endpoints">Of a headless Service its endpoints; null of one with a virtual IP, which chooses one itself.</param>
/// <param name="Index">Whose turn it was among those that were ready.</param>
internal readonly record struct BackendReading(bool Ready, FrontEndpoints? Endpoints = null, int Index = 0)
{
    /// <summary>How an endpoint of a headless Service is chosen.</summary>
    private const string Balance = "round_robin";

    /// <summary>The endpoint of a headless Service that is dialled; null where the virtual IP is, or nothing.</summary>
    internal FrontEndpoint? Endpoint => Endpoints is { Ready.IsEmpty: false } ? Endpoints.Ready[Index] : null;

    /// <summary>Where a backend is dialled on this machine.</summary>
    internal IPEndPoint Bound(WeightedBackend backend) => Endpoint?.Bound ?? backend.Backend.Front.Bound;

    /// <summary>The same in the cluster.</summary>
    internal IPEndPoint Declared(WeightedBackend backend) => Endpoint?.Declared ?? backend.Backend.Front.Declared;

    /// <summary>A backend and what is dialled of it, in words.</summary>
    internal string Where(WeightedBackend backend) => Endpoint is { } endpoint
        ? $"headless Service {backend.Backend.Label} → {endpoint.Label}, {BalanceFacts.Of(Balance, Endpoints!)}"
        : $"Service {backend.Backend.Label} {backend.Backend.Front.Declared}";

    /// <summary>Who would have answered, in words.</summary>
    internal string Pod(WeightedBackend backend) => Endpoint is { } endpoint ? $"endpoint {endpoint.Label} of Service {backend.Backend.Label}" : $"a pod of Service {backend.Backend.Label}";

    /// <summary>Adds why a backend is ready, and which endpoint of a headless Service is chosen.</summary>
    internal void Explain<TReasons>(BackendPlan backend, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var service = $"Service {backend.Label}";
        if (Endpoints is null)
        {
            reasons.Add(service, Ready, Ready ? "has a ready endpoint" : "has no ready endpoint");
            return;
        }

        reasons.Add(service, Ready, $"is headless (clusterIP: None): {(Ready ? "it has no virtual IP that would choose an endpoint (hop 6), so one is chosen and dialled here" : "an endpoint would be dialled here, and none is ready")}");
        if (Ready) EndpointChoice.ByTurn(Index, Endpoints, [], reasons);
        else EndpointChoice.Tell(new Picked(-1), Endpoints, reasons, "", _ => "");
    }

    /// <summary>Adds the facts of the endpoint that is dialled.</summary>
    internal void Tell(JsonObject told)
    {
        if (Endpoints is not null) told["headless"] = true;
        if (Endpoint is { } endpoint) BalanceFacts.Tell(told, endpoint, Endpoints!, Balance);
    }
}

/// <summary>The living state that a decision reads.</summary>
internal interface IBackendReader
{
    /// <summary>Reads a backend.</summary>
    BackendReading Read(BackendPlan backend);
}

/// <summary>What a recorded decision read.</summary>
internal readonly record struct RecordedBackend(BackendReading Reading) : IBackendReader
{
    public BackendReading Read(BackendPlan backend) => Reading;
}

/// <summary>Reads the endpoints of now: a Gateway's controller watches EndpointSlices itself.</summary>
/// <param name="Fronts">Who knows the endpoints.</param>
/// <param name="Generation">The generation that serves the request.</param>
/// <param name="Balancers">Whose turn it is.</param>
/// <param name="Pod">The Gateway's pod.</param>
internal readonly record struct LivingBackend(IServiceFronts Fronts, Generation Generation, BalancerTable Balancers, ResourceKey Pod) : IBackendReader
{
    /// <summary>Whether an endpoint's turn is taken by being asked for; an explanation takes none.</summary>
    public bool TakesTurns { get; init; } = true;

    public BackendReading Read(BackendPlan backend)
    {
        if (backend.HasVirtualIP) return new BackendReading(Fronts.HasReadyEndpoints(Generation, backend.Front));
        var endpoints = Fronts.EndpointsOf(Generation, backend.Front);
        return endpoints.Ready.IsEmpty ? new BackendReading(false, endpoints) : new BackendReading(true, endpoints, Balancers.Turn(Pod, backend, endpoints, TakesTurns));
    }
}
