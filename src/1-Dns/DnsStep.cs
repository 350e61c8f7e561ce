using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// A traveller with a name asks for its A records and goes on to the first address. What a resolver does in between (its cache, its own way from the
/// root) isn't part of the road. One whose client was told the address asks nobody.
/// </summary>
internal sealed class DnsStep(DnsServerAddress server, ITargetHealth? targets = null) : IRoadStep
{
    /// <inheritdoc/>
    public StepTaken? Take(Generation generation, Traveller traveller)
    {
        if (traveller is not { Name: { } written, Address: null }) return null;
        // An address in a URL is asked of nobody.
        if (IPAddress.TryParse(written.Trim('[', ']'), out var literal)) return new StepTaken([], At(generation, traveller, literal));
        if (traveller.Resolved is { } given) return new StepTaken([new GivenDecision(written, given)], At(generation, traveller, given));
        if (DomainName.Parse(written, out _) is not { } name) return null;

        var question = new DnsQuestion(name, RecordType.A);
        var snapshot = generation.Find<DnsSnapshot>() ?? DnsSnapshot.Empty;
        var decision = traveller.GivenBy<DnsDecision>(d => d.Question == question)
            ?? new DnsDecision(snapshot, question, Draw.Random(), server.EndPoint, null, snapshot.ReadHealth(targets, generation));
        var answer = decision.Decide();
        if (answer.End != DnsEnd.Found) return new StepTaken([decision], null);
        return new StepTaken([decision], At(generation, traveller, new IPAddress(answer.Ordered(answer.Answers[^1].Set).First().Bytes)));
    }

    private static Traveller At(Generation generation, Traveller traveller, IPAddress address)
    {
        var port = traveller.UrlPort ?? traveller.Request.HostPort ?? (traveller.Request.Scheme == "https" ? 443 : 80);
        return traveller with { Name = null, Address = generation.Addresses.BindAt(address, port) };
    }
}

/// <summary>A name that nobody is asked for.</summary>
internal sealed record GivenDecision(string Name, IPAddress Address) : IDecision
{
    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell()
    {
        yield return GivenAddress.Account(Name, [Address.ToString()]) with { Facts = new JsonObject { ["answers"] = new JsonArray(Address.ToString()) } };
    }
}
