using System.Collections.Concurrent;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>
/// What controllers know of their backends' endpoints: whose turn it is, and how long each took to answer of late. Each controller's pod knows for itself, as its nginx does; so does each of a Gateway's. Thread-safe.
/// </summary>
internal sealed class BalancerTable(TimeProvider time)
{
    /// <summary>The most backends, each counted for each pod, that are remembered; beyond that all begin anew.</summary>
    private const int MostBackends = 65_536;

    private readonly ConcurrentDictionary<(string Pod, string Upstream), BalancerState> states = new();

    /// <summary>The clock.</summary>
    internal TimeProvider Time => time;

    /// <summary>Whose turn it is among the ready endpoints.</summary>
    /// <param name="pod">The pod that sends requests on, a controller's or a Gateway's.</param>
    /// <param name="backend">The backend.</param>
    /// <param name="endpoints">Its endpoints.</param>
    /// <param name="takes">Whether the turn is taken, so that the next is another's.</param>
    internal int Turn(in ResourceKey pod, BackendPlan backend, FrontEndpoints endpoints, bool takes) =>
        endpoints.Ready.Length <= 1 ? 0 : (int)(Of(pod, backend).Turn(takes) % (uint)endpoints.Ready.Length);

    /// <summary>How long two of the ready endpoints take to answer, in seconds.</summary>
    internal BalanceReading Scores(ControllerPlan controller, BackendPlan backend, FrontEndpoints endpoints, int one, int other)
    {
        var (first, second) = Of(controller.Pod, backend).Scores(endpoints, one, other, time.GetTimestamp(), time);
        return new BalanceReading(first, second);
    }

    /// <summary>An endpoint has answered, or failed to: of <c>ewma</c>, how long that took counts (ewma.lua, after_balance: the time to connect, which nginx's response time has in it already, counts twice).</summary>
    internal void Note(IngressDecision decision, ForwardResult result)
    {
        if (decision.Choice is not { Balance.Method: BalanceMethod.Ewma, Endpoint: not null } || result.ConnectStarted == 0) return;
        var took = TimeProvider.System.GetElapsedTime(result.ConnectStarted, result.LastByte) + (result.Connected == 0 ? TimeSpan.Zero : TimeProvider.System.GetElapsedTime(result.ConnectStarted, result.Connected));
        Took(decision.Controller, decision.Choice, took.TotalSeconds);
    }

    /// <summary>Counts how many seconds the chosen endpoint took.</summary>
    internal void Took(ControllerPlan controller, IngressChoice choice, double seconds) =>
        Of(controller.Pod, choice.Backend!).Took(choice.Endpoints!, choice.Endpoint!, seconds, time.GetTimestamp(), time);

    private BalancerState Of(in ResourceKey pod, BackendPlan backend)
    {
        if (states.TryGetValue((pod.Name, backend.Upstream), out var state)) return state;
        if (states.Count >= MostBackends) states.Clear();
        return states.GetOrAdd((pod.Name, backend.Upstream), _ => new BalancerState());
    }
}
