using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>Whose page took the place of an answer, as it was read: kept with the decision.</summary>
/// <param name="Rule">Which statuses.</param>
/// <param name="Status">The answer's.</param>
/// <param name="FromBackend">Whether a backend had answered it, and not the controller itself.</param>
/// <param name="Backend">Who was asked for the page; null where nobody could be.</param>
internal sealed record ErrorPageReading(ErrorPageRule Rule, int Status, bool FromBackend, BackendPlan? Backend)
{
    internal void Tell(JsonObject told, ReasonList reasons)
    {
        var who = FromBackend ? "the backend" : "the controller";
        var page = Backend is null ? "there is no default backend with a ready endpoint, so nginx's own 404 takes its place" : $"Service {Backend.Label} is asked for the page";
        reasons.Add(Rule.Where, true, FormattableString.Invariant($"{who} answered {Status}, one of {string.Join(", ", Rule.Statuses)}: {page}"));
        told["errorPage"] = new JsonObject { ["status"] = Status, ["from"] = FromBackend ? "backend" : "controller", ["service"] = Backend?.Label };
    }
}

/// <summary>
/// <c>custom-http-errors</c>: nginx's <c>error_page</c> to the location that ingress-nginx makes of the default backend: <c>default-backend</c>'s Service where it has an endpoint, else the controller's own, else a server that answers 404.
/// The request for the page has the client's method and head, and no body.
/// </summary>
internal sealed class ErrorPages(IServiceFronts fronts, BalancerTable balancers)
{
    /// <summary>The rule that has a status; null when the answer goes to the client as it is.</summary>
    internal static ErrorPageRule? RuleOf(IngressDecision decision, int status) =>
        decision.Choice.Route?.Rules.ErrorPages is { } rule && decision.ErrorPage is null && rule.Statuses.Contains(status) ? rule : null;

    /// <summary>Sends the page in the place of an answer; in that of a 401 it asks for what that did (ngx_http_upstream_intercept_errors).</summary>
    /// <returns>The failure to answer the client with when the page can't be had either; null when all is done.</returns>
    internal async ValueTask<(int Status, string? Problem)?> SendAsync(RequestPassage passage, IngressDecision decision, ErrorPageRule rule, int status, IReadOnlyList<string> challenges, bool fromBackend)
    {
        var route = decision.Choice.Route!;
        var living = new LivingBackends(fronts, passage.Generation);
        var (backend, endpoints) = new[] { route.Rules.Fallback, decision.Controller.Routes.Otherwise?.Backend }.OfType<BackendPlan>().Select(b => (b, living.Endpoints(b))).FirstOrDefault(p => !p.Item2.Ready.IsEmpty);
        decision.ErrorPage = new ErrorPageReading(rule, status, fromBackend, backend);
        if (backend is null) return (404, null);
        var endpoint = endpoints.Ready[balancers.Turn(decision.Controller.Pod, backend, endpoints, takes: true)];
        var edits = passage.RequestEdits;
        edits.Reset();
        foreach (var name in NginxHeaders.Dropped(passage, decision.Controller.Config)) edits.Remove(name);
        NginxHeaders.ForErrorPage(passage, decision, status);
        passage.Through = new BodilessExchange(passage.Exchange);
        passage.ResponseEditor = ResponseHeaders.OfConfig(decision.Controller.Config).With(challenges);
        var result = await passage.ForwardAsync(new UpstreamKey(endpoint.Bound, decision.Controller.SourceTo(endpoint.Bound)), route.Rules.Proxy.Forward with { Upgrades = ForwardedUpgrades.None });
        if (BackendFailure.Of(result, route, backend, endpoint) is not { } failure) return null;
        if (!result.ResponseStarted && result.Outcome != ForwardOutcome.ClientGone) return (failure.Status, failure.Problem);
        passage.Note(failure.Outcome, failure.Problem);
        return null;
    }
}
