using Usher.Ingress.Gateways;
using Usher.Model.Road;
using static Usher.Ingress.Tests.Gateways.GatewayCluster;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>What filters make of requests, in tables.</summary>
public sealed class GatewayFilterTests
{
    [Theory]
    // Gateway API, HTTPPathModifier, the table of ReplacePrefixMatch.
    [InlineData("/foo", "/xyz", "/foo/bar", "/xyz/bar")]
    [InlineData("/foo", "/xyz/", "/foo/bar", "/xyz/bar")]
    [InlineData("/foo/", "/xyz", "/foo/bar", "/xyz/bar")]
    [InlineData("/foo/", "/xyz/", "/foo/bar", "/xyz/bar")]
    [InlineData("/foo", "/xyz", "/foo", "/xyz")]
    [InlineData("/foo", "/xyz", "/foo/", "/xyz/")]
    [InlineData("/foo", "", "/foo/bar", "/bar")]
    [InlineData("/foo", "", "/foo/", "/")]
    [InlineData("/foo", "", "/foo", "/")]
    [InlineData("/foo", "/", "/foo/", "/")]
    [InlineData("/foo", "/", "/foo", "/")]
    [InlineData("/foo", "/", "/foo/bar", "/bar")]
    [InlineData("/", "/xyz", "/bar", "/xyz/bar")]
    // What follows the prefix goes on as it came, however the prefix was written.
    [InlineData("/my%20foo", "/xyz", "/my%20foo/a%20b", "/xyz/a%20b")]
    [InlineData("/foo", "/xyz", "//f%6fo/a//b", "/xyz/a//b")]
    [InlineData("/foo", "/xyz", "/foo/../foo/bar", "/xyz/bar")]
    [InlineData("/foo", "/xyz", "/f%6fo/", "/xyz/")]
    // An encoded slash ends the prefix too: what was matched goes on, encoded again.
    [InlineData("/foo", "/xyz", "/foo%2Fbar", "/xyz/bar")]
    [InlineData("/foo", "/xyz", "/foo%2fa%20b%3F%25/c%2Fd", "/xyz/a%20b%3F%25/c/d")]
    [InlineData("/foo", "/", "/foo%2F", "/")]
    [InlineData("/foo", "/xyz", "/foo/../foo%2Fbar", "/xyz/bar")]
    [InlineData("/foo", "/xyz", "/foo/a%2Fb", "/xyz/a%2Fb")]
    public void A_prefix_is_replaced(string match, string replacement, string path, string wanted)
    {
        var cluster = Filtered($"{{ type: URLRewrite, urlRewrite: {{ path: {{ type: ReplacePrefixMatch, replacePrefixMatch: \"{replacement}\" }} }} }}", Path("PathPrefix", match));

        Assert.Equal($"a {wanted}", cluster.Ask($"GET http://a.com{path}"));
        Assert.Equal($"a {wanted}?x=1", cluster.Ask($"GET http://a.com{path}?x=1"));
    }

    [Theory]
    [InlineData("scheme: https, statusCode: 301", "http://a.com/x?y=1", "301 https://a.com/x?y=1")]
    [InlineData("hostname: b.com", "http://a.com/x", "302 http://b.com/x")]
    [InlineData("port: 8080", "http://a.com/x", "302 http://a.com:8080/x")]
    [InlineData("scheme: https, port: 443", "http://a.com/x", "302 https://a.com/x")]
    [InlineData("scheme: https, port: 8443, statusCode: 308", "http://a.com/x", "308 https://a.com:8443/x")]
    [InlineData("path: { type: ReplaceFullPath, replaceFullPath: /new }, statusCode: 303", "http://a.com/x?y=1", "303 http://a.com/new?y=1")]
    [InlineData("path: { type: ReplacePrefixMatch, replacePrefixMatch: /new }, statusCode: 307", "http://a.com/x", "307 http://a.com/new/x")]
    public void A_redirect(string filter, string url, string wanted)
    {
        var cluster = new GatewayCluster(Gateway("{ name: http, protocol: HTTP, port: 80 }") + Route("a", $"rules: [{{ filters: [{{ type: RequestRedirect, requestRedirect: {{ {filter} }} }}] }}]")).Valid();

        Assert.Equal(wanted, cluster.Ask($"GET {url}"));
    }

    [Fact]
    public void A_redirect_that_takes_the_prefix_away_leads_elsewhere_after_an_encoded_slash_too()
    {
        var cluster = Filtered("{ type: RequestRedirect, requestRedirect: { path: { type: ReplacePrefixMatch, replacePrefixMatch: / } } }", Path("PathPrefix", "/pre"), served: false);

        Assert.Equal("302 http://a.com/q?x=1", cluster.Ask("GET http://a.com/pre%2Fq?x=1"));
    }

