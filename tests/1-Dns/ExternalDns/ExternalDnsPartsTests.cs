using System.Text.RegularExpressions;
using k8s.Models;
using Usher.Tests;

namespace Usher.Dns.Tests;

public sealed class ExternalDnsPartsTests
{
    [Theory]
    [InlineData("example.com", "", "example.com", true)]
    [InlineData("example.com", "", "www.example.com.", true)]
    [InlineData("example.com", "", "myexample.com", false)]
    [InlineData(".example.com", "", "example.com", false)]
    [InlineData(".example.com", "", "www.example.com", true)]
    [InlineData("Example.COM.", "", "WWW.example.com", true)]
    [InlineData("", "", "anything.net", true)]
    [InlineData("example.com", "x.example.com", "www.x.example.com", false)]
    [InlineData("example.com", "x.example.com", "www.example.com", true)]
    public void A_domain_filter_takes_a_domain_and_what_is_below_it(string include, string exclude, string domain, bool matches) =>
        Assert.Equal(matches, new DomainFilter([include], exclude.Length == 0 ? [] : [exclude]).Matches(domain));

    [Fact]
    public void A_regular_expression_stands_in_the_place_of_domains()
    {
        var filter = new DomainFilter(["other.net"], [], new Regex(@"\.example\.com$"), new Regex("^secret"));

        Assert.True(filter.Matches("www.example.com"));
        Assert.False(filter.Matches("other.net"));
        Assert.False(filter.Matches("secret.example.com"));
    }

    [Theory]
    [InlineData("a.b.example.com", "example.com", true)]
    [InlineData("a.b.example.com", "a.b.example.com", false)]
    [InlineData(".a.example.com", "example.com", false)]
    public void The_parent_of_a_domain_counts_when_it_is_asked_for(string include, string zone, bool matches) => Assert.Equal(matches, new DomainFilter([include], []).MatchesParent(zone));

    [Theory]
    [InlineData("a=b", true)]
    [InlineData("a==b,c", true)]
    [InlineData("a!=x", true)]
    [InlineData("!d", true)]
    [InlineData("a in (x, b)", true)]
    [InlineData("a notin (x, b)", false)]
    [InlineData("d notin (x)", true)]
    [InlineData("d=b", false)]
    [InlineData("example.com/team=one", true)]
    [InlineData("c, a = b", true)]
    public void A_selector_is_read_as_kubectl_reads_it(string text, bool matches) =>
        Assert.Equal(matches, SelectorText.Parse(text)!.Matches(new Dictionary<string, string> { ["a"] = "b", ["c"] = "", ["example.com/team"] = "one" }));

    [Theory]
    [InlineData("a=b=c")]
    [InlineData("a in x")]
    [InlineData("a,")]
    [InlineData("=b")]
    [InlineData("a b")]
    public void What_is_no_selector_is_none(string text) => Assert.Null(SelectorText.Parse(text));

    [Theory]
    [InlineData("60", 60)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5s", 1)]
    [InlineData("1500ms", 1)]
    [InlineData("-10s", -10)]
    [InlineData("soon", null)]
    [InlineData("10 s", null)]
    [InlineData("", null)]
    public void Durations_are_Gos(string text, int? seconds) => Assert.Equal(seconds, GoDuration.Seconds(text));

    [Theory]
    [InlineData("{{.Name}}.example.com", "web.example.com")]
    [InlineData("{{ .Name }}.{{.Namespace}}.example.com, {{.Labels.app}}.example.org", "web.shop.example.com|front.example.org")]
    [InlineData("""{{index .Annotations "a/b"}}.example.com""", "c.example.com")]
    [InlineData("{{.Kind}}.example.com", "Ingress.example.com")]
    public void A_simple_template_is_filled_in(string template, string names)
    {
        var metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "shop", Labels = new Dictionary<string, string> { ["app"] = "front" }, Annotations = new Dictionary<string, string> { ["a/b"] = "c" } };

        Assert.Equal(names.Split('|'), FqdnTemplate.Parse(template)!.Names(metadata, "Ingress"));
    }

    [Theory]
    [InlineData("{{range .Spec.Rules}}x{{end}}")]
    [InlineData("{{.Name")]
    [InlineData("{{ toLower .Name }}.example.com")]
    public void Any_other_template_is_none(string template) => Assert.Null(FqdnTemplate.Parse(template));

    [Theory]
    [InlineData("", "", "", "", "www.example.com", "A", "a-www.example.com")]
    [InlineData("", "", "", "", "example.com", "CNAME", "cname-example.com")]
    [InlineData("", "", "", "example.com", "example.com", "A", "a-example.com.example.com")]
    [InlineData("", "", "", "example.com", "a.b.example.com", "AAAA", "aaaa-a.b.example.com")]
    [InlineData("reg.", "", "", "", "www.example.com", "A", "reg.a-www.example.com")]
    [InlineData("", "-owner", "", "", "www.example.com", "A", "a-www-owner.example.com")]
    [InlineData("%{record_type}.reg-", "", "", "", "www.example.com", "A", "a.reg-www.example.com")]
    [InlineData("", "", "any", "", "*.example.com", "A", "a-any.example.com")]
    public void The_registrys_names_are_external_dnss(string prefix, string suffix, string wildcard, string domain, string name, string type, string txt) =>
        Assert.Equal(txt, new TxtRegistry(prefix, suffix, wildcard, domain.Length == 0 ? [] : [domain]).Name(name, type));

    [Theory]
    [InlineData("shop-1.us-east-1.elb.amazonaws.com", true)]
    [InlineData("shop-1.elb.eu-west-1.amazonaws.com", true)]
    [InlineData("d1.cloudfront.net", true)]
    [InlineData("elb.example.com", false)]
    [InlineData("bucket.s3.amazonaws.com", false)]
    public void Aliases_are_made_of_AWSs_names(string name, bool alias) => Assert.Equal(alias, Route53Endpoints.IsAwsName(name));

    [Fact]
    public void The_page_lists_every_annotation_and_every_flag_that_is_carried_out()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs/external-dns.md"));

        Assert.All(DnsAnnotationTable.Names, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
        Assert.All(ExternalDnsFlags.Applied, name => Assert.Contains($"`--{name}`", page, StringComparison.Ordinal));
    }
}
