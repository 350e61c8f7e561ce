using System.Globalization;
using System.Runtime.CompilerServices;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>Carries out what <see cref="IngressHop"/> decides, for one request after another.</summary>
internal sealed class IngressService(IServiceFronts fronts, LimitTable limits, ExternalAuth external, ErrorPages errorPages, Mirrors mirrors, BalancerTable balancers) : IHttpHop
{
    public Hop Hop => Hop.Ingress;

    /// <summary>1. Take the journey's id from the request. 2. Decide. 3. Answer, or send it on to the Service and pass the answer back.</summary>
    public ValueTask ServeAsync(RequestPassage passage)
    {
        if (passage.Generation.Find<IngressSnapshot>()?.ControllerAt(passage.Exchange.LocalEndPoint) is not { } controller)
        {
            passage.Exchange.Abort();
            return default;
        }

        // 1.
        JourneyHeader.Read(passage);

        // 2.
        passage.Record.Scheme = controller.Scheme;
        var decision = IngressDecision.Make(controller, new LivingBackends(fronts, passage.Generation, limits, balancers), Facts(passage, controller), Draw.Random(), controller.Https ? passage.Exchange.Features.Get<HandshakeRecord>() : null);
        passage.Record.Decision = decision;
        if (decision.Choice is { Verdict: IngressVerdict.Forbidden or IngressVerdict.Unauthorized, Route.Rules.Limit: not null }) Uncount(decision);

        // 3.
        if (decision.Choice is { Verdict: IngressVerdict.Forward, Ask: not AuthAsk.None }) return AskFirstAsync(passage, decision);
        return IngressAnswer.Of(decision) is { } answer ? AnswerAsync(passage, decision, answer) : PassOnAsync(passage, decision);
    }

    /// <summary>Asks who is to be asked, and then goes on as that says.</summary>
    private async ValueTask AskFirstAsync(RequestPassage passage, IngressDecision decision)
    {
        decision.Authorization = await external.AskAsync(passage, decision);
        if (IngressAnswer.Of(decision) is not { } answer)
        {
            await PassOnAsync(passage, decision);
            return;
        }

        if (decision.Choice.Route!.Rules.Limit is not null) Uncount(decision);
        await AnswerAsync(passage, decision, answer);
    }

    private void Uncount(IngressDecision decision) => limits.Ended(decision.Controller.Pod, decision.Choice.Route!.Rules.Limit!, ClientView.Of(decision.Controller, decision.Facts).Address);

    private ValueTask PassOnAsync(RequestPassage passage, IngressDecision decision) =>
        decision.Choice.Route!.Rules.Limit is { Connections: > 0 } ? CountedAsync(passage, decision) : ForwardAsync(passage, decision);

    /// <summary>Counts the request as under way until it ends.</summary>
    private async ValueTask CountedAsync(RequestPassage passage, IngressDecision decision)
    {
        try
        {
            await ForwardAsync(passage, decision);
        }
        finally
        {
            Uncount(decision);
        }
    }

    /// <summary>Whether a backend has a ready endpoint.</summary>
    internal bool IsReady(Generation generation, BackendPlan backend) => fronts.HasReadyEndpoints(generation, backend.Front);

    public ValueTask RejectAsync(RequestPassage passage, HttpRejection rejection)
    {
        JourneyHeader.Read(passage);
        switch (rejection.Violation)
        {
            case HttpViolation.ConnectionClosed or HttpViolation.IdleTimeout:
                passage.Note("ingress.client-gone", rejection.Message);
                return ValueTask.CompletedTask;
            case HttpViolation.HeaderTooLarge or HttpViolation.HeadTooLarge or HttpViolation.TooManyHeaders:
                return passage.AnswerAsync(
                    400, [new("Content-Type", "text/html")], NginxPage.BadRequest("Request Header Or Cookie Too Large", "Request Header Or Cookie Too Large"), "ingress.400.header-too-large",
                    $"{rejection.Message} nginx takes lines of 8 kB (large-client-header-buffers 4 8k): look for a cookie that grew", NginxPage.Phrase(400));
        }

        var status = rejection.Violation switch
        {
            HttpViolation.TargetTooLong => 414,
            HttpViolation.UnsupportedVersion => 505,
            HttpViolation.UnsupportedTransferCoding => 501,
            _ => 400,
        };
        return PageAsync(passage, status, [], $"ingress.{status}.malformed", rejection.Message);
    }

    /// <summary>What the decision reads: headers only where some route's rules do, a body's length only where it could be too much.</summary>
    private static RequestFacts Facts(RequestPassage passage, ControllerPlan controller)
    {
        var facts = passage.Facts(controller.Scheme, controller.Routes.ReadsHeaders);
        if (controller.Config.UseProxyProtocol && passage.Exchange.Features.Get<ProxyHeader>() is { Source: { } source, Destination: { } destination }) facts = facts with { Proxied = new ProxiedEnds(source, destination) };
        var framing = passage.Exchange.Request.Framing;
        return facts.Headers.Count > 0 || framing.Kind != BodyKind.Length || framing.Length <= controller.Routes.SmallestBody
            ? facts
            : facts with { Headers = [new("Content-Length", framing.Length.ToString(CultureInfo.InvariantCulture))] };
    }

