using System.Collections.Immutable;
using System.Net;
using Usher.Model.Contracts;

namespace Usher.Ingress;

/// <summary>What was chosen.</summary>
/// <param name="Verdict">What becomes of the request.</param>
/// <param name="Route">The route, or null when none matched.</param>
/// <param name="Ready">What was read of the route's backends: those that had a ready endpoint.</param>
/// <param name="Role">Which of them takes the request.</param>
internal readonly record struct IngressChoice(IngressVerdict Verdict, RoutePlan? Route, ReadState Ready = ReadState.None, ReadState Role = ReadState.Primary)
{
    /// <summary>Whether somebody else is still to be asked whether the request may pass (<c>auth-url</c>).</summary>
    public AuthAsk Ask { get; init; }

    /// <summary>The backend's endpoints that were read; null where the Service's virtual IP is dialled, and where the request isn't sent on.</summary>
    public FrontEndpoints? Endpoints { get; init; }

    /// <summary>Which of those that are ready it is sent to.</summary>
    public int Index { get; init; }

    /// <summary>What else was read to choose it; null for nothing, as round robin and a hash need nothing to be decided again.</summary>
    public BalanceReading? Reading { get; init; }

    /// <summary>The backend that takes the request; null without a route.</summary>
    internal BackendPlan? Backend => Role switch { ReadState.Canary => Route?.Canary?.Backend, ReadState.Fallback => Route?.Rules.Fallback, _ => Route?.Backend };

    /// <summary>How its endpoints are chosen; without a route by default.</summary>
    internal BalanceRule Balance => (Role == ReadState.Canary ? Route?.Canary?.Balance : Route?.Balance) ?? BalanceRule.Default;

    /// <summary>The endpoint that it is sent to; null where the Service's virtual IP is dialled, and where the request isn't sent on.</summary>
    internal FrontEndpoint? Endpoint => Endpoints is { Ready.IsEmpty: false } ? Endpoints.Ready[Index] : null;

    /// <summary>The endpoints that failed the request before, in order.</summary>
    internal ImmutableArray<FailedTry> Tries => Reading?.Tries ?? [];

    /// <summary>The choice with an endpoint.</summary>
    internal IngressChoice With(FrontEndpoints? endpoints, Picked picked, ImmutableArray<FailedTry> tries) => this with
    {
        Endpoints = endpoints,
        Index = picked.Index,
        Reading = tries.IsEmpty ? picked.Reading : (picked.Reading ?? new BalanceReading(0, 0)) with { Tries = tries },
    };

    /// <summary>Where the request is sent on to, on this machine.</summary>
    internal IPEndPoint Bound => Endpoint?.Bound ?? Backend!.Front.Bound;
}

/// <summary>The living state that a decision reads.</summary>
internal interface IBackendStates
{
    /// <summary>A backend's endpoints; null when none of them is ready.</summary>
    FrontEndpoints? Read(BackendPlan backend, ReadState role);

    /// <summary>Which limit an address is over; none counts the request.</summary>
    ReadState Admit(ControllerPlan controller, LimitRule limit, IPAddress address);

    /// <summary>Whose turn it is, among the ready ones; the next time it is the next one's.</summary>
    int Turn(ControllerPlan controller, BackendPlan backend, FrontEndpoints endpoints);

    /// <summary>How long two of the ready ones take to answer, by their moving averages.</summary>
    BalanceReading Scores(ControllerPlan controller, BackendPlan backend, FrontEndpoints endpoints, int one, int other);

    /// <summary>What makes the key of a new session one of its own, besides the draw.</summary>
    BalanceReading Session();

    /// <summary>The endpoints that have failed the request already.</summary>
    ImmutableArray<FailedTry> Tries { get; }
}

/// <summary>What a recorded decision read.</summary>
internal readonly record struct RecordedBackends(IngressChoice Choice) : IBackendStates
{
    public ImmutableArray<FailedTry> Tries => Choice.Tries;

    /// <summary>Of those that were ready only the chosen one's are known, as nothing else is decided by others.</summary>
    public FrontEndpoints? Read(BackendPlan backend, ReadState role) => (Choice.Ready & role) != 0 ? Choice.Endpoints ?? FrontEndpoints.None : null;

    public ReadState Admit(ControllerPlan controller, LimitRule limit, IPAddress address) => Choice.Ready & (ReadState.OverRate | ReadState.OverConnections);

    public int Turn(ControllerPlan controller, BackendPlan backend, FrontEndpoints endpoints) => Choice.Index;

    public BalanceReading Scores(ControllerPlan controller, BackendPlan backend, FrontEndpoints endpoints, int one, int other) => Choice.Reading!;

    public BalanceReading Session() => Choice.Reading!;
}
