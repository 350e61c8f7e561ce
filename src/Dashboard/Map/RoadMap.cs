using System.Globalization;
using Usher.Dashboard.Live;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Dashboard.Map;

/// <summary>Draws the map of a road from what its hops report.</summary>
public static class RoadMap
{
    /// <summary>The stations in the order of the road.</summary>
    public static IReadOnlyList<Station> Of(RoadFacts facts, Rates rates)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(rates);
        var ingress = Ingress(facts);
        return
        [
            With(rates, Dns(facts), "dns queries"),
            With(rates, Tls(facts), "tls handshakes"),
            LoadBalancer(facts, rates),
            With(rates, Nodes(facts), "node connections"),
            With(rates, ingress, "ingress requests"),
            Services(facts),
            // Without an ingress the load balancer's targets are pods, or nodes that lead to them.
            With(rates, Pods(facts), ingress.Items.Count > 0 ? "pods as the ingress measures them" : "targets as the load balancer measures them", "requests"),
        ];
    }

    private static Station Dns(RoadFacts facts)
    {
        var records = facts.Generation.State.All<RecordSet>().ToLookup(r => r.Value.HostedZoneId);
        StationItem[] zones = [.. facts.Generation.State.All<HostedZone>().Select(z => new StationItem(z.Value.Name, Signal.Good, $"{z.Value.Id}, {Count(records[z.Value.Id].Count(), "record set")}{(z.Value.PrivateZone ? ", private" : "")}"))];
        return new Station(Hop.Dns, "Route 53", Count(zones.Length, "hosted zone"), zones);
    }

    private static Station Tls(RoadFacts facts)
    {
        StationItem[] certificates = [.. facts.Certificates.Select(c => new StationItem(c.Names[0], c.Problem is null ? Signal.Good : Signal.Bad, c.Problem is null ? $"{c.Status}{(c.Leaf is { } leaf ? string.Create(CultureInfo.InvariantCulture, $", until {leaf.NotAfter:yyyy-MM-dd}") : ", not served")}" : $"{c.Status}: {c.Problem}"))];
        return new Station(Hop.Tls, "Certificates", Summary(certificates, "issued"), certificates);
    }

    private static Station LoadBalancer(RoadFacts facts, Rates rates)
    {
        var listeners = facts.Listeners.Select(l => new StationItem($"{l.LoadBalancer} {l.Protocol}:{l.Port}", l.OutOfDns is null ? Signal.Good : Signal.Warning, l.OutOfDns is null ? "listens" : $"not in DNS: {l.OutOfDns}") { Address = $"{l.Bound}{(l.Zone is null ? "" : $" ({l.Zone})")}" });
        var targets = facts.Targets.Select(t => new StationItem($"{t.TargetGroup} → {t.Target}", Of(t.State), $"{t.State}{(t.Description is { } why ? $": {why}" : t.Reason is { } reason ? $": {reason}" : "")}, {t.Outstanding} outstanding"));
        StationItem[] all = [.. listeners, .. targets];
        var healthy = facts.Targets.Count(t => t.State == "healthy");
        var station = new Station(Hop.LoadBalancer, "Load balancer", facts.Targets.Count == 0 ? Count(facts.Listeners.Count, "listener") : $"{healthy} of {Count(facts.Targets.Count, "target")} healthy", all);
        var relayed = rates.Now.GetValueOrDefault("load-balancer connections").PerSecond > rates.Now.GetValueOrDefault("load-balancer requests").PerSecond;
        return With(rates, station, relayed ? "load-balancer connections" : "load-balancer requests");
    }

    private static Station Nodes(RoadFacts facts)
    {
        StationItem[] nodes = [.. facts.Nodes.Select(n => new StationItem(n.Name, n.StoppedSince is not null ? Signal.Bad : n.State == "Ready" && !n.Drained ? Signal.Good : n.State.StartsWith("Ready", StringComparison.Ordinal) ? Signal.Warning : Signal.Bad, $"{n.State}{(n.StoppedSince is null ? "" : ", stopped")}{(n.Drained ? ", drained" : "")}, {n.Zone ?? "no zone"}") { Address = n.Address.ToString() })];
        return new Station(Hop.Node, "Nodes", Summary(nodes, "ready"), nodes);
    }

    private static Station Ingress(RoadFacts facts)
    {
        StationItem[] pods = [.. facts.Pods.Where(p => p.Runtime == PodRuntime.BuiltIn).Select(p => Pod(facts, p))];
        return new Station(Hop.Ingress, "Ingress", Summary(pods, "ready"), pods);
    }

    private static Station Services(RoadFacts facts)
    {
        StationItem[] services = [.. facts.Services.Select(s => new StationItem(s.Name, OfService(s), s.Ports.Count == 0 ? s.Type : $"{s.Type}, {string.Join(", ", s.Ports.Select(p => $"{(p.Name.Length > 0 ? p.Name : p.Port.ToString(CultureInfo.InvariantCulture))} {p.Ready}/{p.Endpoints}"))} ready") { Address = s.ClusterIP.Length > 0 ? s.ClusterIP : null })];
        return new Station(Hop.Service, "Services", $"{services.Count(s => s.Signal is Signal.Good or Signal.Warning)} of {Count(services.Length, "Service")} with endpoints", services);
    }

    private static Station Pods(RoadFacts facts)
    {
        StationItem[] pods = [.. facts.Pods.Where(p => p.Runtime != PodRuntime.BuiltIn).Select(p => Pod(facts, p))];
        return new Station(Hop.Pod, "Pods", Summary([.. pods.Where(p => p.Signal != Signal.Idle)], "ready"), pods);
    }

    private static StationItem Pod(RoadFacts facts, PodStatus pod) => new(
        $"{pod.Key.Namespace}/{pod.Key.Name}",
        pod.Phase == "Succeeded" ? Signal.Idle : pod.Terminating ? Signal.Warning : pod.Ready ? Signal.Good : Signal.Bad,
        $"{pod.Reason}, {pod.Runtime.Name()}{(pod.Restarts > 0 ? $", {Count(pod.Restarts, "restart")}" : "")}{(pod.Message is { } message ? $": {message}" : "")}")
    {
        Address = facts.Generation.Addresses.Find(pod.Key)?.ToString(),
    };

    /// <summary>A Service whose ports all have a ready endpoint is good; one that leads nowhere because nobody is there is bad; what has no endpoints at all (an ExternalName) is idle.</summary>
    private static Signal OfService(ServiceReport service) =>
        service.Ports.Count == 0 || service.Type == "ExternalName" ? Signal.Idle
        : service.Ports.All(p => p.Ready == 0) ? Signal.Bad
        : service.Ports.All(p => p.Ready == p.Endpoints) ? Signal.Good
        : Signal.Warning;

    /// <summary>A target's state on the map.</summary>
    public static Signal Of(string state) => state switch
    {
        "healthy" => Signal.Good,
        "initial" or "draining" or "unhealthy.draining" => Signal.Warning,
        "unused" or "gone" => Signal.Idle,
        _ => Signal.Bad,
    };

    private static Station With(Rates rates, Station station, string name, string? counts = null) => station with
    {
        Rate = rates.Now.TryGetValue(name, out var rate) ? rate : null,
        Counts = counts ?? name[(name.IndexOf(' ', StringComparison.Ordinal) + 1)..],
        RateName = name,
    };

    private static string Summary(StationItem[] items, string good) => $"{items.Count(i => i.Signal == Signal.Good)} of {items.Length} {good}";

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
}
