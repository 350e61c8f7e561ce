using System.Text;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>What an ALB refuses whatever its rules say (ALB user guide, Troubleshoot: HTTP 400, 405 and 463).</summary>
/// <param name="Status">The status.</param>
/// <param name="Outcome">The journey's code.</param>
/// <param name="Problem">What went wrong and the way out.</param>
internal sealed record Refusal(int Status, string Outcome, string Problem)
{
    private const int MaxForwardedAddresses = 30;

    /// <summary>A request without TLS at an HTTPS listener.</summary>
    internal static readonly Refusal PlainHttp = new(400, "load-balancer.400.plain-http",
        "the listener is HTTPS, and the request came without TLS: write https:// in its URL, or ask an HTTP listener");

    /// <summary>A request that the desync mitigation mode blocks.</summary>
    internal static Refusal Desync(DesyncClassification found, DesyncMode mode) => new(400, DesyncWords.Outcome, found.Tell(mode));

    /// <summary>A head that no request can be made of.</summary>
    internal static Refusal Of(HttpRejection rejection)
    {
        var status = rejection.Violation switch
        {
            HttpViolation.IdleTimeout => 408,
            HttpViolation.TargetTooLong => 414,
            HttpViolation.UnsupportedTransferCoding => 501,
            HttpViolation.UnsupportedVersion => 505,
            _ => 400,
        };
        return new(status, $"load-balancer.{status}.{KebabCase(rejection.Violation.ToString())}", rejection.Message);
    }

    private static readonly Refusal Trace = new(405, "load-balancer.405.trace", "an ALB refuses the method TRACE");

    // On the wire the codec has refused it before: RFC 9112 section 3.2.
    private static readonly Refusal NoHost = new(400, "load-balancer.400.missing-host", "An HTTP/1.1 request needs a Host.");

    /// <summary>The refusal of a request on the wire, or null.</summary>
    internal static Refusal? Of(RequestHead request)
    {
        if (request.Method.SequenceEqual("TRACE"u8)) return Trace;
        if (!request.TryGet("X-Forwarded-For"u8, out _)) return null;
        var addresses = 0;
        for (var i = 0; i < request.HeaderCount; i++)
        {
            if (Ascii.EqualsIgnoreCase(request.Name(i), "X-Forwarded-For"u8)) addresses += 1 + request.Value(i).Count((byte)',');
        }

        return Of(addresses);
    }

    /// <summary>The refusal of a request that is only decided, or null.</summary>
    internal static Refusal? Of(RequestFacts facts) => facts.Host.Length == 0 ? NoHost : facts.Method == "TRACE" ? Trace : Of(facts.Headers
        .Where(h => h.Key.Equals("X-Forwarded-For", StringComparison.OrdinalIgnoreCase)).Sum(h => 1 + h.Value.AsSpan().Count(',')));

    private static string KebabCase(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));

    private static Refusal? Of(int addresses) => addresses <= MaxForwardedAddresses ? null : new(463, "load-balancer.463.forwarded-addresses",
        $"X-Forwarded-For has {addresses} addresses; an ALB takes at most {MaxForwardedAddresses}. Does a request go round in a circle of proxies?");
}

/// <summary>A refusal as <c>explain</c> and a journey tell it.</summary>
internal sealed record RefusedDecision(ListenerPlan Listener, Refusal Refusal, DesyncClassification Desync = default) : IDecision, IClassifiedRequest
{
    string? IClassifiedRequest.Classification => Desync.ClassName;

    string? IClassifiedRequest.ClassificationReason => Desync.ReasonName;

    public IEnumerable<HopAccount> Tell() =>
    [
        new HopAccount(Hop.LoadBalancer, Listener.LoadBalancerName, Refusal.Problem)
        {
            Facts = Desync.AddTo(Listener.TellZone(new() { ["listener"] = Listener.Label, ["listenerArn"] = Listener.Arn, ["bound"] = Listener.Bound.ToString() }), Listener.Attributes.Desync),
            Reasons = Desync.Reasons(Listener.Attributes.Desync),
            Ok = false,
            Outcome = Refusal.Outcome,
        },
    ];
}
