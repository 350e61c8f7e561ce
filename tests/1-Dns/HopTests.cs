using System.Net;
using CsCheck;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dns.Tests;

/// <summary>The decision itself, its replay, and the step that <c>explain</c> takes with it. Answers as such are golden files.</summary>
public sealed class HopTests
{
    private static readonly string[] Labels = ["a", "b", "*"];

    private static readonly Gen<string> Names = Gen.OneOf(Labels).Array[1, 4].Select(labels => string.Join('.', labels));

    /// <summary>
    /// RFC 4592 section 3.3.1 and RFC 1034 section 4.3.2 said again over a set of strings: a name exists when an owner is it or ends with it; the wildcard under the
    /// longest existing ancestor stands in for what doesn't.
    /// </summary>
    [Fact]
    public void Existence_wildcards_and_no_data_agree_with_a_model_over_strings()
    {
        Gen.Select(Names.Array[0, 6], Names).Sample((owners, asked) =>
        {
            var text = string.Concat(owners.Distinct().Select(o => $"\n{o} 60 TXT \"{o}\""));
            var zones = TestZones.Valid($"zone z{text}");
            var answer = zones.Ask($"{asked}.z", RecordType.TXT).Decide();

            var exists = (string name) => name == "z" || owners.Any(o => $"{o}.z" == name || $"{o}.z".EndsWith($".{name}", StringComparison.Ordinal));
            var closest = $"{asked}.z";
            while (!exists(closest)) closest = closest[(closest.IndexOf('.', StringComparison.Ordinal) + 1)..];
            var source = closest == $"{asked}.z" ? closest : $"*.{closest}";
            var expected = owners.Any(o => $"{o}.z" == source) ? DnsEnd.Found : exists(source) ? DnsEnd.NoData : DnsEnd.NoName;

            Assert.Equal(expected, answer.End);
            if (expected == DnsEnd.Found) Assert.Equal($"\"{source[..^2]}\"", answer.Answers[0].Set.Values[0].Text);
        }, iter: 20_000);
    }

