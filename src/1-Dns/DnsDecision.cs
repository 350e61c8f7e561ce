using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>A question and everything that its answer was decided from. Tells by deciding again.</summary>
/// <param name="snapshot">The zones that were read.</param>
/// <param name="question">What was asked.</param>
/// <param name="draw">The draw that ordered the values.</param>
/// <param name="server">Who was asked; null when nobody was, in an explanation of files.</param>
/// <param name="transport"><c>udp</c> or <c>tcp</c>; null in an explanation.</param>
/// <param name="health">The targets' health; null when everything counts as healthy.</param>
internal sealed class DnsDecision(DnsSnapshot snapshot, DnsQuestion question, Draw draw, IPEndPoint? server, string? transport, HealthReading? health = null) : IDecision
{
    /// <summary>What was asked.</summary>
    public DnsQuestion Question => question;

    /// <summary>The answer, decided again.</summary>
    public DnsAnswer Decide() => DnsHop.Decide(snapshot, question, draw, default(NoReasons), health);

    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell()
    {
        var reasons = new ReasonList();
        var answer = DnsHop.Decide(snapshot, question, draw, reasons, health);
        var outcome = Outcome(answer);
        yield return new HopAccount(Hop.Dns, (AskedZone(answer)?.Name ?? question.Name).ToString(), $"{question} → {Words(answer)}")
        {
            Facts = Facts(answer),
            Reasons = reasons.All,
            Ok = outcome is null,
            Outcome = outcome,
        };
    }

    /// <summary>The code of a failure. That a name has no AAAA is none: a client then takes the A.</summary>
    private string? Outcome(DnsAnswer answer) => answer.End switch
    {
        DnsEnd.NoZone => "dns.refused",
        DnsEnd.NoName => "dns.nxdomain",
        DnsEnd.Loop => "dns.cname-loop",
        DnsEnd.Left => "dns.cname-outside",
        DnsEnd.Delegated => "dns.delegated",
        DnsEnd.NoData when question.Type == RecordType.A => "dns.no-data",
        _ => null,
    };

    private string Words(DnsAnswer answer)
    {
        var steps = answer.Answers.Where(a => a.Set.Type == RecordType.CNAME && question.Type is not (RecordType.CNAME or RecordType.ANY))
            .Select(a => $"CNAME {a.Set.Values[0].Target}{Notes(a)}");
        return string.Join(" → ", steps.Append(End(answer)));
    }

    private string End(DnsAnswer answer)
    {
        var zone = answer.Zone is null ? "" : answer.Zone.OfLoadBalancers ? answer.Zone.Name.ToString() : $"hosted zone {answer.Zone.Name}";
        return answer.End switch
        {
            DnsEnd.Found => Found(answer),
            DnsEnd.NoName when answer.Zone!.OfLoadBalancers => $"NXDOMAIN: no load balancer here has the name {answer.Name}",
            DnsEnd.NoName => $"NXDOMAIN: {zone} has neither this name nor a wildcard for it",
            DnsEnd.NoData => $"no data: {NoData(answer)}",
            DnsEnd.NoZone => "REFUSED: no hosted zone here is for this name",
            DnsEnd.Left => "ends here: no hosted zone here is for that name, a resolver asks elsewhere",
            DnsEnd.Loop => $"ends here: CNAMEs lead in a circle or through more than {DnsHop.MaxChain} names",
            _ => $"referral: {answer.Authority!.Value.Owner} is delegated to {string.Join(", ", answer.Authority.Value.Set.Values.Select(v => v.Text))}",
        };
    }

    private string Found(DnsAnswer answer)
    {
        var records = Found(answer.Answers).ToList();
        var values = records.SelectMany(r => answer.Ordered(r.Set).Select(v => question.Type == RecordType.ANY ? $"{r.Set.Type.Name()} {v.Text}" : v.Text));
        return $"{string.Join(", ", values)}{(question.Type == RecordType.ANY ? "" : Notes(records[0]))}, TTL {Ttl(answer)}";
    }

    private static string Notes(AnsweredSet answered)
    {
        var notes = new List<string>();
        if (answered.Wildcard is { } wildcard) notes.Add($"by {wildcard}");
        if (answered.Set.Chosen is { Kind: not RoutingKind.Multivalue } chosen) notes.Add($"'{chosen.SetIdentifier}' of {chosen.Name} routing");
        if (answered.Set.Aliases.Length > 0) notes.Add($"alias of {string.Join(" → ", answered.Set.Aliases)}");
        if (answered.Set.MadeFor is { } owner) notes.Add($"made by external-dns for {owner}");
        return notes.Count > 0 ? $" ({string.Join(", ", notes)})" : "";
    }

