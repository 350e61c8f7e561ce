using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>A decision of a Gateway with all it was made from.</summary>
internal sealed class GatewayDecision(GatewayPort port, ListenerPlan? handshake, RequestFacts facts, Draw draw, GatewayChoice choice) : IDecision
{
    internal GatewayPort Port { get; } = port;

    /// <summary>The listener that the handshake was decided for; null in the plain.</summary>
    internal ListenerPlan? Handshaken { get; } = handshake;

    internal RequestFacts Facts { get; } = facts;

    internal Draw Draw { get; } = draw;

    internal GatewayChoice Choice { get; } = choice;

    /// <summary>Where the request is sent on to, and how.</summary>
    internal UpstreamKey Upstream => Towards(Choice.Backend!, Choice.Read);

    /// <summary>The handshake of the client's connection; null in the plain, and where no connection was.</summary>
    internal HandshakeRecord? Handshake { get; set; }

    /// <summary>The copies that were sent.</summary>
    internal IReadOnlyList<Seam.MirroredRequest> Mirrored { get; set; } = [];

    /// <summary>Decides as live traffic does.</summary>
    internal static GatewayDecision Make<TStates>(GatewayPort port, ListenerPlan? handshake, TStates states, RequestFacts facts, Draw draw) where TStates : struct, IBackendReader =>
        new(port, handshake, facts, draw, GatewayHop.Decide(port, handshake, states, facts, draw, default(NoReasons)));

    /// <summary>Where a backend is, as this pod reaches it.</summary>
    internal UpstreamKey Towards(WeightedBackend backend, in BackendReading read) => new(read.Bound(backend), Port.SourceTo(read.Bound(backend)), backend.Tls, backend.Http2);

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
        var replayed = GatewayHop.Decide(Port, Handshaken, new RecordedBackend(Choice.Read), Facts, Draw, reasons);
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