    [Fact]
    public void Values_come_in_every_order_equally_often_and_a_draw_gives_the_same_again()
    {
        var zones = TestZones.Valid("zone example.com\nthree 60 A 192.0.2.1 | 192.0.2.2 | 192.0.2.3");
        var counts = new Dictionary<string, int>();
        var random = new Random(7);
        for (var i = 0; i < 60_000; i++)
        {
            var order = Order((ulong)random.NextInt64(long.MinValue, long.MaxValue));
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        Assert.Equal(6, counts.Count);
        // 10,000 each; five standard deviations are about 460.
        Assert.All(counts.Values, c => Assert.InRange(c, 9_500, 10_500));
        Assert.Equal(Order(42), Order(42));

        string Order(ulong draw)
        {
            var answer = zones.Ask("three.example.com", RecordType.A, draw).Decide();
            return string.Join(' ', answer.Ordered(answer.Answers[0].Set).Select(v => v.Text));
        }
    }

    [Fact]
    public void A_decision_tells_the_order_that_was_sent()
    {
        var zones = TestZones.Valid("zone example.com\nthree 60 A 192.0.2.1 | 192.0.2.2 | 192.0.2.3");
        var buffer = new byte[DnsResponder.MaxUdp];
        var responder = new DnsResponder(new HostedZoneAnswers(new TestRoad { Current = zones.Generation }));
        for (var i = 0; i < 50; i++)
        {
            var length = responder.Respond(Query.For("three.example.com", RecordType.A), buffer, Query.Server, false, out var decision);

            var sent = ARSoft.Tools.Net.Dns.DnsMessage.Parse(buffer[..length]).AnswerRecords.Cast<ARSoft.Tools.Net.Dns.ARecord>().Select(r => r.Address.ToString());
            Assert.Equal(sent, Assert.Single(decision!.Tell()).Facts["answers"]!.AsArray().Select(a => (string?)a));
        }
    }

    [Fact]
    public void A_long_chain_of_cnames_ends()
    {
        var links = string.Concat(Enumerable.Range(0, 30).Select(i => $"\nc{i} 60 CNAME c{i + 1}.example.com"));
        var zones = TestZones.Valid($"zone example.com{links}\nc30 60 A 192.0.2.1");

        Assert.Equal(("dns.cname-loop", false), (zones.Tell("c0.example.com", RecordType.A).Outcome, zones.Tell("c0.example.com", RecordType.A).Ok));
        Assert.Equal(DnsHop.MaxChain, zones.Ask("c0.example.com", RecordType.A).Decide().Answers.Count);
        Assert.Equal(DnsEnd.Found, zones.Ask($"c{30 - DnsHop.MaxChain}.example.com", RecordType.A).Decide().End);
    }

    [Theory]
    [InlineData("https", null, 8443)]
    [InlineData("http", null, 8080)]
    [InlineData("https", 444, 8444)]
    [InlineData("https", 9443, 9443)]
    public void A_traveller_goes_on_to_the_first_address_and_the_bound_port(string scheme, int? port, int bound)
    {
        var zones = TestZones.Valid("loadbalancer edge\nzone example.com\napi - A alias {edge} elb");

        var taken = new DnsStep(new DnsServerAddress()).Take(zones.Generation, Traveller("API.example.com.", scheme, port))!;

        Assert.Equal((new IPEndPoint(IPAddress.Parse("127.18.0.1"), bound), null), (taken.Next!.Address, taken.Next.Name));
        var told = Assert.Single(Assert.Single(taken.Decisions).Tell());
        Assert.Equal((Hop.Dns, "example.com", true), (told.Hop, told.Name, told.Ok));
        // Nobody was asked: that isn't told as if somebody had been.
        Assert.False(told.Facts.ContainsKey("server") || told.Facts.ContainsKey("transport"));
    }

    [Theory]
    [InlineData("nope.example.com", "dns.nxdomain")]
    [InlineData("text.example.com", "dns.no-data")]
    [InlineData("example.org", "dns.refused")]
    [InlineData("out.example.com", "dns.cname-outside")]
    public void The_road_ends_without_an_address(string name, string outcome)
    {
        var zones = TestZones.Valid("zone example.com\ntext 60 TXT \"x\"\nout 60 CNAME example.net");

        var taken = new DnsStep(new DnsServerAddress()).Take(zones.Generation, Traveller(name, "https", null))!;

        Assert.Null(taken.Next);
        var told = Assert.Single(Assert.Single(taken.Decisions).Tell());
        Assert.Equal((outcome, false), (told.Outcome, told.Ok));
        Assert.NotEmpty(told.Reasons);
    }

    [Fact]
    public void A_recorded_decision_about_the_same_name_is_used_again()
    {
        var then = TestZones.Valid("zone example.com\napi 60 A 192.0.2.1");
        var now = TestZones.Valid("zone example.com\napi 60 A 192.0.2.2\nwww 60 A 192.0.2.3");
        var step = new DnsStep(new DnsServerAddress());
        var given = Traveller("api.example.com", "http", null) with { Given = [then.Ask("www.example.com", RecordType.A), then.Ask("api.example.com", RecordType.A)] };

        Assert.Equal("192.0.2.1:8080", step.Take(now.Generation, given)!.Next!.Address!.ToString());
        Assert.Equal("192.0.2.3:8080", step.Take(now.Generation, given with { Name = "www.example.com", Given = [] })!.Next!.Address!.ToString());
    }

    [Fact]
    public void Addresses_are_asked_of_nobody_and_other_places_are_none_of_this_step()
    {
        var zones = TestZones.Valid("zone example.com");
        var step = new DnsStep(new DnsServerAddress());
        var literal = step.Take(zones.Generation, Traveller("127.18.0.9", "https", null))!;

        Assert.Equal(("127.18.0.9:8443", 0), (literal.Next!.Address!.ToString(), literal.Decisions.Count));
        Assert.Equal("[::1]:8443", step.Take(zones.Generation, Traveller("[::1]", "https", null))!.Next!.Address!.ToString());
        Assert.Null(step.Take(zones.Generation, literal.Next));
        Assert.Null(step.Take(zones.Generation, Traveller("not..a.name", "https", null)));
        Assert.Equal("dns.refused", Assert.Single(step.Take(Generation.None, Traveller("example.com", "https", null))!.Decisions[0].Tell()).Outcome);
    }

    [Theory]
    [InlineData("api.example.com", "127.18.0.9", "127.18.0.9:8443")]
    [InlineData("not..a.name", "192.0.2.7", "192.0.2.7:8443")]
    public void A_name_whose_address_was_given_is_asked_of_nobody(string name, string address, string bound)
    {
        var zones = TestZones.Valid("zone example.com\napi 60 A 192.0.2.1");
        var taken = new DnsStep(new DnsServerAddress()).Take(zones.Generation, Traveller(name, "https", null) with { Resolved = IPAddress.Parse(address) })!;

        Assert.Equal(bound, taken.Next!.Address!.ToString());
        var told = Assert.Single(Assert.Single(taken.Decisions).Tell());
        Assert.Equal((Hop.Dns, name, true, $"nobody was asked: the client was told that {name} is {address}"), (told.Hop, told.Name, told.Ok, told.Decision));
        Assert.Equal(address, told.Facts["answers"]![0]!.ToString());
        Assert.False(told.Facts.ContainsKey("server"));
    }

    private static Traveller Traveller(string name, string scheme, int? port) => new()
    {
        Name = name,
        Request = new RequestFacts { Method = "GET", Scheme = scheme, Host = name, HostPort = port, Path = "/", Source = IPAddress.Loopback },
    };
}
