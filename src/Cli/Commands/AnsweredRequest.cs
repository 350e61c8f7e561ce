using System.Globalization;
using System.Net;
using Usher.Cli.Running;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Trace;

namespace Usher.Cli.Commands;

/// <summary>A request that a road answers, as <c>explain</c> decides it.</summary>
/// <param name="Scheme">The scheme.</param>
/// <param name="Host">The host.</param>
/// <param name="Port">The port of the load balancer's listener.</param>
/// <param name="Path">The path.</param>
/// <param name="Bound">Where that listener is on this machine.</param>
/// <param name="Named">Whether DNS knows the host; else the client has to be told the address.</param>
/// <param name="Relayed">Whether who speaks TLS stands behind a TCP listener, with a certificate that this road's CA may not have signed.</param>
internal sealed record AnsweredRequest(string Scheme, string Host, int Port, string Path, IPEndPoint Bound, bool Named, bool Relayed)
{
    /// <summary>The most requests that are explained to find one; a road may have thousands of hosts.</summary>
    private const int MostAsked = 200;
    private const int MostPaths = 5;

    internal string Url => string.Create(CultureInfo.InvariantCulture, $"{Scheme}://{Host}{(Port == (Scheme == "https" ? 443 : 80) ? "" : $":{Port}")}{Path}");

    /// <summary>The first that is answered with anything but a redirect, else the first that is redirected; null when there is none.</summary>
    internal static AnsweredRequest? Of(Explainer explainer, Generation generation, IReadOnlyList<ListenerLine> listeners)
    {
        AnsweredRequest? redirected = null;
        foreach (var (request, resolved) in All(generation, listeners).Take(MostAsked))
        {
            if (request.Explained(explainer, generation, resolved) is not { Outcome: "ok" } journey || (request.Named && !LeadsThere(journey, listeners, request))) continue;
            if (journey.Status is not (>= 300 and < 400)) return request;
            redirected ??= request;
        }

        return redirected;
    }

    /// <summary>HTTPS first, and of each host and port the root first. Where DNS knows the host, it says the address: the load balancer's nodes that are in it.</summary>
    private static IEnumerable<(AnsweredRequest Request, IPAddress? Resolved)> All(Generation generation, IReadOnlyList<ListenerLine> listeners)
    {
        var candidates = new Candidates(generation.State);
        foreach (var host in candidates.Hosts())
        {
            var own = listeners.Where(l => l.Protocol != "UDP" && l.OutOfDns is null && (host.Balancer is null || l.LoadBalancer == host.Balancer)).OrderBy(Rank).ToList();
            foreach (var listener in own.DistinctBy(l => (l.LoadBalancer, l.Port)))
            {
                var (bound, relayed) = (IPEndPoint.Parse(listener.Bound), listener is { Protocol: "TCP", Port: 443 });
                foreach (var path in candidates.Paths(host.Name).Take(MostPaths))
                {
                    yield return (new(relayed || listener.Protocol is "HTTPS" or "TLS" ? "https" : "http", host.Name, listener.Port, path, bound, host.Named, relayed), host.Named ? null : bound.Address);
                }
            }
        }
    }

    private static int Rank(ListenerLine listener) => listener switch
    {
        { Protocol: "HTTPS" or "TLS" } => 0,
        { Protocol: "TCP", Port: 443 } => 1,
        { Protocol: "HTTP" } or { Port: 80 } => 2,
        _ => 3,
    };

    /// <summary>Whether DNS led to the load balancer that the client will be connected to.</summary>
    private static bool LeadsThere(Journey journey, IReadOnlyList<ListenerLine> listeners, AnsweredRequest request) =>
        journey.Hops.FirstOrDefault(h => h.Hop == Hop.LoadBalancer)?.Name is { } first && listeners.Any(l => l.Bound == request.Bound.ToString() && l.LoadBalancer == first);

    private Journey Explained(Explainer explainer, Generation generation, IPAddress? resolved) =>
        new ExplainRequest(Url, "GET", []) { Insecure = Relayed, Resolved = resolved?.ToString() }.Explain(explainer, generation);
}
