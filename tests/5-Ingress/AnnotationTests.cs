using Usher.Tests;

using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>Annotations as tables: what one of them makes of requests, and what is said of a value that is wrong.</summary>
public sealed class AnnotationTests
{
    private const string Standard = "a.com /api(/|$)(.*) ImplementationSpecific web";

    [Theory]
    // rewrite-target: captures, the query, escapes, case, and what the path doesn't match.
    [InlineData("rewrite-target: /$2", Standard, "GET http://a.com/api/v1/users?x=1", "web /v1/users?x=1")]
    [InlineData("rewrite-target: /$2", Standard, "GET http://a.com/api", "web /")]
    [InlineData("rewrite-target: /$2", Standard, "GET http://a.com/API/V1", "web /V1")]
    [InlineData("rewrite-target: /$2", Standard, "GET http://a.com/apis", "404")]
    [InlineData("rewrite-target: /$2", Standard, "GET http://a.com/api/a%20b%2Fc", "web /a%20b/c")]
    [InlineData("rewrite-target: /$2", Standard, "GET http://a.com/api/%C3%BC%25", "web /%C3%BC%25")]
    [InlineData("rewrite-target: /$2", Standard, "GET http://a.com/x/../api/y", "web /y")]
    [InlineData("rewrite-target: /", "a.com /one Prefix web", "GET http://a.com/one/two", "web /")]
    [InlineData("rewrite-target: /", "a.com /one Prefix web", "GET http://a.com/onetwo", "web /")]
    [InlineData("rewrite-target: /$1", "a.com /one Prefix web", "GET http://a.com/one/two", "web /")]
    [InlineData("rewrite-target: /r/$2$1", "a.com /(one) ImplementationSpecific web", "GET http://a.com/one", "web /r/one")]
    [InlineData("rewrite-target: /one", "a.com /one Prefix web", "GET http://a.com/onetwo", "404")]
    [InlineData("rewrite-target: https://b.com/$2", Standard, "GET http://a.com/api/y?x=1", "302 https://b.com/y?x=1")]
    // use-regex: from the path's start, without case, the longest text first.
    [InlineData("use-regex: \"true\"", "a.com /v[0-9]+ ImplementationSpecific web", "GET http://a.com/V12/x", "web")]
    [InlineData("use-regex: \"true\"", "a.com /v[0-9]+ ImplementationSpecific web", "GET http://a.com/x/v1", "404")]
    [InlineData("use-regex: \"true\"", "a.com /v1 Exact web", "GET http://a.com/v1/users", "web")]
    // app-root and redirects.
    [InlineData("app-root: /app", "a.com / Prefix web", "GET http://a.com:8080/", "302 http://a.com:8080/app")]
    [InlineData("app-root: /app", "a.com / Prefix web", "GET http://a.com/x", "web")]
    [InlineData("permanent-redirect: https://b.com", "a.com / Prefix web", "GET http://a.com/x?y=1", "301 https://b.com")]
    [InlineData("permanent-redirect: https://b.com, nginx.ingress.kubernetes.io/permanent-redirect-code: '308'", "a.com / Prefix web", "GET http://a.com/x", "308 https://b.com")]
    [InlineData("permanent-redirect: /new?y=2", "a.com / Prefix web", "GET http://a.com:8080/x?y=1", "301 http://a.com/new?y=2")]
    [InlineData("permanent-redirect: b.com", "a.com / Prefix web", "GET http://a.com/x?y=1", "301 b.com")]
    [InlineData("permanent-redirect: /new?y=2, nginx.ingress.kubernetes.io/relative-redirects: \"true\"", "a.com / Prefix web", "GET http://a.com:8080/x?y=1", "301 /new?y=2")]
    [InlineData("relative-redirects: \"true\"", "a.com /foo/ Prefix web", "GET http://a.com/foo?y=1", "301 /foo/?y=1")]
    [InlineData("relative-redirects: \"false\"", "a.com /foo/ Prefix web", "GET http://a.com/foo?y=1", "301 http://a.com/foo/?y=1")]
    [InlineData("relative-redirects: \"true\", nginx.ingress.kubernetes.io/app-root: /app", "a.com / Prefix web", "GET http://a.com/", "302 http://a.com/app")]
    [InlineData("relative-redirects: \"true\", nginx.ingress.kubernetes.io/force-ssl-redirect: \"true\"", "a.com / Prefix web", "GET http://a.com/x", "308 https://a.com/x")]
    [InlineData("temporal-redirect: https://b.com, nginx.ingress.kubernetes.io/permanent-redirect: https://c.com", "a.com / Prefix web", "GET http://a.com/x", "302 https://b.com")]
    [InlineData("from-to-www-redirect: \"true\"", "a.com / Prefix web", "GET http://www.a.com/x/?y=1", "308 http://a.com/x/?y=1")]
    [InlineData("from-to-www-redirect: \"true\"", "a.com / Prefix web", "GET http://www.a.com/x/", "308 http://a.com/x")]
    [InlineData("from-to-www-redirect: \"true\"", "www.a.com / Prefix web", "GET http://a.com/", "308 http://www.a.com")]
    [InlineData("from-to-www-redirect: \"true\"", "www.a.com / Prefix web", "GET http://www.a.com/", "web")]
    [InlineData("force-ssl-redirect: \"true\"", "a.com / Prefix web", "GET http://a.com:80/x/?y=1", "308 https://a.com/x/?y=1")]
    [InlineData("force-ssl-redirect: \"true\"", "a.com / Prefix web", "GET http://a.com/x/", "308 https://a.com/x")]
    [InlineData("force-ssl-redirect: \"true\", nginx.ingress.kubernetes.io/preserve-trailing-slash: \"true\"", "a.com / Prefix web", "GET http://a.com/x/", "308 https://a.com/x/")]
    // X-Forwarded-Proto isn't believed without use-forwarded-headers: the redirect loop behind a load balancer that ends TLS.
    [InlineData("force-ssl-redirect: \"true\"", "a.com / Prefix web", "GET http://a.com/ X-Forwarded-Proto=https", "308 https://a.com")]
    [InlineData("force-ssl-redirect: \"true\"", "a.com /.well-known/acme-challenge/x Prefix web", "GET http://a.com/.well-known/acme-challenge/x", "web")]
    // A redirect of its own comes before https.
    [InlineData("permanent-redirect: http://b.com, nginx.ingress.kubernetes.io/force-ssl-redirect: \"true\"", "a.com / Prefix web", "GET http://a.com/", "301 http://b.com")]
    // proxy-body-size, with its default of 1m.
    [InlineData("app-root: /app", "a.com / Prefix web", "POST http://a.com/x Content-Length=1048576", "web")]
    [InlineData("app-root: /app", "a.com / Prefix web", "POST http://a.com/x Content-Length=1048577", "413")]
    [InlineData("proxy-body-size: 8k", "a.com / Prefix web", "POST http://a.com/x Content-Length=8193", "413")]
    [InlineData("proxy-body-size: '0'", "a.com / Prefix web", "POST http://a.com/x Content-Length=99999999999", "web")]
    // Source ranges: the source is 127.18.0.1.
    [InlineData("whitelist-source-range: '10.0.0.0/8,127.18.0.0/16'", "a.com / Prefix web", "GET http://a.com/", "web")]
    [InlineData("whitelist-source-range: 10.0.0.0/8", "a.com / Prefix web", "GET http://a.com/ X-Forwarded-For=10.1.1.1", "403")]
    [InlineData("denylist-source-range: 127.18.0.1", "a.com / Prefix web", "GET http://a.com/", "403")]
    [InlineData("denylist-source-range: 127.18.0.9/16, nginx.ingress.kubernetes.io/allowlist-source-range: 127.0.0.0/8", "a.com / Prefix web", "GET http://a.com/", "403")]
    [InlineData("allowlist-source-range: 127.0.0.0/8", "a.com / Prefix web", "GET http://a.com/", "web")]
    // CORS: only a preflight from an allowed origin is answered here.
    [InlineData("enable-cors: \"true\"", "a.com / Prefix web", "OPTIONS http://a.com/", "204")]
    [InlineData("enable-cors: \"true\"", "a.com / Prefix web", "GET http://a.com/ Origin=https://b.com", "web")]
    [InlineData("enable-cors: \"true\", nginx.ingress.kubernetes.io/cors-allow-origin: 'https://*.b.com'", "a.com / Prefix web", "OPTIONS http://a.com/ Origin=https://x.B.com", "204")]
    [InlineData("enable-cors: \"true\", nginx.ingress.kubernetes.io/cors-allow-origin: 'https://*.b.com'", "a.com / Prefix web", "OPTIONS http://a.com/ Origin=https://x.y.b.com", "web")]
    [InlineData("enable-cors: \"true\", nginx.ingress.kubernetes.io/cors-allow-origin: 'https://b.com'", "a.com / Prefix web", "OPTIONS http://a.com/ Origin=https://b.com.evil.net", "web")]
    // server-alias.
    [InlineData("server-alias: 'b.com, *.c.com'", "a.com / Prefix web", "GET http://b.com/", "web")]
    [InlineData("server-alias: 'b.com, *.c.com'", "a.com / Prefix web", "GET http://x.c.com/", "web")]
    [InlineData("server-alias: 'b.com, *.c.com'", "a.com / Prefix web", "GET http://d.com/", "404")]
    public void One_annotation(string annotations, string route, string request, string expected)
    {
        var cluster = new Cluster(Service("web") + Ingress("api", route, annotations)).Valid();
        Assert.Equal(expected, cluster.Ask(request));
    }

