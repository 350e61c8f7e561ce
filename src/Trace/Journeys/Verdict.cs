using Usher.Model.Journeys;

namespace Usher.Trace.Journeys;

/// <summary>
/// How a request ended: its status, who made it, and the failing hop's code.
/// <list type="bullet">
/// <item>A hop that made the answer itself has the last word: its own code, or <c>hop.status</c> from 400 on (a fixed 404, say).</item>
/// <item>An answer that came from the pod is <c>ok</c> below 400, and <c>pod.404</c> or <c>pod.500</c> from there on: the road did its work.</item>
/// <item>A response that was cut off has the code of the hop nearest to the pod that noticed; but where all that the ingress noticed is that its client went, the load balancer knows why.</item>
/// </list>
/// </summary>
internal sealed record Verdict(int? Status, string Outcome, string? AnsweredBy, string? Problem)
{
    /// <summary>The verdict over one request that reached a hop that reads HTTP: the load balancer, or the ingress where the load balancer doesn't.</summary>
    public static Verdict Of(RequestRecord loadBalancer, RequestRecord? ingress, HopReport? pod)
    {
        if (loadBalancer.Status == 0)
        {
            var noticed = ingress?.Outcome is not null && loadBalancer.Outcome is null ? ingress : loadBalancer;
            return new Verdict(null, noticed.Outcome ?? $"{loadBalancer.Hop.Name()}.no-answer", null, noticed.Problem);
        }

        if (loadBalancer.AnsweredHere) return MadeBy(loadBalancer, loadBalancer.Status);
        if (ingress is { AnsweredHere: true }) return MadeBy(ingress, loadBalancer.Status);
        var lostItsClient = ingress?.Outcome?.StartsWith("ingress.499.", StringComparison.Ordinal) == true;
        var cut = ingress?.Outcome is null || (lostItsClient && loadBalancer.Outcome is not null) ? loadBalancer : ingress;
        if (cut.Outcome is { } outcome) return new Verdict(loadBalancer.Status, outcome, Hop.Pod.Name(), cut.Problem);
        return loadBalancer.Status < 400
            ? new Verdict(loadBalancer.Status, "ok", Hop.Pod.Name(), null)
            : new Verdict(loadBalancer.Status, $"pod.{loadBalancer.Status}", Hop.Pod.Name(), ByApplication(loadBalancer.Status, pod));
    }

    /// <summary>The verdict over a request that nobody but its client and the pod could read.</summary>
    public static Verdict OfAnswer(ClientReport client, IReadOnlyList<HopReport> hops)
    {
        var pod = hops.LastOrDefault(h => h.Hop == Hop.Pod);
        return client.Status is null or < 400
            ? new Verdict(client.Status, "ok", Hop.Pod.Name(), null)
            : new Verdict(client.Status, $"pod.{client.Status}", Hop.Pod.Name(), ByApplication(client.Status.Value, pod));
    }

    /// <summary>The verdict over a request that no load balancer saw.</summary>
    public static Verdict OfClient(ClientReport client, IReadOnlyList<HopReport> hops, HandshakeRecord? handshake)
    {
        var failed = hops.FirstOrDefault(h => !h.Ok);
        var failure = client.Failure;
        var account = failed?.Facts["outcome"]?.GetValue<string>();
        var outcome = account ?? failure?.At switch
        {
            "dns" => "dns.failed",
            "connect" => "load-balancer.connect-failed",
            "tls" => client.Tls?.Error is null ? "tls.failed" : "tls.not-verified",
            _ => "load-balancer.no-answer",
        };
        var told = failed?.Facts["problem"]?.GetValue<string>() ?? handshake?.Failure;
        var problem = (failure?.Message, told) switch
        {
            ({ } seen, { } why) when seen != why => $"{seen.TrimEnd('.')}. {why}",
            var (seen, why) => seen ?? why,
        };
        return new Verdict(null, outcome, null, problem);
    }

    private static Verdict MadeBy(RequestRecord hop, int status) =>
        new(status, hop.Outcome ?? (status < 400 ? "ok" : $"{hop.Hop.Name()}.{status}"), hop.Hop.Name(), hop.Problem);

    private static string ByApplication(int status, HopReport? pod)
    {
        var who = pod is null ? "the target" : $"pod {pod.Name}";
        return status < 500
            ? $"{who} answered {status} itself and every hop passed it on: look at the URL and at what the application serves"
            : $"{who} answered {status} itself and every hop passed it on: look at the application's spans and logs";
    }
}
