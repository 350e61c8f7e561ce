using System.Runtime.CompilerServices;
using System.Text;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>Carries out what <see cref="LoadBalancerHop"/> decides, for one request after another.</summary>
internal sealed class LoadBalancerService(TargetTable table, TokenCheck tokens, KeySources keys, TimeProvider time) : IHttpHop
{
    // ALB user guide, Troubleshoot: 504 when "the load balancer failed to establish a connection to the target before the connection timeout expired (10 seconds)".
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private volatile ForwardOptions options = new()
    {
        ConnectTimeout = ConnectTimeout, TimeProvider = time, Upgrades = ForwardedUpgrades.WebSocket, Trailers = true,
    };

    public Hop Hop => Hop.LoadBalancer;

    /// <summary>
    /// <list type="number">
    /// <item>Give the request its trace id.</item>
    /// <item>Classify it, and refuse what the desync mitigation mode blocks and what an ALB refuses whatever the rules say.</item>
    /// <item>Decide; where the issuer's keys don't know the request's token, once more when newer ones have come.</item>
    /// <item>Answer, or send it on to the target and pass the answer back.</item>
    /// </list>
    /// </summary>
    public ValueTask ServeAsync(RequestPassage passage)
    {
        if (ListenerOf(passage) is not { } listener)
        {
            // The listener was deleted while this connection was open.
            passage.Exchange.Abort();
            return default;
        }

        // 1.
        var trace = Identify(passage, listener);

        // 2.
        var desync = DesyncClassification.Of(passage.Exchange.Request);
        var measure = desync.Under(listener.Attributes.Desync);
        if (measure != DesyncMeasure.Pass) passage.Exchange.CloseAfterResponse();
        if ((measure == DesyncMeasure.Block ? Refusal.Desync(desync, listener.Attributes.Desync) : Refusal.Of(passage.Exchange.Request)) is { } refusal)
        {
            passage.Record.Decision = new RefusedDecision(listener, refusal, desync);
            return ErrorPage.AnswerAsync(passage, refusal.Status, refusal.Outcome, refusal.Problem);
        }

        // 3.
        var facts = passage.Facts(listener.Scheme, listener.ReadsHeaders);
        var decision = Decide(passage, listener, facts, desync);
        return decision.RefusedToken is { WantsKeys: true } ? DecideWithNewKeysAsync(passage, decision, trace) : CarryOutAsync(passage, decision, trace);
    }

    private LoadBalancerDecision Decide(RequestPassage passage, ListenerPlan listener, RequestFacts facts, DesyncClassification desync) =>
        LoadBalancerDecision.Make(listener, new LivingStates(table, Sends: true, tokens), facts, ProtocolMatrix.Of(passage.Exchange.Request), Draw.Random(), desync, passage.Generation);

    private async ValueTask DecideWithNewKeysAsync(RequestPassage passage, LoadBalancerDecision first, AmznTraceId trace)
    {
        // Whatever comes of it: keys may have come between the decision and this.
        await keys.RefreshAsync(first.Choice.Rule.Jwt!);
        await CarryOutAsync(passage, Decide(passage, first.Listener, first.Facts, first.Desync), trace);
    }

    private ValueTask CarryOutAsync(RequestPassage passage, LoadBalancerDecision decision, AmznTraceId trace)
    {
        var (listener, desync) = (decision.Listener, decision.Desync);
        passage.Record.Decision = decision;
        if (desync.Class >= DesyncClass.Ambiguous) passage.Record.Note = desync.Tell(listener.Attributes.Desync);

        // 4.
        return decision.Choice.Rule.Action switch
        {
            _ when decision.RefusedToken is { } token => RefuseAsync(passage, token.Failure),
            RedirectPlan redirect => RedirectAsync(passage, decision, redirect),
            FixedResponsePlan response => RespondAsync(passage, decision, response),
            _ when decision.Choice.Transformed is { Failed: true } => ErrorPage.AnswerAsync(passage, 500, LoadBalancerDecision.TransformFailure, problem: null),
            _ when decision.Target is { } target => ForwardAsync(passage, decision, target, trace),
            _ => UnavailableAsync(passage, decision),
        };
    }

    /// <summary>Answers a request that came without TLS to an HTTPS listener.</summary>
    internal ValueTask RefusePlainHttpAsync(RequestPassage passage)
    {
        if (ListenerOf(passage) is { } listener) Identify(passage, listener);
        passage.Record.Scheme = "http";
        return ErrorPage.PlainHttpAsync(passage);
    }

    public async ValueTask RejectAsync(RequestPassage passage, HttpRejection rejection)
    {
        var refusal = Refusal.Of(rejection);
        if (ListenerOf(passage) is { } listener)
        {
            Identify(passage, listener);
            if (IsWhole(rejection.Violation) && DesyncClassification.Of(passage.Exchange.Request) is { IsCompliant: false } desync)
            {
                if (desync.Under(listener.Attributes.Desync) == DesyncMeasure.Block) refusal = Refusal.Desync(desync, listener.Attributes.Desync);
                passage.Record.Decision = new RefusedDecision(listener, refusal, desync);
            }
        }

        if (rejection.Violation == HttpViolation.ConnectionClosed) passage.Note(refusal.Outcome, refusal.Problem);
        else await ErrorPage.AnswerAsync(passage, refusal.Status, refusal.Outcome, refusal.Problem);
    }

    /// <summary>Whether a head was refused for what it says, rather than for what never came of it or was too much.</summary>
    private static bool IsWhole(HttpViolation violation) => violation is not (HttpViolation.IdleTimeout or HttpViolation.ConnectionClosed
        or HttpViolation.TargetTooLong or HttpViolation.HeaderTooLarge or HttpViolation.HeadTooLarge or HttpViolation.TooManyHeaders);