    private ValueTask AnswerAsync(RequestPassage passage, IngressDecision decision, IngressAnswer answer)
    {
        var headers = ResponseHeaders.For(decision).AtOwnAnswer(answer.Status);
        if (decision.Choice.Verdict == IngressVerdict.Health) return passage.AnswerAsync(200, headers, default, null, null);
        if (decision.Choice.Verdict == IngressVerdict.Preflight) return passage.AnswerAsync(204, [new("Content-Type", "text/plain charset=UTF-8"), .. headers], default, null, null);
        List<KeyValuePair<string, string>> asked = answer.Status == 401 ? [.. AuthAnswers.Challenge(decision)] : [];
        if (asked.Count > 0) headers = [.. asked, .. headers];
        if (answer.Location is { } location) headers = [new("Location", location), .. headers];
        var problem = UnreadyBackend.Told(answer, decision, fronts, passage.Generation);
        if (answer.Location is null && ErrorPages.RuleOf(decision, answer.Status) is { } rule)
            return ErrorPageAsync(passage, decision, rule, answer with { Problem = problem }, [.. asked.Select(h => h.Value)]);
        if (decision.Choice.Verdict != IngressVerdict.Certificate) return PageAsync(passage, answer.Status, headers, answer.Outcome, problem);
        if (answer.Status is 400 or 421) passage.Exchange.CloseAfterResponse();
        return passage.AnswerAsync(answer.Status, [new("Content-Type", answer.Status == 403 ? "text/plain" : "text/html"), .. headers], ClientCertificate.Page(answer) ?? NginxPage.Of(answer.Status), answer.Outcome, problem, NginxPage.Phrase(answer.Status));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ForwardAsync(RequestPassage passage, IngressDecision decision)
    {
        NginxHeaders.Apply(passage, decision);
        var responses = ResponseHeaders.For(decision);
        passage.ResponseEditor = SessionCookieEditor.For(decision, passage, balancers.Time, responses);
        var route = decision.Choice.Route!;
        var (watched, ended) = Look(passage, decision);
        using var careful = UpstreamTries.Careful(passage, decision, balancers, fronts);
        var result = await passage.ForwardAsync(decision.Upstream, route.Rules.Proxy.Forward, kept: careful?.Kept);
        if (NextUpstream.Of(result) != NextCondition.None && !result.ResponseStarted) result = await (careful ?? new UpstreamTries(passage, decision, balancers, fronts)).GoOnAsync(result);
        balancers.Note(decision, result);
        ended?.Invoke();
        if (watched is { Status: > 0 and var kept })
        {
            await ErrorPageAsync(passage, decision, ErrorPages.RuleOf(decision, kept)!, new IngressAnswer(kept), watched.Challenges, fromBackend: true);
            return;
        }

        if (BackendFailure.Of(result, decision) is not { } failure) return;
        if (result.ResponseStarted || result.Outcome == ForwardOutcome.ClientGone) passage.Note(failure.Outcome, failure.Problem);
        else if (ErrorPages.RuleOf(decision, failure.Status) is { } rule) await ErrorPageAsync(passage, decision, rule, new IngressAnswer(failure.Status, failure.Outcome, failure.Problem), []);
        else await PageAsync(passage, failure.Status, SessionCookieEditor.AtOwnAnswer(decision, passage, balancers.Time, responses.AtOwnAnswer(failure.Status)), failure.Outcome, failure.Problem);
    }

    /// <summary>What a request is forwarded through, where annotations want it: its copy, its response's pace, and the errors that others have pages for.</summary>
    private (InterceptedExchange? Watched, Action? Ended) Look(RequestPassage passage, IngressDecision decision)
    {
        var rules = decision.Choice.Route!.Rules;
        if (rules.Mirror is null && rules.Pace is null && rules.ErrorPages is not { Intercepts: true }) return default;
        var ended = rules.Mirror is { } mirror ? mirrors.Start(passage, decision, mirror) : null;
        if (rules.Pace is { } pace) passage.Through = new PacedExchange(passage.Through ?? passage.Exchange, pace.Rate, pace.After, rules.Proxy.Forward.TimeProvider);
        var watched = rules.ErrorPages is { Intercepts: true } pages ? new InterceptedExchange(passage.Through ?? passage.Exchange, status => pages.Statuses.Contains(status)) : null;
        if (watched is not null) passage.Through = watched;
        return (watched, ended);
    }

    /// <summary>Sends the page of a default backend in the place of an answer; nginx's own where that can't be had.</summary>
    private async ValueTask ErrorPageAsync(RequestPassage passage, IngressDecision decision, ErrorPageRule rule, IngressAnswer answer, IReadOnlyList<string> challenges, bool fromBackend = false)
    {
        var failed = await errorPages.SendAsync(passage, decision, rule, answer.Status, challenges, fromBackend);
        if (failed is { } own) await PageAsync(passage, own.Status, ResponseHeaders.OfConfig(decision.Controller.Config).Set, answer.Outcome ?? (own.Problem is null ? null : $"ingress.{own.Status}.error-page"), answer.Problem ?? own.Problem);
        else if (answer.Outcome is not null) passage.Note(answer.Outcome, answer.Problem);
    }

    private static ValueTask PageAsync(RequestPassage passage, int status, IReadOnlyList<KeyValuePair<string, string>> headers, string? outcome, string? problem) =>
        passage.AnswerAsync(
            status, [new("Content-Type", "text/html"), .. headers], NginxPage.Of(status), outcome, string.IsNullOrEmpty(problem) ? null : problem, NginxPage.Phrase(status));
}