    /// <summary>The zone of the name that was asked; CNAMEs may have led to another.</summary>
    private static Zone? AskedZone(DnsAnswer answer) => answer.Answers.Count > 0 ? answer.Answers[0].Zone : answer.Zone;

    private string NoData(DnsAnswer answer)
    {
        // What there is instead is asked of the zone, as the answer doesn't hold it.
        var node = answer.Zone!.Find((answer.Wildcard ?? answer.Name).Wire)!;
        if (node.Sets.Length == 0) return $"{node.Name} exists only because names below it do";
        if (node.Find(question.Type) is { Members.Length: > 0 }) return "the record set that was chosen is an alias of a load balancer, which has IPv4 addresses only";
        var aliases = node.Find(question.Type)?.Aliases ?? [];
        return aliases.Length > 0 ? $"it is an alias of {string.Join(" → ", aliases)}, which has IPv4 addresses only" : $"{node.Name} has {string.Join(" and ", node.Sets.Select(s => s.Type.Name()))}";
    }

    private JsonObject Facts(DnsAnswer answer)
    {
        var found = Found(answer.Answers).ToList();
        var facts = new JsonObject { ["question"] = question.Name.ToString(), ["type"] = question.Type.Name(), ["rcode"] = answer.Code.ToString() };
        if (server is not null) facts["server"] = server.ToString();
        if (transport is not null) facts["transport"] = transport;
        facts["answers"] = new JsonArray([.. found.SelectMany(f => answer.Ordered(f.Set)).Select(v => JsonValue.Create(v.Text))]);
        var chain = answer.Answers.Take(answer.Answers.Count - found.Count).Select(a => $"{a.Owner} → {a.Set.Values[0].Target}").ToList();
        if (chain.Count > 0) facts["cnames"] = new JsonArray([.. chain.Select(c => JsonValue.Create(c))]);
        if (Ttl(answer) is { } ttl) facts["ttl"] = ttl;
        if (AskedZone(answer) is { } zone)
        {
            facts["zone"] = zone.Name.ToString();
            facts["zoneId"] = zone.Id;
        }

        if ((answer.Wildcard ?? answer.Answers.Select(a => a.Wildcard).FirstOrDefault(w => w is not null)) is { } wildcard) facts["wildcard"] = wildcard.ToString();
        if (answer.Answers.Select(a => a.Set.MadeFor).FirstOrDefault(o => o is not null) is { } owner) facts["externalDns"] = owner.ToString();
        if (found.SelectMany(f => f.Set.Aliases).LastOrDefault() is { } alias) facts["aliasTarget"] = alias.ToString();
        if (found.SelectMany(f => f.Set.LeftOut).Select(z => z.Zone).Distinct().ToList() is { Count: > 0 } unhealthy)
        {
            facts["unhealthyZones"] = new JsonArray([.. unhealthy.Select(z => JsonValue.Create(z))]);
        }

        if (answer.Answers.Select(a => a.Set.Chosen).FirstOrDefault(c => c is not null) is { } chosen)
        {
            facts["routing"] = chosen.Name;
            if (chosen.Kind != RoutingKind.Multivalue) facts["setIdentifier"] = chosen.SetIdentifier;
            if (chosen.Kind == RoutingKind.Weighted) facts["weight"] = chosen.Weight;
        }

        return facts;
    }

    private IEnumerable<AnsweredSet> Found(IEnumerable<AnsweredSet> answers) => answers.Where(a => question.Type == RecordType.ANY || a.Set.Type == question.Type);

    /// <summary>How long the answer may be kept: the lowest TTL of its records, or that of the SOA of a negative one; null for none.</summary>
    private static uint? Ttl(DnsAnswer answer) =>
        answer.End is DnsEnd.NoData or DnsEnd.NoName ? answer.Answers.Select(a => a.Set.Ttl).Append(answer.Authority!.Value.Set.Ttl).Min()
        : answer.Answers.Count > 0 ? answer.Answers.Min(a => a.Set.Ttl)
        : null;
}
