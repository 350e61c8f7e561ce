using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Trace.Journeys;

namespace Usher.Trace;

/// <summary>
/// Decides a request through the whole road without sending it. The walk goes where packets would: from the name to an address, and from each
/// address to the hop that listens there.
/// </summary>
/// <param name="steps">What there is to walk.</param>
/// <param name="closed">Who knows why nothing listens at a port; null for nobody.</param>
public sealed class Explainer(IEnumerable<IRoadStep> steps, IEnumerable<IClosedPorts>? closed = null)
{
    // A road is at most a name, a handshake and four proxies long; more is a loop.
    private const int MaxSteps = 32;
    private readonly IRoadStep[] steps = [.. steps];
    private readonly IClosedPorts[] closed = [.. closed ?? []];

    /// <summary>Explains a request.</summary>
    /// <param name="generation">The road.</param>
    /// <param name="request">The request as its client would send it; <see cref="RequestFacts.Source"/> is where it comes from.</param>
    /// <param name="address">The address to start from when no name is to be resolved, as the bound endpoint; null otherwise.</param>
    /// <param name="given">A recorded journey's decisions, whose state and draws are then used; empty for the state of now.</param>
    /// <param name="url">The URL's host and port, where the request's Host header may name others; null otherwise.</param>
    /// <param name="verifies">Whether the client refuses a certificate that isn't for the name.</param>
    /// <param name="resolved">The address that the client was told for the URL's host; null where it asks a name server.</param>
    public Explanation Explain(
        Generation generation, RequestFacts request, IPEndPoint? address = null, IReadOnlyList<IDecision>? given = null, (string Host, int Port)? url = null,
        bool verifies = false, IPAddress? resolved = null)
    {
        var traveller = new Traveller
        {
            Request = request,
            UrlHost = url?.Host,
            UrlPort = url?.Port,
            Name = address is null ? url?.Host ?? request.Host : null,
            Resolved = resolved,
            Address = address,
            Source = request.Source,
            Given = given ?? [],
        };
        var decisions = new List<IDecision>();
        StepTaken? last = null;
        for (var i = 0; traveller is not null; i++)
        {
            if (i == MaxSteps) return Ended(generation, request, decisions, last, "road.loop", $"the road does not end after {MaxSteps} steps");
            var place = traveller;
            last = steps.Select(s => s.Take(generation, place)).FirstOrDefault(t => t is not null);
            if (last is null) return Refused(generation, request, decisions, place);
            decisions.AddRange(last.Decisions);
            if (verifies && last.Decisions.SelectMany(d => d.Tell()).FirstOrDefault(a => a is { Hop: Hop.Tls, Ok: false }) is { } untrusted)
            {
                return Ended(generation, request, decisions, null, untrusted.Outcome, untrusted.Facts["problem"]?.ToString());
            }

            // A step that leaves the traveller where it stands has done its part there (the handshake); it doesn't take it twice.
            traveller = last.Next;
        }

        return Lost(decisions, last) is var (outcome, answer) ? Ended(generation, request, decisions, answer, outcome, null) : Ended(generation, request, decisions, last, null, null);
    }

    /// <summary>The walk ended at a hop below HTTP: who sent the request there answers for it, as it would.</summary>
    private static (string Outcome, StepTaken Answer)? Lost(List<IDecision> decisions, StepTaken? last)
    {
        if (last is not { Status: null, AnsweredBy: null }) return null;
        var accounts = Accounts(decisions).ToList();
        var sender = accounts.FindLastIndex(Sends);
        var lost = accounts.FindLastIndex(a => a.Account.Outcome is not null);
        if (sender < 0 || lost <= sender) return null;
        // Packets that are dropped get no answer; everything else is refused.
        var (status, why) = accounts[lost].Account.Outcome is "service.no-local-endpoint" or "node.stopped" ? (504, "connect-timeout") : (502, "connection-refused");
        return ($"{accounts[sender].Account.Hop.Name()}.{status}.{why}", last with { Status = status, AnsweredBy = accounts[sender].Account.Hop });
    }

    /// <summary>Nothing listens where the request was sent: who sent it there answers for it, as it would.</summary>
    private Explanation Refused(Generation generation, RequestFacts request, List<IDecision> decisions, Traveller place)
    {
        var sender = Accounts(decisions).Where(Sends).Select(a => (Hop?)a.Account.Hop).LastOrDefault();
        if (sender is null) return Ended(generation, request, decisions, null, "road.nothing-listens", Nobody(generation, place));
        var answer = new StepTaken([], null) { Status = 502, AnsweredBy = sender };
        return Ended(generation, request, decisions, answer, $"{sender.Value.Name()}.502.connection-refused", $"{Nobody(generation, place)}, so the connection is refused");
    }

    private static IEnumerable<(IDecision By, HopAccount Account)> Accounts(List<IDecision> decisions) => decisions.SelectMany(d => d.Tell(), (by, account) => (by, account));

    /// <summary>Whether this hop read the request and sent it on, so that it answers when that fails.</summary>
    private static bool Sends((IDecision By, HopAccount Account) told) => told.By is not IConnectionDecision && told.Account.Hop is (Hop.LoadBalancer or Hop.Ingress);

    private string Nobody(Generation generation, Traveller traveller)
    {
        if (traveller.Address is not { } at) return $"no hosted zone here answers for {traveller.Name}";
        if (closed.At(generation, at) is { } port) return $"nothing of this road listens at {port.Declared}, since {port.Why}";
        var bound = generation.Addresses.OwnerOfDeclared(at.Address) is { } owner ? $": on this machine {owner} has {generation.Addresses.Of(owner).Bound}" : "";
        return $"nothing of this road listens at {at}{bound}";
    }

    private static Explanation Ended(
        Generation generation, RequestFacts request, List<IDecision> decisions, StepTaken? last, string? outcome, string? problem)
    {
        var accounts = decisions.SelectMany(d => d.Tell()).ToList();
        var failed = accounts.LastOrDefault(a => a.Outcome is not null) ?? accounts.LastOrDefault(a => !a.Ok);
        var journey = new Journey
        {
            Id = "explained",
            Generation = generation.Number,
            Method = request.Method,
            Url = $"{request.Scheme}://{request.Host}{(request.HostPort is { } port ? $":{port}" : "")}{request.Path}{(request.Query.Length > 0 ? "?" + request.Query : "")}",
            Status = last?.Status,
            Outcome = outcome ?? failed?.Outcome ?? "ok",
            AnsweredBy = last?.AnsweredBy?.Name(),
            Problem = failed is null && problem is null ? null : problem ?? last?.Problem ?? failed!.Decision,
            Hops = [.. accounts.Select(a => a.Report(Evidence.Inferred, null, null))],
        };
        return new Explanation(RedirectLoop.Tell(journey), decisions);
    }
}

/// <summary>A request decided through the road.</summary>
/// <param name="Journey">What it would meet; every hop inferred, no times.</param>
/// <param name="Decisions">The decisions themselves, in order.</param>
public sealed record Explanation(Journey Journey, IReadOnlyList<IDecision> Decisions);
