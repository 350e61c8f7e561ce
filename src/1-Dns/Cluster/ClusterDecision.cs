using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>A question from inside the cluster and everything that its answer was decided from. Tells by deciding again.</summary>
/// <param name="view">The cluster, its endpoints as they were read, and the hosted zones.</param>
/// <param name="question">What was asked.</param>
/// <param name="draw">The draw that ordered the values.</param>
/// <param name="server">Who was asked; null when nobody was.</param>
/// <param name="transport"><c>udp</c> or <c>tcp</c>; null when nobody was asked.</param>
internal sealed class ClusterDecision(ClusterView view, DnsQuestion question, Draw draw, IPEndPoint? server, string? transport) : IDecision
{
    /// <summary>The answer, decided again.</summary>
    public DnsAnswer Decide() => ClusterDnsHop.Decide(view, question, draw, default(NoReasons));

    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell()
    {
        var reasons = new ReasonList();
        var answer = ClusterDnsHop.Decide(view, question, draw, reasons);
        var outcome = Outcome(answer);
        yield return new HopAccount(Hop.Dns, "kube-system/kube-dns", $"{question} → {Words(answer)}")
        {
            Facts = Facts(answer),
            Reasons = reasons.All,
            Ok = outcome is null,
            Outcome = outcome,
        };
    }

    private string? Outcome(DnsAnswer answer) => answer.End switch
    {
        DnsEnd.NoName => "dns.nxdomain",
        DnsEnd.Left when answer.Zone is null => "dns.cname-outside",
        DnsEnd.Elsewhere => "dns.not-forwarded",
        DnsEnd.NoData or DnsEnd.Left when question.Type == RecordType.A => "dns.no-data",
        _ => null,
    };

    private string Words(DnsAnswer answer)
    {
        var steps = Chain(answer).Select(a => $"CNAME {a.Set.Values[0].Target}");
        var end = answer.End switch
        {
            DnsEnd.Found => $"{string.Join(", ", Values(answer))}{Of(answer)}, TTL {Ttl(answer)}",
            DnsEnd.NoName => $"NXDOMAIN: {Where(answer)} has no such name",
            DnsEnd.NoData => $"no data: {Where(answer)} has the name without {question.Type.Name()}",
            DnsEnd.Left when answer.Zone is not null => $"ends here: {Where(answer)} has no {question.Type.Name()} for {answer.Name}",
            DnsEnd.Left => "ends here: no hosted zone here is for that name, and no other name server is asked",
            _ => $"SERVFAIL: other name servers would have to tell {answer.Name}, and none is asked",
        };
        return string.Join(" → ", steps.Append(end));
    }

    private static string Where(DnsAnswer answer) => answer.Zone is { } zone ? $"{(zone.IsPrivate ? "private " : "")}hosted zone {zone.Name}" : $"{ClusterZone.Name}";

    private static string Of(DnsAnswer answer) => answer.Answers[^1] is { Zone: null, Set.Key: { } key } ? $" ({key})" : "";

    private JsonObject Facts(DnsAnswer answer)
    {
        var facts = new JsonObject { ["question"] = question.Name.ToString(), ["type"] = question.Type.Name(), ["rcode"] = answer.Code.ToString() };
        if (server is not null) facts["server"] = server.ToString();
        if (transport is not null) facts["transport"] = transport;
        facts["answers"] = Texts(answer.End == DnsEnd.Found ? Values(answer) : []);
        if (answer.End == DnsEnd.Found && question.Type == RecordType.A) facts["declared"] = Texts(answer.Ordered(answer.Answers[^1].Set).Select(Declared));
        var chain = Chain(answer).Select(a => $"{a.Owner} → {a.Set.Values[0].Target}").ToList();
        if (chain.Count > 0) facts["cnames"] = Texts(chain);
        if (Ttl(answer) is { } ttl) facts["ttl"] = ttl;
        if (answer.Zone is { } zone)
        {
            facts["zone"] = zone.Name.ToString();
            facts["zoneId"] = zone.Id;
        }
        else if (answer.End != DnsEnd.Elsewhere)
        {
            facts["zone"] = (question.Name.IsWithin(ClusterZone.Name) ? ClusterZone.Name : ClusterZone.Reverse).ToString();
        }

        return facts;
    }

    // What the cluster calls an address that was answered.
    private string Declared(Rdata value) =>
        new IPAddress(value.Bytes) is var address && view.Cluster.Addresses.OwnerOf(address) is { } owner ? view.Cluster.Addresses.Of(owner).Declared.ToString() : value.Text;

    private IEnumerable<string> Values(DnsAnswer answer) =>
        answer.Answers.Where(a => question.Type == RecordType.ANY || a.Set.Type == question.Type).SelectMany(a => answer.Ordered(a.Set)).Select(v => v.Text);

    private IEnumerable<AnsweredSet> Chain(DnsAnswer answer) =>
        question.Type is RecordType.CNAME or RecordType.ANY ? [] : answer.Answers.Where(a => a.Set.Type == RecordType.CNAME);

    private static uint? Ttl(DnsAnswer answer)
    {
        var ttls = answer.Answers.Select(a => a.Set.Ttl);
        if (answer.Authority is { } authority) ttls = ttls.Append(authority.Set.Ttl);
        return ttls.Any() ? ttls.Min() : null;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => JsonValue.Create(t))]);
}
