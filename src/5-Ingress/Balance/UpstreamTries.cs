using Usher.Model.Contracts;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>The tries of one request, until an endpoint answers it or nothing lets it be tried again (ngx_http_upstream_next in nginx's ngx_http_upstream.c).</summary>
internal sealed class UpstreamTries(RequestPassage passage, IngressDecision decision, BalancerTable balancers, IServiceFronts fronts) : IDisposable
{
    /// <summary>The largest request body that is kept for another try; nginx keeps any, on disk.</summary>
    internal const int MostKept = 1024 * 1024;

    private readonly NextUpstream next = decision.Choice.Route!.Rules.Next;
    private readonly bool idempotent = IsIdempotent(decision.Facts.Method);
    private int made = 1;

    /// <summary>Where the request's body is kept for another try; null where it isn't.</summary>
    internal KeptBody? Kept { get; private init; }

    /// <summary>What has to be there before the first try: a request whose body may have to be sent once more, or an answer that may not be the last; null where nothing has to be.</summary>
    internal static UpstreamTries? Careful(RequestPassage passage, IngressDecision decision, BalancerTable balancers, IServiceFronts fronts)
    {
        var next = decision.Choice.Route!.Rules.Next;
        var keeps = Keeps(next, passage, decision);
        if (!keeps && !next.HasStatuses) return null;
        var tries = new UpstreamTries(passage, decision, balancers, fronts) { Kept = keeps ? new KeptBody(MostKept) : null };
        if (next.HasStatuses) passage.Declines = tries.Declines;
        return tries;
    }

    /// <summary>Whether a request's body has to be kept: it may be sent, fail, and be sent once more.</summary>
    private static bool Keeps(NextUpstream next, RequestPassage passage, IngressDecision decision) =>
        passage.Exchange.Request.Framing.MayHaveBody && next.Tries > 1 && (next.Conditions & ~NextCondition.NonIdempotent) != 0
        && next.Lets(next.Conditions, IsIdempotent(decision.Facts.Method)) && !decision.Choice.Route!.Rules.BackendHttp2;

    /// <summary>Whether a status isn't passed on, since another try is made.</summary>
    private bool Declines(int status) => MayGoOn(NextUpstream.Of(status), sent: true) && IsWhole;

    /// <summary>Tries further endpoints.</summary>
    /// <param name="result">What became of the try before.</param>
    /// <returns>What became of the last try.</returns>
    internal async ValueTask<ForwardResult> GoOnAsync(ForwardResult result)
    {
        while (!result.ResponseStarted && MayGoOn(NextUpstream.Of(result), IsSent(result)) && (IsWhole || !IsSent(result)) && Another(result))
        {
            made++;
            result = await passage.ForwardAsync(decision.Upstream, decision.Choice.Route!.Rules.Proxy.Forward, kept: Kept);
        }

        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => Kept?.Dispose();

    /// <summary>Picks the next endpoint; false when there is none. Where the virtual IP is dialled, that is the only one.</summary>
    private bool Another(ForwardResult result)
    {
        var choice = decision.Choice;
        if (choice.Endpoint is not { } endpoint)
        {
            decision.Tried(FailedTry.Of(new FrontEndpoint(null, "", choice.Backend!.Front.Declared, choice.Backend.Front.Bound), result), null, default);
            return true;
        }

        var states = new LivingBackends(fronts, passage.Generation, null, balancers) { TakesTurns = true };
        var endpoints = states.Endpoints(choice.Backend!);
        var tries = choice.Tries.Add(FailedTry.Of(endpoint, result));
        var picked = endpoints.Ready.IsEmpty ? new Picked(-1)
            : EndpointChoice.Pick(decision.Controller, choice, endpoints, tries, states, decision.Facts, decision.Draw, default(Model.Journeys.NoReasons));
        if (picked.Index < 0) return false;
        decision.Tried(tries[^1], endpoints, picked);
        return true;
    }

    private bool MayGoOn(NextCondition condition, bool sent) =>
        made < next.Tries && next.Lets(condition, idempotent || !sent) && (next.Timeout == TimeSpan.Zero || balancers.Time.GetElapsedTime(passage.Record.StartedAt) < next.Timeout);

    /// <summary>Whether the request's body is still all there.</summary>
    private bool IsWhole => !passage.Exchange.Request.Framing.MayHaveBody || Kept is { IsWhole: true };

    private static bool IsSent(ForwardResult result) => result.Outcome is not (ForwardOutcome.ConnectRefused or ForwardOutcome.ConnectTimedOut or ForwardOutcome.ConnectFailed or ForwardOutcome.TlsHandshakeFailed);

    private static bool IsIdempotent(string method) => method is not ("POST" or "LOCK" or "PATCH");
}
