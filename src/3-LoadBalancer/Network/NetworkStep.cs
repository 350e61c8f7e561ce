using System.Net;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>A Network Load Balancer as <c>explain</c> walks it: the request stays as it is, TLS and all, but for a TLS listener.</summary>
internal sealed class NetworkStep(TargetTable table) : IRoadStep
{
    // Of Linux' own for clients, 32768 to 60999.
    private const int FirstPort = 32768;
    private const int Ports = 60999 - FirstPort + 1;

    public StepTaken? Take(Generation generation, Traveller traveller)
    {
        if (traveller.Address is not { } at || generation.Find<LoadBalancerSnapshot>() is not { } snapshot) return null;
        if (snapshot.NetworkListenerAt(at) is not { } listener || !listener.Takes(udp: false))
        {
            var others = snapshot.NetworkListeners.Where(l => l.Bound.Address.Equals(at.Address)).ToList();
            return others.Count == 0 ? null : new StepTaken([new NoListenerDecision(others[0].LoadBalancerName, others[0].LoadBalancerArn, [.. others.Select(l => l.Label)], at, traveller.UrlPort ?? at.Port, others[0].Zone)], null);
        }

        if (listener.Tls is not null && !traveller.Secured)
        {
            return traveller.Request.Scheme == "https" ? null : new StepTaken([new PlainAtTlsDecision(listener)], null);
        }

        var given = traveller.GivenBy<NetworkDecision>();
        var draw = given?.Draw ?? Draw.Random();
        var flow = given?.Flow ?? new Flow("tcp", new IPEndPoint(traveller.Source, FirstPort + draw.Below(Ports)), listener.Bound);
        var decision = given is null
            ? NetworkDecision.Make(listener, new LivingStates(table, Sends: false), flow, draw, imagined: true)
            : NetworkDecision.Make(listener, new RecordedReading(given.Choice.Reading), flow, draw, given.Imagined);
        return new StepTaken([decision], decision.Target is not { } target ? null : Behind(traveller, decision) with { Address = target.Bound, Source = decision.Source, Proxied = decision.Proxied });
    }

    /// <summary>What TLS at the listener leaves of the request: it goes on in the plain, or encrypted again.</summary>
    private static Traveller Behind(Traveller traveller, NetworkDecision decision) => decision.Listener.Tls is null ? traveller : traveller with
    {
        Secured = false,
        NamesServer = false,
        Request = traveller.Request with { Scheme = decision.Choice.Group!.Network is { Protocol: NetworkProtocol.Tls } ? "https" : "http" },
    };
}
