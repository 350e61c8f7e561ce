using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>A decision of the load balancer with all it was made from.</summary>
internal class LoadBalancerDecision(ListenerPlan listener, RequestFacts facts, Draw draw, LoadBalancerChoice choice) : IDecision, IProblemTeller, IAccessLogFacts, IClassifiedRequest
{
    /// <summary>The code of a transform that failed.</summary>
    internal const string TransformFailure = "load-balancer.500.transform";

    internal ListenerPlan Listener { get; } = listener;

    internal RequestFacts Facts { get; } = facts;

    internal Draw Draw { get; } = draw;

    internal LoadBalancerChoice Choice { get; } = choice;

    internal TargetPlan? Target => Choice.Target < 0 ? null : Choice.Group!.Targets[Choice.Target];

    /// <summary>What became of a token that isn't let through; null of any other request.</summary>
    internal JwtReading? RefusedToken => Choice.Jwt is { Passed: false } refused ? refused : null;

    /// <summary>The Location of a redirect, once it was made.</summary>
    internal string? Location { get; set; }

    /// <summary>How the request was classified for desync mitigation.</summary>
    internal virtual DesyncClassification Desync => default;

    /// <summary>Ingresses that have the host and no rule for it at this listener, each with the reason.</summary>
    private protected virtual IReadOnlyList<string> Elsewhere => [];

    string? IClassifiedRequest.Classification => Desync.ClassName;

    string? IClassifiedRequest.ClassificationReason => Desync.ReasonName;

    string IAccessLogFacts.LoadBalancerArn => Listener.LoadBalancerArn;

    int IAccessLogFacts.ListenerPort => Listener.Port;

    int? IAccessLogFacts.RulePriority => Choice.Rule.Priority;

    string IAccessLogFacts.ActionsExecuted => ActionsTaken(Choice);

    string? IAccessLogFacts.TargetGroupArn => Choice.Group?.Arn;

    IPEndPoint? IAccessLogFacts.TargetEndPoint => Target?.Declared;

    string? IAccessLogFacts.RedirectUrl => Location;

    string? IAccessLogFacts.ErrorReason => Choice.Jwt?.Failure.Reason();

    string? IAccessLogFacts.TransformedHost => Choice.Transformed?.Host is { } host ? ForwardedHeaders.Host(host, Choice.Transformed.HostPort, Facts, Listener) : null;

    string? IAccessLogFacts.TransformedUri => Choice.Transformed?.Target;

    string? IAccessLogFacts.TransformStatus => Choice.Transformed?.Status;

    string? IProblemTeller.Problem => RefusedToken is not null ? TokenProblem() : Choice.Rule.Action is FixedResponsePlan response && Refused(response) is not null ? AnsweredBy()
        : Choice.Transformed is { Failed: true } ? TransformProblem() : null;

    bool IAccessLogFacts.IsGrpc => Choice.Spoken == RequestProtocol.Grpc;

    /// <summary>Decides now.</summary>
    internal static LoadBalancerDecision Make<TStates>(ListenerPlan listener, TStates states, RequestFacts facts, RequestProtocol spoken, Draw draw, DesyncClassification desync = default, Generation? road = null)
        where TStates : struct, ITargetStates
    {
        var choice = LoadBalancerHop.Decide(listener, states, facts, spoken, draw, default(NoReasons));
        if (road is not null && choice.Rule is { IsDefault: true, Action: FixedResponsePlan }) return new UnmatchedDecision(listener, facts, draw, choice, desync, road);
        return desync.IsCompliant ? new LoadBalancerDecision(listener, facts, draw, choice) : new ClassifiedDecision(listener, facts, draw, choice, desync);
    }

    /// <summary>The same decision from what was recorded, with the reasons.</summary>
    internal LoadBalancerChoice Replay(ReasonList reasons) =>
        LoadBalancerHop.Decide(Listener, new RecordedStates(Choice), Facts, Choice.Spoken, Draw, reasons);

    public IEnumerable<HopAccount> Tell()
    {
        var reasons = new ReasonList();
        var replayed = Replay(reasons);
        var outcome = Choice.Rule.Action switch
        {
            _ when RefusedToken is { } token => token.Failure.Outcome(),
            ForwardPlan when replayed.Transformed is { Failed: true } => TransformFailure,
            ForwardPlan when Target is null => NoTarget(replayed, Listener, Facts).Outcome,
            FixedResponsePlan response => Refused(response),
            _ => null,
        };
        yield return new HopAccount(Hop.LoadBalancer, Listener.LoadBalancerName, Sentence(replayed))
        {
            Facts = Desync.AddTo(FactsOf(replayed), Listener.Attributes.Desync),
            Reasons = Desync.IsCompliant ? reasons.All : [.. reasons.All, .. Desync.Reasons(Listener.Attributes.Desync)],
            Ok = outcome is null,
            Outcome = outcome,
        };
    }

