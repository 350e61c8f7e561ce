using System.Text.Json;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Journey.Tests;

/// <summary>
/// An explanation can't disagree with what runs: each request is sent for real, and then explained from the same starting point with the state
/// and the draws that were recorded on its way.
/// </summary>
public sealed class AgreementTests(AgreementRoad road) : IClassFixture<AgreementRoad>
{
    public static TheoryData<string> Names => [.. AgreementCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_explained_is_what_happened(string name)
    {
        var request = AgreementCases.All[name];

        var sent = await road.SendAsync(request);
        var explained = road.Explain(request, sent.Recorded);

        Assert.Equal(request.Status, sent.Status);
        // Decision by decision: hop, words, facts, reasons.
        Assert.Equal(Accounts(sent.Recorded, sent.Pod), Accounts(explained.Decisions, null));
        if (sent.Journey is not { } journey)
        {
            Assert.Equal("dns", request.AnsweredBy);
            return;
        }

        // And as it is printed.
        var told = explained.Journey;
        Assert.Equal(
            journey.Hops.Where(h => h.Hop is not (Hop.Response or Hop.Application)).Select(Line).Where(l => !l.StartsWith("Dns", StringComparison.Ordinal)),
            told.Hops.Select(Line).Where(l => !l.StartsWith("Dns", StringComparison.Ordinal)));
        foreach (var hop in told.Hops.Where(h => h.Hop != Hop.Dns)) FactsAreIn(journey.Hops.First(h => h.Hop == hop.Hop && h.At == hop.At).Facts, hop);
        Assert.Equal(sent.Status, told.Status);
        Assert.Equal(journey.AnsweredBy, told.AnsweredBy);
        Assert.Equal(journey.Outcome, told.Outcome);
        Assert.Equal(request.AnsweredBy, journey.AnsweredBy == "pod" ? Application(journey) : journey.AnsweredBy);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_decided_without_a_draw_is_the_same_before_it_is_sent(string name)
    {
        var request = AgreementCases.All[name];

        var before = Accounts(road.Explain(request, []).Decisions);
        var sent = Accounts((await road.SendAsync(request)).Recorded);

        Assert.Equal(Facts(sent, Hop.Dns, "rcode"), Facts(before, Hop.Dns, "rcode"));
        // The draw puts several addresses into an order.
        Assert.Equal(Answers(sent), Answers(before));
        Assert.Equal(Facts(sent, Hop.Tls, "certificateArn", "matched"), Facts(before, Hop.Tls, "certificateArn", "matched"));
        Assert.Equal(Facts(sent, Hop.LoadBalancer, "listenerArn", "ruleArn", "action"), Facts(before, Hop.LoadBalancer, "listenerArn", "ruleArn", "action"));
        // Of two target groups by weight, another may have been drawn.
        if (Facts(sent, Hop.LoadBalancer, "targetGroup") != Facts(before, Hop.LoadBalancer, "targetGroup"))
        {
            Assert.Contains("X-Canary", name, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(Facts(sent, Hop.Node, "nodePort"), Facts(before, Hop.Node, "nodePort"));
        Assert.Equal(Facts(sent, Hop.Ingress, "ingress", "ruleHost", "rulePath", "service"), Facts(before, Hop.Ingress, "ingress", "ruleHost", "rulePath", "service"));
    }

    [Fact]
    public async Task A_recorded_decision_tells_the_same_however_often_it_is_asked()
    {
        var cases = AgreementCases.All.Values.ToList();
        var first = await Task.WhenAll(cases.Take(20).Select(road.SendAsync));
        var told = first.Select(s => Accounts(s.Recorded)).ToList();

        // The living state moves on: turns are taken, connections are kept, affinities are remembered.
        await Task.WhenAll(cases.Select(road.SendAsync));

        Assert.Equal(told.Select(Words), first.Select(s => Words(Accounts(s.Recorded))));
        var records = road.Log.NewestFirst().Where(r => r.Decision is not null).ToList();
        Assert.True(records.Count > cases.Count);
        foreach (var decision in records.SelectMany(r => new[] { r.Decision, r.Via?.Decision }).OfType<IDecision>())
        {
            Assert.Equal(Words(Accounts([decision])), Words(Accounts([decision])));
        }
    }

    private static List<HopAccount> Accounts(IEnumerable<IDecision> decisions) => [.. decisions.SelectMany(d => d.Tell())];

    private static string Accounts(IEnumerable<IDecision> decisions, HopAccount? last) => Words(last is null ? Accounts(decisions) : [.. Accounts(decisions), last]);

    private static string Words(IEnumerable<HopAccount> accounts) => string.Join('\n', accounts.Select(a =>
        $"{a.Hop} {a.Name} | {a.Decision} | {a.Ok} {a.Outcome} | {a.Facts.ToJsonString()} | {JsonSerializer.Serialize(a.Reasons)}"));

    private static string Line(HopReport hop) => $"{hop.Hop} {hop.At} {hop.Name} | {hop.Decision} | {hop.Ok}";

    private static string Facts(IEnumerable<HopAccount> accounts, Hop hop, params string[] names) =>
        accounts.FirstOrDefault(a => a.Hop == hop) is { } account ? string.Join(' ', names.Select(n => $"{n}={account.Facts[n]?.ToJsonString()}")) : "";

    private static IEnumerable<string> Answers(IEnumerable<HopAccount> accounts) =>
        accounts.FirstOrDefault(a => a.Hop == Hop.Dns)?.Facts["answers"]?.AsArray().Select(a => (string)a!).Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>();

    private static void FactsAreIn(JsonObject recorded, HopReport explained)
    {
        foreach (var (name, value) in explained.Facts)
        {
            Assert.True(JsonNode.DeepEquals(recorded[name], value), $"{explained.Hop} {name}: {recorded[name]?.ToJsonString()} happened, {value?.ToJsonString()} is explained");
        }
    }

    private static string Application(Model.Journeys.Journey journey)
    {
        var pod = journey.Hops.First(h => h.Hop == Hop.Pod).Facts["pod"]!.GetValue<string>();
        return pod[..pod.IndexOf('-', StringComparison.Ordinal)];
    }
}
