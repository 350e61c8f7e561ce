using Usher.Model.Journeys;
using Usher.Model.Road;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>TLS listeners as explain walks them, and what is told of them.</summary>
public sealed class TlsWalkTests
{
    [Fact]
    public void Https_goes_no_further_before_its_handshake_was_decided() => Assert.Null(Walk("https", secured: false));

    [Theory]
    [InlineData("TCP", "http")]
    [InlineData("TLS", "https")]
    public void What_was_decrypted_goes_on_in_the_plain_or_encrypted_again(string group, string scheme)
    {
        var next = Walk("https", secured: true, group)!.Next!;

        Assert.Equal((scheme, false, false), (next.Request.Scheme, next.Secured, next.NamesServer));
        Assert.Equal("127.18.1.1:30080", next.Address!.ToString());
    }

    [Fact]
    public void Plain_HTTP_ends_there()
    {
        var taken = Walk("http", secured: false)!;

        var account = Assert.Single(Assert.Single(taken.Decisions).Tell());
        Assert.Null(taken.Next);
        Assert.Equal((Hop.Tls, "tls.not-tls", false), (account.Hop, account.Outcome, account.Ok));
        Assert.Equal("handshake failed: the client speaks no TLS, and listener TLS:443 of net nothing else. Ask with https", account.Decision);
    }

    [Theory]
    [InlineData("TCP", "ELBSecurityPolicy-TLS13-1-2-2021-06", null)]
    [InlineData("TLS", "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-TLS13-1-0-2021-06")]
    [InlineData("TLS", "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-2016-08")]
    public void The_policies_are_told(string group, string policy, string? towards)
    {
        var account = Walk("https", secured: true, group, policy)!.Decisions.SelectMany(d => d.Tell()).Single();

        Assert.StartsWith("TLS:443 → target group web → i-0a1 10.0.1.10:30080", account.Decision, StringComparison.Ordinal);
        Assert.Equal(("TLS", policy, "HTTP2Only: h2"), (account.Facts["protocol"]!.ToString(), account.Facts["sslPolicy"]!.ToString(), account.Facts["alpnPolicy"]!.ToString()));
        Assert.Equal(towards, account.Facts["targetTlsPolicy"]?.ToString());
    }

    private static StepTaken? Walk(string scheme, bool secured, string group = "TCP", string policy = "ELBSecurityPolicy-TLS13-1-2-2021-06")
    {
        var generation = new Edge().Network().NetworkGroup("web", ["i-0a1"], group).TlsListener(443, Forward("web"), "HTTP2Only", policy).CompileValid();
        var snapshot = generation.Get<LoadBalancerSnapshot>();
        var table = new TargetTable(TimeProvider.System);
        table.Prepare(snapshot.TargetGroups);
        return new NetworkStep(table).Take(generation, new Traveller { Request = Ask.For($"GET {scheme}://a.example.com/"), Address = snapshot.NetworkListeners[0].Bound, Secured = secured });
    }
}