    [Fact]
    public void A_capture_that_the_path_has_not_is_told()
    {
        var cluster = new Cluster(Service("web") + Ingress("api", "a.com /one Prefix web", "rewrite-target: /$1")).Valid();
        Assert.Equal(
            "$1 of '/$1' names a capture that the path /one of spec.rules[0].http.paths[0] hasn't: it is empty, as in nginx, so that whatever the path takes loses what was to stand there",
            Assert.Single(cluster.Warnings.All).Message);
    }

    [Fact]
    public void One_ingress_that_rewrites_makes_all_paths_of_its_host_patterns()
    {
        var cluster = new Cluster(
            Service("web") + Service("api") + Service("exact") + Ingress("api", "a.com /api(/|$)(.*) ImplementationSpecific api", "rewrite-target: /$2")
            + Routes("web", $"rules: [{Rule("a.com", Path("/foo", "Prefix", "web"), Path("/foo", "Exact", "exact"))}, {Rule("b.com", Path("/foo", "Prefix", "web"))}]")).Valid();
        // The surprises: /foo is the start of a text, whatever follows, and case doesn't count.
        Assert.Equal(("exact", "exact", "404"), (cluster.Ask("GET http://a.com/foobar"), cluster.Ask("GET http://a.com/FOO"), cluster.Ask("GET http://b.com/foobar")));
        Assert.Contains(
            cluster.Decide("a.com", "/foobar").Tell().Single().Reasons,
            r => r is { Chosen: true, Candidate: "paths of a.com", Why: "are regular expressions, without case, from the path's start: by rewrite-target of shop/api" });
    }

