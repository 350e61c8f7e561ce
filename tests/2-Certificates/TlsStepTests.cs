using System.Net;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Certificates.Tests;

public sealed class TlsStepTests
{
    private static readonly Generation Generation = new Road()
        .Certificate("api", "api.example.com").Certificate("wild", "*.example.com", algorithm: "EC_prime256v1")
        .Https(443, "api", "wild").Listener("HTTP", 80).CompileValid();

    [Theory]
    [InlineData("https", "127.18.0.1:8443", "www.example.com", true)]
    [InlineData("http", "127.18.0.1:8443", "www.example.com", false)]
    [InlineData("https", "127.18.0.1:443", "www.example.com", false)]  // the declared port is not the bound one
    [InlineData("https", "127.18.0.2:8443", "www.example.com", false)]
    [InlineData("https", null, "www.example.com", false)]
    public void Takes_https_at_a_listener(string scheme, string? address, string host, bool taken)
    {
        var traveller = At(address, host, scheme);
        var step = new TlsStep(new LeafStore(), TimeProvider.System).Take(Generation, traveller);

        Assert.Equal(taken, step is not null);
        if (step is not null) Assert.Equal(traveller with { Secured = true }, step.Next);
        Assert.Null(new TlsStep(new LeafStore(), TimeProvider.System).Take(Generation, traveller with { Secured = true }));
    }

    [Fact]
    public void A_listener_shows_the_same_certificate_at_each_node_of_its_load_balancer()
    {
        var generation = new Road().Zones("us-east-1a", "us-east-1b").Certificate("api", "api.example.com").Https(443, "api").CompileValid();

        Assert.Equal(
            ["api.example.com", "api.example.com"],
            new[] { "127.18.0.1:8443", "127.18.0.2:8443" }.Select(a => new TlsStep(new LeafStore(), TimeProvider.System).Take(generation, At(a, "api.example.com", "https"))!)
                .Select(s => Assert.Single(Assert.Single(s.Decisions).Tell()).Name));
        Assert.Null(new TlsStep(new LeafStore(), TimeProvider.System).Take(generation, At("127.18.0.3:8443", "api.example.com", "https")));
    }

    [Fact]
    public void Tells_the_certificate()
    {
        var account = Tell("127.18.0.1:8443", "www.example.com", out _);

        Assert.Equal((Hop.Tls, "*.example.com", true, null), (account.Hop, account.Name, account.Ok, account.Outcome));
        Assert.Equal("certificate *.example.com for SNI www.example.com, wildcard *.example.com of 2", account.Decision);
        Assert.Equal(
            $$"""{"sni":"www.example.com","listenerArn":"{{Road.ListenerArn(443)}}","certificateArn":"{{Road.Arn("wild")}}","names":["*.example.com"],"matched":"wildcard","isDefault":false,"keyAlgorithm":"EC_prime256v1","type":"AMAZON_ISSUED"}""",
            account.Facts.ToJsonString());
        Assert.Equal(2, account.Reasons.Count);
    }

    [Theory]
    [InlineData("api.example.com", "certificate *.example.com for SNI api.example.com, wildcard *.example.com of 2")]
    [InlineData("127.18.0.1", "certificate api.example.com without SNI, default of 2")]
    [InlineData("[::1]", "certificate api.example.com without SNI, default of 2")]
    [InlineData("", "certificate api.example.com without SNI, default of 2")]
    public void Says_it_in_one_line(string host, string decision) =>
        Assert.Equal(decision, Tell("127.18.0.1:8443", host, out _).Decision);

    [Theory]
    [InlineData("", "the listener's spec.certificates")]
    [InlineData("Service shop/web", "the annotation service.beta.kubernetes.io/aws-load-balancer-ssl-cert of Service shop/web")]
    [InlineData("Ingress shop/web", "the annotation alb.ingress.kubernetes.io/certificate-arn of Ingress shop/web")]
    [InlineData("Ingress a/a, Ingress b/b, Ingress c/c, Ingress d/d", "the annotation alb.ingress.kubernetes.io/certificate-arn of an Ingress of its group: Ingress a/a, Ingress b/b, Ingress c/c and 1 more")]
    public void The_way_out_of_a_mismatch_is_where_the_certificates_are_named(string madeOf, string named)
    {
        var generation = new Road().MadeOf(madeOf).Certificate("api", "api.example.com").Https(443, "api").CompileValid();

        var step = new TlsStep(new LeafStore(), TimeProvider.System).Take(generation, At("127.18.0.1:8443", "other.org", "https"));

        Assert.EndsWith($"and that to {named}", (string?)step!.Decisions.Single().Tell().Single().Facts["problem"], StringComparison.Ordinal);
    }

    [Fact]
    public void Nor_is_it_a_listener_that_nobody_wrote()
    {
        var generation = new Road { Writer = Origin.Derived }.Certificate("api", "api.example.com").Https(443, "api").CompileValid();

        var step = new TlsStep(new LeafStore(), TimeProvider.System).Take(generation, At("127.18.0.1:8443", "other.org", "https"));

        Assert.EndsWith("and that to the annotation alb.ingress.kubernetes.io/certificate-arn of its Ingress", (string?)step!.Decisions.Single().Tell().Single().Facts["problem"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_nothing_covers_is_a_mismatch_with_the_way_out()
    {
        var account = Tell("127.18.0.1:8443", "other.org", out var step);

        Assert.Equal((false, "tls.name-mismatch"), (account.Ok, account.Outcome));
        Assert.Equal("certificate api.example.com for SNI other.org, default of 2, which doesn't have that name", account.Decision);
        Assert.Equal("default", (string?)account.Facts["matched"]);
        Assert.Contains("Add other.org to a Certificate (spec.domainName or spec.subjectAlternativeNames)", (string?)account.Facts["problem"], StringComparison.Ordinal);
        Assert.NotNull(step.Next); // the load balancer goes on; it is the client that refuses
    }

    [Fact]
    public void An_http_listener_ends_the_road()
    {
        var account = Tell("127.18.0.1:8080", "api.example.com", out var step);

        Assert.Null(step.Next);
        Assert.Equal((Hop.Tls, "edge HTTP:80", false, "tls.not-https"), (account.Hop, account.Name, account.Ok, account.Outcome));
        Assert.Contains("ask for http:// there", account.Decision, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recorded_decision_is_decided_with_its_own_facts()
    {
        var step = new TlsStep(new LeafStore(), TimeProvider.System);
        var recorded = step.Take(Generation, At("127.18.0.1:8443", "other.org"))!.Decisions;
        var again = step.Take(Generation, At("127.18.0.1:8443", "www.example.com") with { Given = recorded })!;

        Assert.Equal("other.org", (string?)again.Decisions.Single().Tell().Single().Facts["sni"]);
    }

    private static HopAccount Tell(string address, string host, out StepTaken step)
    {
        step = new TlsStep(new LeafStore(), TimeProvider.System).Take(Generation, At(address, host))!;
        return step.Decisions.Single().Tell().Single();
    }

    private static Traveller At(string? address, string host, string scheme = "https") => new()
    {
        Request = new RequestFacts { Method = "GET", Scheme = scheme, Host = host, Path = "/", Source = IPAddress.Loopback },
        Address = address is null ? null : IPEndPoint.Parse(address),
    };
}
