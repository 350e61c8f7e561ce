using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>The controller's ConfigMap: what it changes, and what is said of it.</summary>
public sealed class ConfigMapTests
{
    private static readonly string Web = Service("web") + Routes("web", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]");

    [Theory]
    [InlineData("proxy-body-size: 2k", "POST http://a.com/ Content-Length=2049", "413")]
    [InlineData("proxy-body-size: 2k", "POST http://a.com/ Content-Length=2048", "web")]
    [InlineData("whitelist-source-range: 10.0.0.0/8", "GET http://a.com/", "403")]
    [InlineData("whitelist-source-range: 10.0.0.0/8", "GET http://a.com/ X-Forwarded-For=10.1.1.1", "403")]
    [InlineData("denylist-source-range: 127.0.0.0/8", "GET http://a.com/", "403")]
    [InlineData("force-ssl-redirect: \"true\"", "GET http://a.com/x", "308 https://a.com/x")]
    [InlineData("force-ssl-redirect: \"true\", http-redirect-code: '301'", "GET http://a.com/x", "301 https://a.com/x")]
    [InlineData("force-ssl-redirect: \"true\", no-tls-redirect-locations: '/.well-known,/'", "GET http://a.com/x", "web")]
    // use-forwarded-headers: the scheme, the host and the address of X-Forwarded-*.
    [InlineData("use-forwarded-headers: \"true\", force-ssl-redirect: \"true\"", "GET http://a.com/x X-Forwarded-Proto=https", "web")]
    [InlineData("use-forwarded-headers: \"true\", force-ssl-redirect: \"true\"", "GET http://a.com/x X-Forwarded-Proto=http X-Forwarded-Host=b.com:8443,c.com", "308 https://b.com/x")]
    [InlineData("use-forwarded-headers: \"true\", whitelist-source-range: 10.0.0.0/8", "GET http://a.com/ X-Forwarded-For=10.1.1.1", "web")]
    [InlineData("use-forwarded-headers: \"true\", whitelist-source-range: 10.0.0.0/8", "GET http://a.com/ X-Forwarded-For=10.1.1.1,_192.0.2.1", "web")]
    [InlineData("use-forwarded-headers: \"true\", whitelist-source-range: 10.0.0.0/8, proxy-real-ip-cidr: 127.0.0.0/8", "GET http://a.com/ X-Forwarded-For=10.1.1.1,_192.0.2.1", "403")]
    [InlineData("use-forwarded-headers: \"true\", whitelist-source-range: 10.0.0.0/8, proxy-real-ip-cidr: 10.0.0.0/8", "GET http://a.com/ X-Forwarded-For=10.1.1.1", "403")]
    [InlineData("enable-real-ip: \"true\", whitelist-source-range: 10.0.0.0/8, forwarded-for-header: X-Client", "GET http://a.com/ X-Client=10.1.1.1", "web")]
    // use-proxy-protocol: the address of the PROXY header, whatever X-Forwarded-For says.
    [InlineData("use-proxy-protocol: \"true\", whitelist-source-range: 10.0.0.0/8", "GET http://a.com/ X-Forwarded-For=10.1.1.1", "403")]
    public void A_key_changes_what_is_decided(string keys, string request, string expected)
    {
        var cluster = new Cluster(ConfigMap(keys) + Web, standard: false).Valid();
        Assert.Empty(cluster.Warnings.All);
        Assert.Equal(expected, cluster.Ask(request));
        Assert.Equal("ingress-nginx/controller", cluster.Decide("a.com", "/").Tell().Single().Facts["configMap"]!.ToString());
    }

    [Theory]
    [InlineData("hsts-max-age: '600', hsts-preload: \"true\"", "max-age=600; includeSubDomains; preload")]
    [InlineData("hsts-include-subdomains: \"false\"", "max-age=31536000")]
    [InlineData("hsts: \"false\"", null)]
    [InlineData("use-gzip: \"true\"", "max-age=31536000; includeSubDomains")]
    public void Strict_transport_security(string keys, string? expected) => Assert.Equal(expected, new Cluster(ConfigMap(keys) + Web, standard: false).Valid().Plan.Config.Hsts);

    [Theory]
    [InlineData("use-forwarded-headers: yes please", "data.use-forwarded-headers: found 'yes please'; \"true\" or \"false\" is wanted")]
    [InlineData("use-forwarded-header: \"true\"", "data.use-forwarded-header: is no key of ingress-nginx, which ignores it; did you mean use-forwarded-headers?")]
    [InlineData("http-redirect-code: '303'", "data.http-redirect-code: found '303'; 301, 302, 307 or 308 is wanted")]
    [InlineData("ssl-protocols: SSLv3", "data.ssl-protocols: found 'SSLv3'; TLSv1.2 and TLSv1.3 are wanted")]
    [InlineData("proxy-set-headers: a/b", "data.proxy-set-headers: found 'a/b'; there is no ConfigMap of that namespace/name")]
    public void A_key_that_is_wrong_is_an_error(string keys, string error) =>
        Assert.Equal([$"cluster.yaml:1: ConfigMap ingress-nginx/controller: {error}"], new Cluster(ConfigMap(keys) + Web, standard: false).Refusals);

    [Fact]
    public void A_key_that_isnt_carried_out_is_told_and_one_without_effect_isnt()
    {
        var cluster = new Cluster(ConfigMap("server-snippet: x", "worker-processes: '4'", "something-of-our-own: x") + Web, standard: false).Valid();
        Assert.Equal(
            ["data.server-snippet: isn't carried out: requests go on as if it weren't there", "data.something-of-our-own: is no key of ingress-nginx, which ignores it too"],
            cluster.Warnings.All.Select(w => $"{w.Field}: {w.Message}"));
    }

    [Fact]
    public void A_map_that_isnt_there_is_the_defaults() => Assert.Same(
        NginxConfig.Default, new Cluster(ConfigMap().Replace("name: controller, namespace: ingress-nginx }\ndata", "name: other, namespace: ingress-nginx }\ndata", StringComparison.Ordinal) + Web, standard: false).Valid().Plan.Config);
}