    [Theory]
    [InlineData("canary-weight: '20'", "GET http://a.com/", 0.1, "next")]
    [InlineData("canary-weight: '20'", "GET http://a.com/", 0.19, "next")]
    [InlineData("canary-weight: '20'", "GET http://a.com/", 0.21, "web")]
    [InlineData("canary-weight: '20', nginx.ingress.kubernetes.io/canary-weight-total: '1000'", "GET http://a.com/", 0.019, "next")]
    [InlineData("canary-weight: '20', nginx.ingress.kubernetes.io/canary-weight-total: '1000'", "GET http://a.com/", 0.021, "web")]
    [InlineData("canary-weight: '100', nginx.ingress.kubernetes.io/canary-by-header: X-Canary", "GET http://a.com/ X-Canary=never", 0.1, "web")]
    [InlineData("canary-by-header: X-Canary", "GET http://a.com/ x-canary=always", 0.9, "next")]
    [InlineData("canary-by-header: X-Canary", "GET http://a.com/ X-Canary=other", 0.0, "web")]
    [InlineData("canary-by-header: X-Canary, nginx.ingress.kubernetes.io/canary-by-header-value: beta", "GET http://a.com/ X-Canary=beta", 0.9, "next")]
    [InlineData("canary-by-header: X-Canary, nginx.ingress.kubernetes.io/canary-by-header-value: beta", "GET http://a.com/ X-Canary=always", 0.9, "web")]
    [InlineData("canary-by-header: X-Canary, nginx.ingress.kubernetes.io/canary-by-header-pattern: '^eu-'", "GET http://a.com/ X-Canary=eu-west-1", 0.9, "next")]
    [InlineData("canary-by-header: X-Canary, nginx.ingress.kubernetes.io/canary-by-header-pattern: '^eu-'", "GET http://a.com/ X-Canary=us-east-1", 0.9, "web")]
    [InlineData("canary-by-cookie: beta", "GET http://a.com/ Cookie=a=1;_beta=always", 0.9, "next")]
    [InlineData("canary-by-cookie: beta, nginx.ingress.kubernetes.io/canary-weight: '100'", "GET http://a.com/ Cookie=beta=never", 0.9, "web")]
    [InlineData("canary-by-cookie: beta, nginx.ingress.kubernetes.io/canary-by-header: X-Canary", "GET http://a.com/ X-Canary=never Cookie=beta=always", 0.9, "web")]
    public void A_canary(string annotations, string request, double draw, string expected)
    {
        var cluster = new Cluster(
            Service("web") + Service("next") + Ingress("web", "a.com / Prefix web", "ssl-redirect: \"true\"") + Ingress("next", "a.com / Prefix next", $"canary: \"true\", nginx.ingress.kubernetes.io/{annotations}")).Valid();
        Assert.Empty(cluster.Warnings.All);
        Assert.Equal(expected, cluster.Ask(request, (ulong)(draw * ulong.MaxValue)));
        cluster.Fronts.Empty.Add("next");
        Assert.Equal("web", cluster.Ask(request, (ulong)(draw * ulong.MaxValue)));
        cluster.Fronts.Empty.Add("web");
        Assert.Equal("503", cluster.Ask(request, (ulong)(draw * ulong.MaxValue)));
    }

