using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>Reads the endpoints of now.</summary>
internal readonly record struct LivingBackends(IServiceFronts Fronts, Generation Generation) : IBackendStates
{
    public bool IsReady(BackendPlan backend) => Fronts.HasEndpoints(Generation, backend.Front);
}

/// <summary>A decision of the ingress controller with all it was made from.</summary>
internal sealed class IngressDecision(ControllerPlan controller, RequestFacts facts, IngressChoice choice) : IDecision
{
    internal ControllerPlan Controller { get; } = controller;

    internal RequestFacts Facts { get; } = facts;

    internal IngressChoice Choice { get; } = choice;

    internal static IngressDecision Make<TStates>(ControllerPlan controller, TStates states, RequestFacts facts) where TStates : struct, IBackendStates =>
        new(controller, facts, IngressHop.Decide(controller.Routes, states, facts, default(NoReasons)));

    /// <summary>The same decision from what was recorded, with the reasons.</summary>
    internal IngressChoice Replay(ReasonList reasons) =>
        IngressHop.Decide(Controller.Routes, new RecordedBackend(Choice.BackendReady), Facts, reasons);

    public IEnumerable<HopAccount> Tell()
    {
        var reasons = new ReasonList();
        var replayed = Replay(reasons);
        var told = new JsonObject
        {
            ["pod"] = $"{Controller.Pod.Namespace}/{Controller.Pod.Name}",
            ["controller"] = Controller.Class,
            ["declared"] = Controller.Declared.ToString(),
            ["bound"] = Controller.Bound.ToString(),
            ["host"] = Facts.Host,
            ["path"] = Facts.Path,
        };
        if (replayed.Route is { } route)
        {
            told["ingress"] = $"{route.Ingress.Namespace}/{route.Ingress.Name}";
            told["ruleHost"] = route.Host;
            told["rulePath"] = route.Path;
            told["pathType"] = route.Path.Length == 0 ? null : route.Kind.ToString();
            told["service"] = route.Backend.Label;
            told["clusterIP"] = route.Backend.Front.Declared.ToString();
            told["clusterIPBound"] = route.Backend.Front.Bound.ToString();
        }

        yield return new HopAccount(Hop.Ingress, Controller.Pod.Name, Sentence(replayed))
        {
            Facts = told,
            Reasons = reasons.All,
            Ok = replayed.Verdict is IngressVerdict.Forward or IngressVerdict.Health,
            Outcome = Failure(replayed, Facts)?.Outcome,
        };
    }

    /// <summary>The code and the way out of what the controller answers itself; null when it passes the request on.</summary>
    internal static (int Status, string Outcome, string Problem)? Failure(IngressChoice choice, RequestFacts facts) => choice.Verdict switch
    {
        IngressVerdict.NotFound => (404, "ingress.404.no-route",
            $"no Ingress has a rule for host {(facts.Host.Length == 0 ? "(none)" : facts.Host)} and path {facts.Path}; add one, or a defaultBackend"),
        IngressVerdict.Malformed => (400, "ingress.400.malformed-path",
            $"nginx can't make a path of {facts.Path}: it starts with no slash, has a malformed escape, or climbs above the root"),
        IngressVerdict.Unavailable => (503, "ingress.503.no-endpoints",
            $"Service {choice.Route!.Backend.Label} has no ready endpoint; look at its selector and at its pods' readiness"),
        _ => null,
    };

    private static string Sentence(IngressChoice choice) => choice.Verdict switch
    {
        IngressVerdict.Forward => $"{choice.Route!.Label} → Service {choice.Route.Backend.Label} {choice.Route.Backend.Front.Declared}",
        IngressVerdict.Unavailable => $"{choice.Route!.Label} → Service {choice.Route.Backend.Label}, which has no ready endpoint: 503",
        IngressVerdict.Malformed => "the path is malformed: 400",
        IngressVerdict.Health => "the controller's own /healthz: 200",
        _ => "no host and path match: 404",
    };
}
