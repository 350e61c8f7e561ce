using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>Carries out what <see cref="GatewayHop"/> decides, for one request after another.</summary>
internal sealed class GatewayService(IServiceFronts fronts, GatewayMirrors mirrors, BalancerTable balancers, SeamParts parts) : IHttpHop
{
    public Hop Hop => Hop.Ingress;

    /// <summary>1. Take the journey's id from the request. 2. Decide. 3. Answer, or send it on to the Service, or to an endpoint of a headless one, and pass the answer back.</summary>
    public ValueTask ServeAsync(RequestPassage passage)
    {
        if (passage.Generation.Find<GatewaySnapshot>()?.PortAt(passage.Exchange.LocalEndPoint) is not { } port)
        {
            passage.Exchange.Abort();
            return default;
        }

        // 1.
        JourneyHeader.Read(passage);

        // 2.
        var scheme = port.Plan.Protocol == PortProtocol.Tls ? "https" : "http";
        passage.Record.Scheme = scheme;
        var handshake = port.Plan.Protocol == PortProtocol.Tls ? passage.Exchange.Features.Get<HandshakeRecord>() : null;
        // The listener as this generation has it: the connection may be older.
        var asked = handshake is null ? null : GatewayCertificate.ListenerOf(port, handshake.ServerName);
        var decision = GatewayDecision.Make(port, asked, new LivingBackend(fronts, passage.Generation, balancers, port.Pod), passage.Facts(scheme, port.Plan.ReadsHeaders), Draw.Random());
        decision.Handshake = handshake;
        passage.Record.Decision = decision;

        // 3.
        return GatewayAnswer.Of(decision) is { } answer ? AnswerAsync(passage, decision, answer) : ForwardAsync(passage, decision);
    }

    public ValueTask RejectAsync(RequestPassage passage, HttpRejection rejection)
    {
        JourneyHeader.Read(passage);
        if (rejection.Violation is HttpViolation.ConnectionClosed or HttpViolation.IdleTimeout)
        {
            passage.Note("ingress.client-gone", rejection.Message);
            return ValueTask.CompletedTask;
        }

        var status = rejection.Violation switch
        {
            HttpViolation.HeaderTooLarge or HttpViolation.HeadTooLarge or HttpViolation.TooManyHeaders => 431,
            HttpViolation.TargetTooLong => 414,
            HttpViolation.UnsupportedVersion => 505,
            HttpViolation.UnsupportedTransferCoding => 501,
            _ => 400,
        };
        return GatewayReply.AnswerAsync(passage, status, [], $"ingress.{status}.malformed", rejection.Message);
    }

    private ValueTask AnswerAsync(RequestPassage passage, GatewayDecision decision, GatewayAnswer answer)
    {
        IReadOnlyList<KeyValuePair<string, string>> headers = decision.Choice.Match?.Rule.Cors is { } cors
            ? decision.Choice.Verdict == GatewayVerdict.Preflight ? cors.Preflight(decision.Facts) : cors.Response(decision.Facts)
            : [];
        if (decision.Choice.Verdict == GatewayVerdict.Preflight) return passage.AnswerAsync(204, headers, default, null, null);
        if (answer.Location is { } location) headers = [new("Location", location), .. headers];
        return GatewayReply.AnswerAsync(passage, answer.Status, headers, answer.Outcome, Told(answer, decision, passage.Generation));
    }

    private async ValueTask ForwardAsync(RequestPassage passage, GatewayDecision decision)
    {
        GatewayHeaders.Apply(passage, decision);
        var (rule, backend) = (decision.Choice.Match!.Rule, decision.Choice.Backend!);
        var editor = new GatewayResponse(decision);
        if (!editor.IsEmpty) passage.ResponseEditor = editor;
        using var limit = rule.Timeout is null ? null : new CancellationTokenSource(rule.Timeout.After, parts.Time);
        var copied = rule.Mirrors.IsEmpty && backend.Mirrors.IsEmpty ? null : mirrors.Start(passage, decision);
        var result = await passage.ForwardAsync(decision.Upstream, rule.Forward, canceled: limit?.Token ?? CancellationToken.None);
        copied?.Invoke();
        if (GatewayFailure.Of(result, decision) is not { } failure) return;
        if (result.ResponseStarted || result.Outcome == ForwardOutcome.ClientGone) passage.Note(failure.Outcome, failure.Problem);
        else await GatewayReply.AnswerAsync(passage, failure.Status, editor.Cors, failure.Outcome, failure.Problem);
    }

    /// <summary>The problem, and why a Service has no ready endpoint, from the hop that knows.</summary>
    internal string? Told(GatewayAnswer answer, GatewayDecision decision, Generation generation) => decision.Choice.Verdict == GatewayVerdict.Unavailable
        ? UnreadyBackend.Told(answer.Problem!, decision.Choice.Backend!.Backend, decision.Port.Bound.Address, fronts, generation)
        : answer.Problem;
}
