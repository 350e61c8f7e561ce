using System.Collections.Immutable;
using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>Reads the endpoints of now: the controller watches EndpointSlices itself, and doesn't wait for kube-proxy.</summary>
/// <param name="Fronts">Who knows the endpoints.</param>
/// <param name="Generation">The generation that serves the request.</param>
/// <param name="Limits">What addresses have asked of late; null for an explanation, which counts nothing and is over no limit.</param>
/// <param name="Balancers">What is known of endpoints; null for nothing.</param>
internal readonly record struct LivingBackends(IServiceFronts Fronts, Generation Generation, LimitTable? Limits = null, BalancerTable? Balancers = null) : IBackendStates
{
    /// <summary>A backend's endpoints, ready or not.</summary>
    public FrontEndpoints Endpoints(BackendPlan backend) => backend.Missing is null ? Fronts.EndpointsOf(Generation, backend.Front) : FrontEndpoints.None;

    public ImmutableArray<FailedTry> Tries => [];

    /// <summary>Whether an endpoint's turn is taken by being asked for; an explanation takes none.</summary>
    public bool TakesTurns { get; init; } = Limits is not null;

    public int Turn(ControllerPlan controller, BackendPlan backend, FrontEndpoints endpoints) => Balancers?.Turn(controller.Pod, backend, endpoints, TakesTurns) ?? 0;

    public BalanceReading Scores(ControllerPlan controller, BackendPlan backend, FrontEndpoints endpoints, int one, int other) => Balancers?.Scores(controller, backend, endpoints, one, other) ?? new BalanceReading(0, 0);

    public BalanceReading Session() => new((Balancers?.Time.GetUtcNow() ?? default).ToUnixTimeMilliseconds() / 1000.0, Environment.ProcessId);

    public ReadState Admit(ControllerPlan controller, LimitRule limit, IPAddress address) => Limits?.Admit(controller.Pod, limit, address) ?? ReadState.None;

    public FrontEndpoints? Read(BackendPlan backend, ReadState role) => Endpoints(backend) is { Ready.IsEmpty: false } endpoints ? endpoints : null;
}

/// <summary>A decision of the ingress controller with all it was made from.</summary>
internal sealed class IngressDecision(ControllerPlan controller, RequestFacts facts, Draw draw, IngressChoice choice) : IDecision
{
    // What few requests have is in one place, since every request has that.
    private Rare? rare;

    internal ControllerPlan Controller { get; } = controller;

    internal RequestFacts Facts { get; } = facts;

    internal Draw Draw { get; } = draw;

    /// <summary>What was chosen; of a request that was tried more than once, at last.</summary>
    internal IngressChoice Choice { get; private set; } = choice;

    /// <summary>Where the request is sent on to, and how.</summary>
    internal UpstreamKey Upstream => new(Choice.Bound, Controller.SourceTo(Choice.Bound), Choice.Route!.Rules.BackendTls, Choice.Route.Rules.BackendHttp2);

    /// <summary>The handshake of the client's connection; null in the plain, and where no connection was.</summary>
    internal HandshakeRecord? Handshake { get; set; }

    /// <summary>What who was asked about the request said (<c>auth-url</c>); null when nobody was.</summary>
    internal AuthReading? Authorization { get => rare?.Authorization; set => Own.Authorization = value; }

    /// <summary>Whose page took the answer's place; null when none did.</summary>
    internal ErrorPageReading? ErrorPage { get => rare?.ErrorPage; set => Own.ErrorPage = value; }

    /// <summary>The copy that went elsewhere; null for none.</summary>
    internal Usher.Seam.MirroredRequest? Mirrored { get => rare?.Mirrored; set => Own.Mirrored = value; }

    /// <summary>The request's X-Request-ID, once it is known.</summary>
    internal string? RequestId { get; set; }

    /// <summary>What was shown in that handshake, by both sides.</summary>
    internal ShownCertificate? ShownCertificate => Handshake?.Decision as ShownCertificate;

