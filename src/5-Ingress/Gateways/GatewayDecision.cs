using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>Reads the endpoints of now: a Gateway's controller watches EndpointSlices itself.</summary>
/// <param name="Fronts">Who knows the endpoints.</param>
/// <param name="Generation">The generation that serves the request.</param>
internal readonly record struct LivingReadiness(IServiceFronts Fronts, Generation Generation) : IReadyBackends
{
    public bool IsReady(BackendPlan backend) => Fronts.HasReadyEndpoints(Generation, backend.Front);
}

/// <summary>A decision of a Gateway with all it was made from.</summary>
internal sealed class GatewayDecision(GatewayPort port, ListenerPlan? handshake, RequestFacts facts, Draw draw, GatewayChoice choice) : IDecision
{
    internal GatewayPort Port { get; } = port;

    /// <summary>The listener that the handshake was decided for; null in the plain.</summary>
    internal ListenerPlan? Handshaken { get; } = handshake;

    internal RequestFacts Facts { get; } = facts;

    internal Draw Draw { get; } = draw;

    internal GatewayChoice Choice { get; } = choice;

    /// <summary>The handshake of the client's connection; null in the plain, and where no connection was.</summary>
    internal HandshakeRecord? Handshake { get; set; }

    /// <summary>The copies that were sent.</summary>
    internal IReadOnlyList<Seam.MirroredRequest> Mirrored { get; set; } = [];

    /// <summary>Decides as live traffic does.</summary>
    internal static GatewayDecision Make<TStates>(GatewayPort port, ListenerPlan? handshake, TStates states, RequestFacts facts, Draw draw) where TStates : struct, IReadyBackends =>
        new(port, handshake, facts, draw, GatewayHop.Decide(port, handshake, states, facts, draw, default(NoReasons)));

    /// <summary>Which of the mirrors get a copy: each by a draw of its own.</summary>
    internal IEnumerable<MirrorFilter> Mirrors()
    {
        var all = Choice.Match!.Rule.Mirrors.AddRange(Choice.Backend!.Mirrors);
        for (var i = 0; i < all.Length; i++)
        {
            if (Draw.Another(i + 1).Below(all[i].Denominator) < all[i].Numerator) yield return all[i];
        }
    }

    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell()
    {
        var reasons = new ReasonList();
        var replayed = GatewayHop.Decide(Port, Handshaken, new RecordedReadiness(Choice.Ready), Facts, Draw, reasons);
        var answer = GatewayAnswer.Of(this);
        var told = GatewayFacts.Of(Port);
        GatewayFacts.Tell(told, this, answer);
        if (Mirrored.Count > 0) GatewayMirrors.Tell(told, Mirrored, reasons);
        yield return new HopAccount(Hop.Ingress, Port.Pod.Name, GatewayFacts.Sentence(replayed, answer, Facts))
        {
            Facts = told,
            Reasons = reasons.All,
            Ok = answer?.Outcome is null,
            Outcome = answer?.Outcome,
        };
    }
}
