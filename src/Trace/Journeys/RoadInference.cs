using System.Net;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Trace.Journeys;

/// <summary>
/// Fills a gap in what was recorded by walking the same steps as <c>usher explain</c>. What it tells is <c>inferred</c>, from the
/// request's own generation and from the living state as it is when somebody asks.
/// </summary>
internal sealed class RoadInference(IEnumerable<IRoadStep> steps)
{
    private const int LongestRoad = 8;

    private readonly IRoadStep[] steps = [.. steps];

    /// <summary>How the request's name would be resolved; null when no step resolves names.</summary>
    public HopReport? Dns(RequestRecord request)
    {
        var facts = Facts(request, request.Scheme);
        if (facts.Host.Length == 0 || IPAddress.TryParse(facts.Host, out _)) return null;
        var taken = Take(request.Generation, new Traveller { Request = facts, Name = facts.Host, Source = request.Downstream.From.Address });
        var account = taken?.Decisions.SelectMany(d => d.Tell()).FirstOrDefault(a => a.Hop == Hop.Dns);
        if (account is null) return null;
        var report = (account with { Decision = $"by configuration: {account.Decision}" }).Report(Evidence.Inferred, null, null);
        report.Facts["inferredFrom"] = "configuration: the client's query was not seen";
        return report;
    }

    /// <summary>Whether the hop that listens at an endpoint reads HTTP: a load balancer or an ingress decides there about a request.</summary>
    public bool ReadsHttp(Generation generation, IPEndPoint end)
    {
        var request = new RequestFacts { Method = "GET", Scheme = "http", Host = "", Path = "/", Source = end.Address };
        return Take(generation, new Traveller { Request = request, Address = end, Source = end.Address }) is { } taken
            && taken.Decisions.Any(d => d is not IConnectionDecision && d.Tell().Any(a => a.Hop is Hop.LoadBalancer or Hop.Ingress));
    }

    /// <summary>What stands behind an address that a hop could not connect to.</summary>
    public IEnumerable<HopReport> Behind(RequestRecord sender, IPEndPoint address)
    {
        var traveller = new Traveller { Request = Facts(sender, "http"), Address = address, Source = sender.Downstream.To.Address };
        for (var i = 0; i < LongestRoad; i++)
        {
            if (Take(sender.Generation, traveller) is not { } taken) yield break;
            foreach (var account in taken.Decisions.SelectMany(d => d.Tell()))
            {
                var report = account.Report(Evidence.Inferred, null, null, i == 0 ? "node" : "clusterIP");
                report.Facts["inferredFrom"] = "configuration and the state when this was asked";
                yield return report;
            }

            if (taken.Next is null) yield break;
            traveller = taken.Next;
        }
    }

    private StepTaken? Take(Generation generation, Traveller traveller)
    {
        foreach (var step in steps)
        {
            if (step.Take(generation, traveller) is { } taken) return taken;
        }

        return null;
    }

    private static RequestFacts Facts(RequestRecord request, string scheme)
    {
        var (host, port) = RequestFacts.SplitHost(request.Host);
        var (path, query) = RequestFacts.SplitTarget(request.Target);
        return new RequestFacts
        {
            Method = request.Method, Scheme = scheme, Host = host, HostPort = port, Path = path, Query = query,
            Source = request.Downstream.From.Address,
        };
    }
}