    /// <summary>Whether a client without a connection would have named the host in its handshake.</summary>
    internal bool NamesServer { get => rare is not { NamesNoServer: true }; set => Own.NamesNoServer = !value; }

    private Rare Own => rare ??= new Rare();

    /// <summary>An endpoint failed, and another was picked of those that there are now.</summary>
    internal void Tried(FailedTry failed, FrontEndpoints? endpoints, Picked picked) => Choice = Choice.With(endpoints, picked, Choice.Tries.Add(failed));

    /// <summary>Decides as live traffic does.</summary>
    /// <param name="controller">The port.</param>
    /// <param name="states">The living state.</param>
    /// <param name="facts">The request.</param>
    /// <param name="draw">The draw.</param>
    /// <param name="handshake">The handshake of the client's connection, or null.</param>
    internal static IngressDecision Make<TStates>(ControllerPlan controller, TStates states, RequestFacts facts, Draw draw = default, HandshakeRecord? handshake = null) where TStates : struct, IBackendStates =>
        new(controller, facts, draw, ClientCertificate.Denies(controller, facts, handshake?.Decision as ShownCertificate)
            ? new IngressChoice(IngressVerdict.Certificate, null)
            : IngressHop.Decide(controller, states, facts, draw, default(NoReasons))) { Handshake = handshake };

    /// <summary>The same decision from what was recorded, with the reasons.</summary>
    internal IngressChoice Replay(ReasonList reasons) => Choice.Verdict == IngressVerdict.Certificate
        ? Choice
        : IngressHop.Decide(Controller, new RecordedBackends(Choice), Facts, Draw, reasons);

    public IEnumerable<HopAccount> Tell()
    {
        var reasons = new ReasonList();
        var replayed = Replay(reasons);
        var answer = IngressAnswer.Of(this);
        var told = IngressFacts.Of(Controller);
        told["host"] = Facts.Host;
        told["path"] = Facts.Path;
        if (replayed.Route is { } route) IngressFacts.Tell(told, this, route, answer);
        if (Unserved(replayed) is { } unserved) told["unserved"] = unserved.ToString();
        ClientCertificate.Tell(told, this, reasons);
        if (Authorization is { } authorization) authorization.Tell(told, reasons);
        else if (replayed.Ask != AuthAsk.None && replayed.Route!.Rules.External is { } external) reasons.Add(external.Name, true, $"{external.Written} is asked first, and 2xx lets the request pass; here nobody was asked, and that is assumed");
        if (Mirrored is { } copy) Mirrors.Tell(told, copy, reasons);
        ErrorPage?.Tell(told, reasons);
        if (Controller.Https) IngressFacts.Tell(told, this);
        if (answer?.Location is { } location) told["location"] = location;
        if (Controller.Config.UseProxyProtocol) told["proxyProtocol"] = Facts.Proxied is { } ends ? $"{ends.Source} → {ends.Destination}" : "names nobody";
        if (Controller.Config.Source is { } source) told["configMap"] = source;
        yield return new HopAccount(Hop.Ingress, Controller.Pod.Name, IngressFacts.Sentence(replayed, answer, Facts))
        {
            Facts = told,
            Reasons = reasons.All,
            Ok = answer?.Outcome is null,
            Outcome = answer?.Outcome,
        };
    }

    /// <summary>An Ingress that isn't served and that the request, which another takes, may have been meant for; null where there is none.</summary>
    private UnservedHost? Unserved(IngressChoice choice) => NormalPath.Of(Facts.Path) is not { } path ? null
        : choice.Route is { Path.Length: 0 } ? Controller.Unserved.Of(Facts.Host, path)
        : choice.Route is not null || choice.Verdict == IngressVerdict.AppRoot ? Controller.Unserved.Before(Facts.Host, path, Controller.Routes) : null;

    private sealed class Rare
    {
        internal AuthReading? Authorization { get; set; }

        internal ErrorPageReading? ErrorPage { get; set; }

        internal Usher.Seam.MirroredRequest? Mirrored { get; set; }

        internal bool NamesNoServer { get; set; }
    }
}