    /// <summary>Why a forward action has no target to choose: its code, and the way out.</summary>
    internal static (string Outcome, string Problem) NoTarget(LoadBalancerChoice choice, ListenerPlan listener, RequestFacts facts) => choice.Mismatch
        ? ProtocolMatrix.Mismatch(choice.Group!, choice.Spoken, facts.Method)
        : choice.Group is null
        ? ("load-balancer.503.no-weight", $"{choice.Rule.Label} forwards to target groups that all have weight 0; give one a weight")
        : choice.Group.Targets.Length > 0
        ? ("load-balancer.503.no-target-in-zone", listener.ScopeOf(choice.Group).Empty(choice.Group))
        : ("load-balancer.503.no-registered-target", $"target group {choice.Group.Name} has no registered targets; {(choice.Rule.Ingress is { } ingress ? $"it is of {ingress}: none of its Service's pods is ready, or no node is taken" : "register some in spec.targets")}");

    /// <summary>Why the request's token isn't let through, and the way out.</summary>
    internal string TokenProblem() => JwtTelling.Problem(Choice.Rule, RefusedToken!);

    /// <summary>Which transform failed, and on what.</summary>
    internal string TransformProblem()
    {
        var reasons = new ReasonList();
        RuleTransforms.Apply(Choice.Rule, Facts, reasons);
        return $"{Choice.Rule.Label}: its {reasons.All[^1].Candidate} failed: {reasons.All[^1].Why}; change its regex or what replaces the match";
    }

    /// <summary>That a request went to all targets because too few are healthy, and what the check of its own target found; null when it didn't.</summary>
    internal string? FailedOpen()
    {
        if (!Choice.FailOpen || Choice.Target < 0) return null;
        var health = Choice.Reading!.Targets[Choice.Target].Health;
        return $"in target group {Choice.Group!.Name} {TargetFacts.TooFew(Choice.Group, Choice.Reading)}, so requests go to all of them (fail open); "
            + $"this one is {health.Name}{(health.Description is null ? "" : $": {health.Description}")}";
    }

    /// <summary>Which rule answers a request by itself, and how near others were, for a person who wonders why it was that one.</summary>
    internal string AnsweredBy()
    {
        if (!Choice.Rule.IsDefault) return $"{Choice.Rule.Label} matched and answers with a fixed response; see the reasons why no rule before it did";
        var elsewhere = string.Concat(Elsewhere.Select(e => $"; {e}"));
        if (Listener.Rules.Length == 1) return $"the listener has no rule but the default one, which answers with a fixed response{elsewhere}";
        var missed = RuleSearch.Missed(Listener, Facts);
        return $"no rule's conditions held, so the default rule answers with a fixed response{elsewhere}; "
            + (missed.Count == 0 ? "none came near: no condition of any held" : $"nearest: {string.Join(". ", missed)}");
    }

    /// <summary>The code of a fixed response that refuses the request; null for any other.</summary>
    internal static string? Refused(FixedResponsePlan response) => response.Status >= 400 ? $"load-balancer.{response.Status}.fixed-response" : null;

    private string Sentence(LoadBalancerChoice choice)
    {
        var rule = choice.Rule.IsDefault ? "default rule" : $"{choice.Rule.ShortLabel} ({string.Join("; ", choice.Rule.Conditions.Select(Wants))})";
        if (choice.Rule.Ingress is { } ingress) rule += $" of {ingress}";
        if (choice.Jwt is { } jwt) rule += jwt.Passed ? jwt.Assumed ? " → token valid, its signature taken for good" : " → token valid" : $" → token refused: {jwt.Failure.Status()}, {jwt.Detail}";
        return choice.Rule.Action switch
        {
            _ when choice.Jwt is { Passed: false } => rule,
            RedirectPlan redirect => $"{rule} → redirect {redirect.Status}",
            FixedResponsePlan response => $"{rule} → fixed response {response.Status}",
            _ when choice.Transformed is { Failed: true } => $"{rule} → its transform fails: 500",
            _ when choice.Group is null => $"{rule} → no target group with a weight",
            _ when choice.Mismatch => $"{rule} → target group {choice.Group.Name} → not for {choice.Spoken.Text()}{(choice.Spoken == RequestProtocol.Http1 || choice.Group.Version == ProtocolVersion.Http1 ? "" : " with this method")}",
            _ when choice.Target < 0 => $"{rule} → target group {choice.Group.Name} → no registered target{(choice.Group.Targets.Length > 0 ? Listener.ScopeOf(choice.Group).Where : "")}",
            _ => $"{rule} → target group {choice.Group.Name} → {TargetWords(choice)}{Carried(choice.Group)}",
        };
    }

    private static string Carried(TargetGroupPlan group) =>
        (group.Version == ProtocolVersion.Http1 ? "" : ", over HTTP/2") + (group.Https ? ", encrypted again" : "");

    private static string TargetWords(LoadBalancerChoice choice)
    {
        var target = choice.Group!.Targets[choice.Target];
        var candidates = choice.FailOpen ? choice.Reading!.Registered : choice.Reading!.Healthy;
        var how = choice.Stuck ? $"kept there by cookie {choice.Group.Stickiness!.CookieName}" : choice.Group.Algorithm switch
        {
            Algorithm.RoundRobin => $"next in turn of {candidates}",
            Algorithm.LeastOutstandingRequests => $"fewest outstanding of {candidates}",
            _ => $"at random of {candidates}",
        };
        var open = choice.Reading.Healthy > 0 ? "too few are healthy" : "none is healthy";
        return $"{target.Id} {target.Declared}, {how}{(choice.FailOpen ? $" ({open}: fail open)" : "")}";
    }

    private static string Wants(ConditionPlan condition) => condition switch
    {
        HostCondition host => $"host {string.Join(" or ", host.Values.Select(v => v.Text))}",
        PathCondition path => $"path {string.Join(" or ", path.Values.Select(v => v.Text))}",
        MethodCondition method => $"method {string.Join(" or ", method.Values)}",
        HeaderCondition header => $"header {header.Name} {string.Join(" or ", header.Values.Select(v => v.Text))}",
        QueryCondition query => $"query {string.Join(" or ", query.Values.Select(v => v.Text))}",
        SourceCondition source => $"source {string.Join(" or ", source.Values)}",
        _ => condition.ToString(),
    };

    private JsonObject FactsOf(LoadBalancerChoice choice)
    {
        var told = new JsonObject
        {
            ["loadBalancerArn"] = Listener.LoadBalancerArn,
            ["listener"] = Listener.Label,
            ["listenerArn"] = Listener.Arn,
            ["bound"] = Listener.Bound.ToString(),
            ["rulePriority"] = choice.Rule.IsDefault ? "default" : choice.Rule.Priority,
            ["ruleArn"] = choice.Rule.Arn,
            ["action"] = ActionsTaken(choice),
            ["host"] = Facts.Host,
            ["path"] = Facts.Path,
            ["draw"] = Draw.Value.ToString("x16"),
        };
        if (choice.Rule.Ingress is { } ingress) told["ingress"] = ingress.Short;
        Listener.TellZone(told);
        if (choice.Rule.IsDefault && RuleSearch.Missed(Listener, Facts) is { Count: > 0 } missed)
        {
            told["nearestRules"] = new JsonArray([.. missed.Select(m => JsonValue.Create(m))]);
        }

        if (choice.Jwt is { } jwt) JwtTelling.AddTo(told, choice.Rule.Jwt!, jwt);
        if (Location is not null) told["location"] = Location;
        if (choice.Transformed is { } transformed)
        {
            if (transformed.Host is { } host) told["hostRewrittenTo"] = ForwardedHeaders.Host(host, transformed.HostPort, Facts, Listener);
            if (transformed.Target is { } target) told["rewrittenTo"] = target;
            told["transformStatus"] = transformed.Status;
        }

        if (choice.Group is not { } group) return told;
        told["targetGroup"] = group.Name;
        told["targetGroupArn"] = group.Arn;
        if (group.Https) TargetTls.AddTo(told, "HTTPS", Listener.Tls);

        if (choice.Mismatch || group.Version != ProtocolVersion.Http1)
        {
            told["targetProtocolVersion"] = group.Version.Text();
            told["requestProtocol"] = choice.Spoken.Text();
        }

        if (choice.Mismatch) return told;
        told["algorithm"] = group.AlgorithmName;
        if (group.Stickiness is { } plan) told["sticky"] = choice.Stuck ? $"{plan.CookieName}: kept" : $"{plan.CookieName}: chosen anew";
        if (Listener.ScopeOf(group).IsZonal) told["crossZone"] = "off";
        TargetFacts.AddTo(told, group, choice.Reading!, choice.FailOpen, choice.Target);
        if (choice.Target < 0) return told;
        told["outstanding"] = choice.Reading!.Targets[choice.Target].Outstanding;
        if (choice.Reading is WeighedReading weighed)
        {
            told["weight"] = weighed.Standings[choice.Target].Weight;
            told["anomalyDetection"] = weighed.Standings[choice.Target].Result;
        }

        return told;
    }

    /// <summary>The actions that were taken, in order, as the access log writes them.</summary>
    private static string ActionsTaken(LoadBalancerChoice choice) =>
        choice.Jwt is not { } jwt ? ActionName(choice.Rule.Action) : jwt.Passed ? $"jwt-validation,{ActionName(choice.Rule.Action)}" : "jwt-validation";

    internal static string ActionName(ActionPlan action) => action switch
    {
        ForwardPlan => "forward",
        RedirectPlan => "redirect",
        _ => "fixed-response",
    };
}
