namespace Usher.Model.Contracts;

/// <summary>
/// What one line of the load balancer's access log says that only the decision knows. Implemented by the load balancer's decision
/// (<see cref="Journeys.RequestRecord.Decision"/>); times, bytes and statuses come from the record. Field names and values as in
/// "Access logs for your Application Load Balancer" (ALB user guide).
/// </summary>
public interface IAccessLogFacts
{
    /// <summary>The load balancer's ARN; the log's <c>elb</c> field is what follows <c>loadbalancer/</c>.</summary>
    string LoadBalancerArn { get; }

    /// <summary>The listener's declared port; the log's <c>request</c> field names it.</summary>
    int ListenerPort { get; }

    /// <summary><c>matched_rule_priority</c>: 1–50,000; 0 for the default rule; -1 for an error while rules were evaluated; null for any other error.</summary>
    int? RulePriority { get; }

    /// <summary><c>actions_executed</c>, in order, with commas between them: <c>forward</c>, <c>redirect</c>, <c>fixed-response</c>, <c>authenticate</c>, <c>jwt-validation</c>, <c>waf</c>; empty when none was taken.</summary>
    string ActionsExecuted { get; }

    /// <summary><c>target_group_arn</c>; null when no target group was chosen.</summary>
    string? TargetGroupArn { get; }

    /// <summary><c>target:port</c> as declared (<c>10.0.1.10:30080</c>); null when no target was chosen.</summary>
    System.Net.IPEndPoint? TargetEndPoint { get; }

    /// <summary><c>redirect_url</c>: the Location of a redirect; null otherwise.</summary>
    string? RedirectUrl { get; }

    /// <summary>Whether the request is a gRPC call, whose <c>type</c> is <c>grpcs</c>.</summary>
    bool IsGrpc => false;

    /// <summary><c>error_reason</c>: one of AWS's reason codes; null otherwise.</summary>
    string? ErrorReason { get; }

    /// <summary><c>transformed_host</c>: the Host header after a transform that changed it; null otherwise.</summary>
    string? TransformedHost { get; }

    /// <summary><c>transformed_uri</c>: path and query after a transform that changed them; null otherwise.</summary>
    string? TransformedUri { get; }

    /// <summary><c>request_transform_status</c>: what became of the rule's transforms; null when none was applied.</summary>
    string? TransformStatus { get; }
}

/// <summary>
/// How a request was classified for desync mitigation, in the access log's words. Implemented by the load balancer's decisions, those of requests that it refuses included.
/// </summary>
public interface IClassifiedRequest
{
    /// <summary><c>classification</c>: <c>Acceptable</c>, <c>Ambiguous</c> or <c>Severe</c>; null for a request that complies with RFC 7230.</summary>
    string? Classification { get; }

    /// <summary><c>classification_reason</c>: one of AWS's reason codes; null for a request that complies.</summary>
    string? ClassificationReason { get; }
}