    [Theory]
    [InlineData(10, "found '10'; ingress-nginx takes a total of less than 100 for 100, so that canary-weight is a percentage")]
    [InlineData(100, null)]
    [InlineData(200, null)]
    public void A_canarys_total_of_less_than_a_hundred_is_a_hundred(int total, string? warning)
    {
        var cluster = new Cluster(Service("web") + Service("next") + Ingress("web", "a.com / Prefix web", "ssl-redirect: \"true\"") + Ingress("next", "a.com / Prefix next", $"canary: \"true\", nginx.ingress.kubernetes.io/canary-weight: '5', nginx.ingress.kubernetes.io/canary-weight-total: '{total}'")).Valid();
        Assert.Equal(warning is null ? [] : [$"cluster.yaml:1: Ingress shop/next: metadata.annotations.nginx.ingress.kubernetes.io/canary-weight-total: {warning}"], cluster.Warnings.All.Select(w => w.ToString()));
        Assert.Equal(("next", "web"), (cluster.Ask("GET http://a.com/", (ulong)(0.024 * ulong.MaxValue)), cluster.Ask("GET http://a.com/", (ulong)(0.06 * ulong.MaxValue))));
    }

    [Theory]
    [InlineData("web", "number: 80", "web.80.shop")]
    [InlineData("web", "name: http", "web.http.shop")]
    [InlineData("ext", "number: 80", "ext.80.shop")]
    [InlineData("gone", "name: http", "gone.http.shop")]
    public void The_host_towards_a_backend_has_service_and_port_as_they_are_written(string service, string port, string vhost)
    {
        const string External = "---\napiVersion: v1\nkind: Service\nmetadata: { name: ext, namespace: shop }\nspec: { type: ExternalName, externalName: web.shop.svc.cluster.local }\n";
        var cluster = new Cluster(Service("web") + External + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", service))}]".Replace("number: 80", port, StringComparison.Ordinal), Annotated("upstream-vhost: $service_name.$service_port.$namespace"))).Valid();
        Assert.Equal(vhost, cluster.Decide("a.com", "/").Choice.Route!.Vhost);
    }

    [Fact]
    public void A_canary_of_nothing_is_told()
    {
        var cluster = new Cluster(Service("next") + Ingress("next", "a.com / Prefix next", "canary: \"true\"")).Valid();
        Assert.StartsWith("is a canary of nothing", Assert.Single(cluster.Warnings.All).Message, StringComparison.Ordinal);
        Assert.Equal("404", cluster.Ask("GET http://a.com/"));
    }

    [Fact]
    public void A_default_backend_takes_what_the_service_has_no_endpoint_for()
    {
        var cluster = new Cluster(Service("web") + Service("sorry") + Ingress("api", "a.com / Prefix web", "default-backend: sorry")).Valid();
        Assert.Equal("web", cluster.Ask("GET http://a.com/"));
        cluster.Fronts.Empty.Add("web");
        Assert.Equal("sorry", cluster.Ask("GET http://a.com/"));
        cluster.Fronts.Empty.Add("sorry");
        Assert.Equal("503", cluster.Ask("GET http://a.com/"));
    }

    [Theory]
    // Made by openssl passwd -apr1 and -1, and by htpasswd -s.
    [InlineData("ann:$apr1$J5pKcV3r$O9.YBOK84aNuTtUnBfuK1/", "ann:hunter2", "web")]
    [InlineData("ann:$1$J5pKcV3r$JHKfXKfO372iLUr62L1hn.", "ann:hunter2", "web")]
    [InlineData("ann:{SHA}87u9ZqY9S/F0eUBXjsPQEDUw4h0=", "ann:hunter2", "web")]
    [InlineData("# users\nann:{SHA}87u9ZqY9S/F0eUBXjsPQEDUw4h0=\nbob:{PLAIN}x", "bob:x", "web")]
    // By perl's crypt, as htpasswd -B, -2, -5 and -d make them.
    [InlineData("ann:$2y$05$abcdefghijklmnopqrstuuoXuKqgZXLiJqzfmMXDDhSFPIvxV7t8.", "ann:hunter2", "web")]
    [InlineData("ann:$2y$05$abcdefghijklmnopqrstuuoXuKqgZXLiJqzfmMXDDhSFPIvxV7t8.", "ann:hunter3", "401")]
    [InlineData("ann:$5$saltstring$9JBjAeLRHX/Lm/1Njo98nbLiUsNRFEuARumLKkxJMm7", "ann:hunter2", "web")]
    [InlineData("ann:$6$saltstring$q2.778Y7vt0Ij2OIl01VlxEE6SEh8ZCtgFbyJX8fYkl5S7gx32QO24FVg.rs4DkoAs9t6R19x4z8g69teXFxA0", "ann:hunter2", "web")]
    [InlineData("ann:ab0ozUNIgzCZ.", "ann:hunter2", "web")]
    [InlineData("ann:{PLAIN}a:b", "ann:a", "web")]
    [InlineData("ann:{PLAIN}x", "ann:y", "401")]
    [InlineData("ann:{PLAIN}x", "bob:x", "401")]
    [InlineData("ann:{PLAIN}x", null, "401")]
    public void Basic_authentication(string file, string? user, string expected)
    {
        var cluster = new Cluster(Service("web") + Secrets.Yaml("users", "Opaque", ("auth", file))
            + Ingress("api", "a.com / Prefix web", "auth-type: basic, nginx.ingress.kubernetes.io/auth-secret: users, nginx.ingress.kubernetes.io/auth-realm: Staff")).Valid();
        Assert.Equal(expected, cluster.Ask($"GET http://a.com/{(user is null ? "" : $" Authorization=Basic_{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(user))}")}"));
    }

    [Theory]
    [InlineData("auth-type: basic", "metadata.annotations.nginx.ingress.kubernetes.io/auth-type: found 'basic'; auth-secret is wanted with it")]
    [InlineData("auth-type: digest", "metadata.annotations.nginx.ingress.kubernetes.io/auth-type: found 'digest'; only basic is supported yet")]
    [InlineData("auth-type: basic, nginx.ingress.kubernetes.io/auth-secret: nobody", "metadata.annotations.nginx.ingress.kubernetes.io/auth-secret: found 'nobody'; there is no such Secret in namespace shop")]
    [InlineData("auth-type: basic, nginx.ingress.kubernetes.io/auth-secret: users", "data.auth: user 'ann': a hash by MD5 ($apr1$, $1$: htpasswd -m), bcrypt ($2y$: htpasswd -B), SHA-2 ($5$, $6$), crypt, {SHA}, {SSHA} or {PLAIN} is wanted, as nginx in ingress-nginx's image takes them")]
    public void Basic_authentication_that_is_wrong(string annotations, string error)
    {
        var cluster = new Cluster(Service("web") + Secrets.Yaml("users", "Opaque", ("auth", "ann:$2y$05$abcdefghijklmnopqrstuv")) + Ingress("api", "a.com / Prefix web", annotations));
        Assert.Equal([error], cluster.Refusals.Select(r => r[(r.IndexOf(": ", r.IndexOf(" shop/", StringComparison.Ordinal), StringComparison.Ordinal) + 2)..]));
    }

    [Theory]
    [InlineData("ssl-redirect: maybe", "ssl-redirect: found 'maybe'; \"true\" or \"false\" is wanted")]
    [InlineData("proxy-body-size: 8kb", "proxy-body-size: found '8kb'; a size is wanted: bytes, or a number with k, m or g")]
    [InlineData("proxy-read-timeout: 1m", "proxy-read-timeout: found '1m'; whole seconds from 1 to 86400, without a unit, are wanted")]
    [InlineData("proxy-buffer-size: '16'", "proxy-buffer-size: found '16'; a size from 1k to 1m is wanted")]
    [InlineData("whitelist-source-range: '10.0.0.0/8,office'", "whitelist-source-range: found 'office'; an address or an address range (10.0.0.0/8) is wanted")]
    [InlineData("whitelist-source-range: 10.0.0.0/33", "whitelist-source-range: found '10.0.0.0/33'; an address or an address range (10.0.0.0/8) is wanted")]
    [InlineData("x-forwarded-prefix: /$", "x-forwarded-prefix: found '/$'; a '$' begins no variable's name")]
    [InlineData("permanent-redirect: https://b.com$request_uri", "permanent-redirect: found 'https://b.com$request_uri'; letters, digits and - . _ ~ / : , ? & = are allowed (ingress-nginx's annotation validation, which the controller's --enable-annotation-validation=false switches off)")]
    [InlineData("permanent-redirect: \"https://b.com\\n\"", "permanent-redirect: found 'https://b.com\n'; letters, digits and - . _ ~ / : , ? & = are allowed (ingress-nginx's annotation validation, which the controller's --enable-annotation-validation=false switches off)")]
    [InlineData("temporal-redirect: https://b.com/a%20b", "temporal-redirect: found 'https://b.com/a%20b'; letters, digits and - . _ ~ / : , ? & = are allowed (ingress-nginx's annotation validation, which the controller's --enable-annotation-validation=false switches off)")]
    [InlineData("temporal-redirect: b.com", "temporal-redirect: found 'b.com'; a URL of http or https is wanted")]
    [InlineData("temporal-redirect: /new", "temporal-redirect: found '/new'; a URL of http or https is wanted")]
    [InlineData("temporal-redirect: 'https://b.com:https/'", "temporal-redirect: found 'https://b.com:https/'; a URL of http or https is wanted")]
    [InlineData("temporal-redirect-code: '308'", "temporal-redirect-code: found '308'; a number from 300 to 307 is wanted")]
    [InlineData("permanent-redirect-code: '304'", "permanent-redirect-code: found '304'; 301, 302, 303, 307 or 308 is wanted")]
    [InlineData("permanent-redirect-code: '200'", "permanent-redirect-code: found '200'; a number from 300 to 308 is wanted")]
    [InlineData("app-root: app", "app-root: found 'app'; an absolute path is wanted")]
    [InlineData("rewrite-target: x", "rewrite-target: found 'x'; a path that starts with '/', or a URL, is wanted")]
    [InlineData("server-alias: '~^x'", "server-alias: found '~^x'; a DNS name is wanted; patterns aren't supported")]
    [InlineData("cors-allow-origin: b.com", "cors-allow-origin: found 'b.com'; an origin (https://app.example.com, https://*.example.com) or * is wanted")]
    [InlineData("cors-max-age: week", "cors-max-age: found 'week'; a number from 0 to 2147483647 is wanted")]
    [InlineData("canary-weight: '10'", "canary: found 'nothing'; canary-* annotations want canary: \"true\"")]
    [InlineData("canary: \"true\", nginx.ingress.kubernetes.io/canary-weight: '101'", "canary-weight: found '101'; a number from 0 to 100 is wanted")]
    [InlineData("canary: \"true\", nginx.ingress.kubernetes.io/canary-by-header: X, nginx.ingress.kubernetes.io/canary-by-header-pattern: 'x('",
        "canary-by-header-pattern: found 'x('; it is no regular expression: at offset 2. Not enough )'s")]
    [InlineData("canary: \"true\", nginx.ingress.kubernetes.io/canary-by-header: X, nginx.ingress.kubernetes.io/canary-by-header-pattern: '(?=x)'",
        "canary-by-header-pattern: found '(?=x)'; a regular expression without lookarounds, backreferences and atomic groups is wanted")]
    [InlineData("upstream-vhost: $host", "upstream-vhost: found '$host'; of variables, $service_name, $service_port, $namespace and $ingress_name are supported")]
    [InlineData("default-backend: nobody", "default-backend: found 'nobody'; namespace shop has the Services web")]
    [InlineData("backend-protocol: FCGI", "backend-protocol: found 'FCGI'; HTTP, HTTPS, GRPC and GRPCS are supported; FastCGI isn't")]
    [InlineData("backend-protocol: SPDY", "backend-protocol: found 'SPDY'; HTTP, HTTPS, GRPC or GRPCS is wanted")]
    [InlineData("backend-protocol: HTTPS, nginx.ingress.kubernetes.io/proxy-ssl-verify: \"on\"", "proxy-ssl-verify: found 'on'; proxy-ssl-secret with a ca.crt is wanted with it: there is nothing to verify against")]
    [InlineData("backend-protocol: HTTPS, nginx.ingress.kubernetes.io/proxy-ssl-secret: shop/none", "proxy-ssl-secret: found 'shop/none'; there is no such Secret; namespace/name is wanted")]
    public void A_value_that_is_wrong_is_one_error(string annotation, string error)
    {
        var cluster = new Cluster(Service("web") + Ingress("api", "a.com / Prefix web", annotation));
        Assert.Equal([$"cluster.yaml:1: Ingress shop/api: metadata.annotations.nginx.ingress.kubernetes.io/{error}"], cluster.Refusals);
    }

    [Theory]
    [InlineData("permanent-redirect: https://b.com$request_uri", "GET http://a.com/x%20y?y=1", "301 https://b.com/x%20y?y=1")]
    [InlineData("permanent-redirect: \"$scheme://new.$host$uri$is_args$args\"", "GET http://a.com/x%20y?z", "301 http://new.a.com/x y?z")]
    [InlineData("permanent-redirect: /new$request_uri", "GET http://a.com/x", "301 http://a.com/new/x")]
    [InlineData("temporal-redirect: https://b.com$uri", "GET http://a.com/x", "302 https://b.com/x")]
    [InlineData("temporal-redirect: $scheme://b.com", "", "temporal-redirect: found '$scheme://b.com'; a URL of http or https is wanted")]
    [InlineData("permanent-redirect: https://b.com/$1", "", "permanent-redirect: found 'https://b.com/$1'; $1 names a capture, and the path has none")]
    [InlineData("permanent-redirect: https://b.com/$cookie_x", "", "permanent-redirect: found 'https://b.com/$cookie_x'; $cookie_x isn't supported; known are $request_uri, $uri, $host, $http_host, $best_http_host, $scheme, $pass_access_scheme, $args, $query_string, $is_args, $request_method, $remote_addr, $escaped_request_uri")]
    public void A_redirect_has_variables_where_annotations_arent_validated(string annotation, string request, string expected)
    {
        var cluster = new Cluster(Unvalidated + Service("web") + Ingress("api", "a.com / Prefix web", annotation), standard: false);
        if (request.Length > 0) Assert.Equal(expected, cluster.Valid().Ask(request));
        else Assert.Equal([$"cluster.yaml:1: Ingress shop/api: metadata.annotations.nginx.ingress.kubernetes.io/{expected}"], cluster.Refusals);
    }

    [Fact]
    public void A_redirect_to_what_is_no_url_is_a_warning() => Assert.Equal(
        ["'b.com' is neither a URL nor an absolute path: a client takes it for a path beside the one that it asked for"],
        new Cluster(Service("web") + Ingress("api", "a.com / Prefix web", "permanent-redirect: b.com")).Valid().Warnings.All.Select(w => w.Message));

    [Fact]
    public void A_path_that_is_no_pattern_is_an_error_where_it_has_to_be_one()
    {
        Assert.Empty(new Cluster(Service("web") + Ingress("api", "a.com /(x ImplementationSpecific web", "ssl-redirect: \"false\"")).Told);
        var cluster = new Cluster(Service("web") + Ingress("api", "a.com /(x ImplementationSpecific web", "use-regex: \"true\""));
        Assert.Equal("cluster.yaml:1: Ingress shop/api: spec.rules[0].http.paths[0].path: found '/(x'; it is no regular expression: at offset 3. Not enough )'s", cluster.Refusals.Single());
    }

    [Fact]
    public void What_is_without_effect_or_unknown_is_told()
    {
        var cluster = new Cluster(Service("web") + Ingress("api", "a.com / Prefix web", "proxy-buffering: \"on\", nginx.ingress.kubernetes.io/something-of-our-own: x")).Valid();
        Assert.Equal(
            ["has no effect here: bodies are streamed here, without buffers on disk", "is no annotation of ingress-nginx, which ignores it too"], cluster.Warnings.All.Select(w => w.Message));
    }

    [Theory]
    [InlineData("proxy-buffers", "is no annotation of ingress-nginx, which ignores it; proxy-buffers-number is what is meant by it")]
    [InlineData("session-cookie-hash", "is gone since ingress-nginx 0.24.0, which ignores it")]
    [InlineData("secure-backends", "is gone since ingress-nginx 0.21.0, which ignores it; backend-protocol: HTTPS is what it has instead")]
    [InlineData("influxdb-measurement", "is gone since ingress-nginx 1.9.0, which ignores it")]
    [InlineData("lua-resty-waf-mode", "is gone since ingress-nginx 0.27.0, which ignores it")]
    [InlineData("global-rate-limit-window", "is gone since ingress-nginx 1.12.0, which ignores it; limit-rps is what it has instead")]
    [InlineData("hsts-max-age", "is a key of the controller's ConfigMap and no annotation, so ingress-nginx ignores it")]
    [InlineData("proxy-set-headers", "is a key of the controller's ConfigMap and no annotation, so ingress-nginx ignores it")]
    [InlineData("server-tokens", "is a key of the controller's ConfigMap and no annotation, so ingress-nginx ignores it")]
    [InlineData("limit-rpd", "is no annotation of ingress-nginx, which ignores it; limit-rpm is what is meant by it")]
    public void A_name_that_is_gone_or_another_things_is_told_and_ignored(string name, string told)
    {
        var cluster = new Cluster(Service("web") + Ingress("api", "a.com / Prefix web", $"{name}: x")).Valid();
        Assert.Equal(($"metadata.annotations.nginx.ingress.kubernetes.io/{name}", told, false), cluster.Warnings.All.Select(w => (w.Field, w.Message, w.NotAccepted)).Single());
        Assert.Equal("web", cluster.Ask("GET http://a.com/"));
    }

    [Theory]
    [InlineData("ingress.kubernetes.io/rewrite-target", "ingress-nginx ignores it: its annotations begin with nginx.ingress.kubernetes.io/ since 0.9.0")]
    [InlineData("nginx.org/websocket-services", "ingress-nginx ignores it: it is one of F5's NGINX Ingress Controller, which is another controller")]
    [InlineData("haproxy.org/whitelist", null)]
    public void A_prefix_that_looks_like_ingress_nginxs_is_told(string name, string? told) => Assert.Equal(
        told is null ? [] : [$"metadata.annotations.{name}: {told}"],
        new Cluster(Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", $", annotations: {{ {name}: x }}")).Valid().Warnings.All.Select(w => $"{w.Field}: {w.Message}"));

    [Fact]
    public void Every_annotation_has_a_line_in_the_documentation()
    {
        var page = File.ReadAllLines(Checkout.At("docs/ingress-nginx.md"));
        var states = page.Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|')).Where(c => c.Length > 3)
            .SelectMany(c => c[1].Split('`').Where((_, i) => i % 2 == 1).Select(name => (name, State: c[2].Trim()))).ToDictionary(c => c.name, c => c.State);
        foreach (var name in AnnotationTable.Names)
        {
            Assert.True(states.TryGetValue(name, out var state), $"docs/ingress-nginx.md has no line for {name}");
            Assert.Equal(AnnotationTable.Of(name)!.Value.State switch { AnnotationState.Applied => "yes", AnnotationState.WithoutEffect => "no effect", _ => "refused" }, state);
        }
    }

    /// <summary>An Ingress with one path, <c>HOST PATH TYPE SERVICE</c>.</summary>
    private static string Ingress(string name, string route, string annotations)
    {
        var words = route.Split(' ');
        return Routes(name, $"rules: [{Rule(words[0], Path(words[1], words[2], words[3]))}]", Annotated(annotations));
    }
}