    [Fact]
    public void A_redirect_at_another_port_keeps_it_unless_the_scheme_changes()
    {
        var cluster = new GatewayCluster(Gateway("{ name: http, protocol: HTTP, port: 8080 }") + Route("a", "rules: [{ filters: [{ type: RequestRedirect, requestRedirect: { hostname: b.com } }] }, { matches: [{ path: { value: /s } }], filters: [{ type: RequestRedirect, requestRedirect: { scheme: https } }] }]")).Valid();

        Assert.Equal("302 http://b.com:8080/x", cluster.Ask("GET http://a.com:8080/x", port: 8080));
        Assert.Equal("302 https://a.com/s", cluster.Ask("GET http://a.com:8080/s", port: 8080));
    }

    [Theory]
    [InlineData("https://www.foo.com", false, "Access-Control-Allow-Origin: https://www.foo.com|Vary: Origin|Access-Control-Allow-Methods: GET, POST|Access-Control-Allow-Headers: x-one|Access-Control-Max-Age: 60")]
    [InlineData("https://a.b.bar.com", false, "Access-Control-Allow-Origin: https://a.b.bar.com|Vary: Origin|Access-Control-Allow-Methods: GET, POST|Access-Control-Allow-Headers: x-one|Access-Control-Max-Age: 60")]
    [InlineData("https://bar.com", false, "")]
    [InlineData("http://www.foo.com", false, "")]
    [InlineData("https://www.foo.com", true, "Access-Control-Allow-Origin: https://www.foo.com|Access-Control-Allow-Credentials: true|Vary: Origin|Access-Control-Allow-Methods: GET, POST|Access-Control-Allow-Headers: x-one|Access-Control-Max-Age: 60")]
    public void A_preflight(string origin, bool credentials, string wanted)
    {
        var cors = new CorsFilter(["https://www.foo.com", "https://*.bar.com"], ["GET", "POST"], ["x-one"], [], credentials, 60);

        Assert.Equal(wanted, string.Join('|', cors.Preflight(Preflight(origin, "GET", "x-one")).Select(h => $"{h.Key}: {h.Value}")));
    }

    [Fact]
    public void With_credentials_a_star_names_what_was_asked_for()
    {
        var cors = new CorsFilter(["*"], ["*"], ["*"], ["*"], credentials: true, 5);

        Assert.Equal(
            "Access-Control-Allow-Origin: https://x.org|Access-Control-Allow-Credentials: true|Vary: Origin|Access-Control-Allow-Methods: PUT|Access-Control-Allow-Headers: x-two, x-three|Access-Control-Max-Age: 5",
            string.Join('|', cors.Preflight(Preflight("https://x.org", "PUT", "x-two, x-three")).Select(h => $"{h.Key}: {h.Value}")));
        Assert.DoesNotContain(cors.Response(Preflight("https://x.org", "PUT", "")), h => h.Key == "Access-Control-Expose-Headers");
        Assert.Equal("*", new CorsFilter(["*"], [], [], [], credentials: false, 5).Response(Preflight("https://x.org", "PUT", "")).Single().Value);
    }

    [Fact]
    public void A_preflight_is_answered_and_another_OPTIONS_goes_on()
    {
        var cluster = Filtered("{ type: CORS, cors: { allowOrigins: [\"https://b.com\"], allowMethods: [GET] } }", Path("PathPrefix", "/"));

        Assert.Equal("204", cluster.Ask("OPTIONS http://a.com/ Origin=https://b.com Access-Control-Request-Method=GET"));
        Assert.Equal("204", cluster.Ask("OPTIONS http://a.com/ Origin=https://c.com Access-Control-Request-Method=GET"));
        Assert.Equal("a", cluster.Ask("OPTIONS http://a.com/ Origin=https://b.com"));
        Assert.Equal("a", cluster.Ask("GET http://a.com/ Origin=https://b.com"));
    }

    private static RequestFacts Preflight(string origin, string method, string headers) => new()
    {
        Method = "OPTIONS", Scheme = "http", Host = "a.com", Path = "/", Source = System.Net.IPAddress.Loopback,
        Headers = [new("Origin", origin), new("Access-Control-Request-Method", method), .. headers.Length == 0 ? (IEnumerable<KeyValuePair<string, string>>)[] : [new("Access-Control-Request-Headers", headers)]],
    };

    private static GatewayCluster Filtered(string filter, string match, bool served = true) =>
        new GatewayCluster(Gateway("{ name: http, protocol: HTTP, port: 80 }") + Service("a") + Route("a", served ? $"rules: [{Rule("a", match, filter)}]" : $"rules: [{{ matches: [{match}], filters: [{filter}] }}]")).Valid();
}