    /// <summary>The listener that a request came to; null when it was deleted meanwhile.</summary>
    internal static ListenerPlan? ListenerOf(RequestPassage passage) => passage.Generation.Find<LoadBalancerSnapshot>()?.ListenerAt(passage.Exchange.LocalEndPoint);

    private AmznTraceId Identify(RequestPassage passage, ListenerPlan listener)
    {
        var brought = passage.Exchange.Request.TryGet("X-Amzn-Trace-Id"u8, out var header) ? Encoding.Latin1.GetString(header) : null;
        var trace = AmznTraceId.For(brought, time.GetUtcNow());
        passage.Record.Scheme = listener.Scheme;
        passage.ResponseHeaders = listener.Headers.Inserted;
        passage.Identify(trace.JourneyId);
        passage.Record.TraceId = trace.TraceId;
        TraceParent.Note(passage.Exchange.Request, passage.Record);
        return trace;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ForwardAsync(RequestPassage passage, LoadBalancerDecision decision, TargetPlan target, AmznTraceId trace)
    {
        ForwardedHeaders.Apply(
            passage.Exchange.Request, decision.Facts, decision.Listener, trace, passage.RequestEdits,
            passage.Client, decision.Listener.Attributes.TlsHeaders ? passage.Exchange.Features.Get<HandshakeRecord>() : null, decision.Choice.Transformed);
        passage.ResponseEditor = StickyEditor.For(decision, table.Cookies);
        if (decision.Choice.FailOpen) passage.Record.Note = passage.Record.Note is { } noted ? $"{noted}. Besides, {decision.FailedOpen()}" : decision.FailedOpen();
        var state = table.Of(decision.Choice.Group!).Targets[decision.Choice.Target];
        state.Begin();
        try
        {
            var options = OptionsFor(decision.Listener.Attributes.IdleTimeout);
            if (decision.Desync.Under(decision.Listener.Attributes.Desync) == DesyncMeasure.PassAndClose) options = options with { KeepAlive = false };
            var destination = new UpstreamKey(target.Bound, decision.Listener.Bound.Address, TargetTls.Of(decision.Choice.Group!, decision.Listener), decision.Choice.Group!.Version != ProtocolVersion.Http1);
            var result = await passage.ForwardAsync(destination, options, canceled: state.Cut);
            if (decision.Choice.Reading is WeighedReading && state.Watch is { } watch && TargetFailure.Counts(result) is { } failed) watch.Outcomes.Add(failed);
            if (TargetFailure.Of(result, target, decision, passage.Exchange.Request.Framing.MayHaveBody) is not { } failure) return;
            if (result.ResponseStarted || result.Outcome == ForwardOutcome.ClientGone) passage.Note(failure.Outcome, failure.Problem);
            else await ErrorPage.AnswerAsync(passage, failure.Status, failure.Outcome, failure.Problem);
        }
        finally
        {
            state.End();
        }
    }

    /// <summary>One object for all requests as long as their load balancers have the same idle timeout, which most have.</summary>
    private ForwardOptions OptionsFor(TimeSpan idleTimeout)
    {
        var known = options;
        return known.ResponseTimeout == idleTimeout ? known : options = known with { ResponseTimeout = idleTimeout };
    }

    // RFC 9110 section 15.5.2: a 401 names its scheme; the error code is RFC 6750's.
    private static ValueTask RefuseAsync(RequestPassage passage, JwtFailure failure) => failure.Status() != 401
        ? ErrorPage.AnswerAsync(passage, failure.Status(), failure.Outcome(), problem: null)
        : ErrorPage.AnswerAsync(passage, 401, failure.Outcome(), problem: null,
            new KeyValuePair<string, string>("WWW-Authenticate", failure == JwtFailure.Missing ? "Bearer" : "Bearer error=\"invalid_token\""));

    private static async ValueTask RedirectAsync(RequestPassage passage, LoadBalancerDecision decision, RedirectPlan plan)
    {
        var location = Redirect.Location(plan, decision.Facts, decision.Listener, port => passage.Generation.Addresses.BindAt(decision.Listener.Bound.Address, port).Port, out var mapped);
        decision.Location = location;
        if (mapped is not null) passage.Record.Note = mapped;
        await ErrorPage.AnswerAsync(passage, plan.Status, outcome: null, problem: null, new KeyValuePair<string, string>("Location", location));
    }

    private static ValueTask RespondAsync(RequestPassage passage, LoadBalancerDecision decision, FixedResponsePlan plan)
    {
        // Which rules came near is told when somebody asks: it costs by their number.
        var outcome = LoadBalancerDecision.Refused(plan);
        List<KeyValuePair<string, string>> headers = [.. decision.Listener.Headers.Own];
        if (plan.ContentType is { } type) headers.Add(new("Content-Type", $"{type}; charset=utf-8"));
        return passage.AnswerAsync(plan.Status, [.. headers], Encoding.UTF8.GetBytes(plan.Body), outcome, problem: null);
    }

    private static ValueTask UnavailableAsync(RequestPassage passage, LoadBalancerDecision decision)
    {
        var (outcome, problem) = LoadBalancerDecision.NoTarget(decision.Choice, decision.Listener, decision.Facts);
        return decision.Choice.Mismatch
            ? passage.AnswerAsync(464, decision.Listener.Headers.Own, default, outcome, problem)
            : ErrorPage.AnswerAsync(passage, 503, outcome, problem);
    }
}
