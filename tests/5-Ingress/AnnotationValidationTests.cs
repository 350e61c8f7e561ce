using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>What ingress-nginx's annotation validation doesn't take: an Ingress that isn't accepted, or an annotation that counts for nothing; and what becomes of the same values where the controller doesn't validate.</summary>
public sealed class AnnotationValidationTests
{
    private const string Prefix = "metadata.annotations.nginx.ingress.kubernetes.io/";
    private const string Validation = " (ingress-nginx's annotation validation, which the controller's --enable-annotation-validation=false switches off)";
    private const string Regular = "letters, digits and - . _ ~ / : ^ $ [ ] ( ) { } * + ? | & = \\ are allowed";

    [Theory]
    [InlineData("rewrite-target: /index.php?q=$1", "/x", "rewrite-target: found '/index.php?q=$1'; letters, digits and - . _ ~ / : $ are allowed", "web", "web /index.php?q=")]
    [InlineData("rewrite-target: /a b", "/x", "rewrite-target: found '/a b'; letters, digits and - . _ ~ / : $ are allowed", "web", "web /a%20b")]
    [InlineData("app-root: /index.php?x=1", "/", "app-root: found '/index.php?x=1'; letters, digits and - . _ ~ / : $ are allowed", "web", "302 http://a.com/index.php?x=1")]
    [InlineData("app-root: /#/home", "/", "app-root: found '/#/home'; letters, digits and - . _ ~ / : $ are allowed", "web", "302 http://a.com/#/home")]
    [InlineData("cors-allow-headers: '*'", "/", "cors-allow-headers: found '*'; letters, digits, spaces and - _ , are allowed", "web", null)]
    [InlineData("cors-allow-origin: 'https://b.com/'", "/", "cors-allow-origin: found 'https://b.com/'; origins (https://app.example.com, https://*.example.com) between commas, null or * are wanted", "web", null)]
    [InlineData("session-cookie-path: '/;x', nginx.ingress.kubernetes.io/affinity: cookie", "/", "session-cookie-path: found '/;x'; letters, digits, spaces and - . _ ~ / : , ? & = are allowed", "web", null)]
    [InlineData("canary-by-cookie: 'a=b', nginx.ingress.kubernetes.io/canary: \"false\"", "/", "canary-by-cookie: found 'a=b'; letters, digits, spaces and - . _ ~ / : are allowed", "web", null)]
    [InlineData("mirror-target: 'http://a.com/%20'", "/", $"mirror-target: found 'http://a.com/%20'; {Regular}", "web", "web")]
    [InlineData("proxy-redirect-from: $scheme://b.com/", "/", "proxy-redirect-from: found '$scheme://b.com/'; letters, digits, spaces and - . _ ~ / : , ? & = are allowed", "web", null)]
    public void What_ingress_nginx_passes_over_counts_for_nothing(string annotation, string path, string told, string validated, string? otherwise)
    {
        var cluster = One(annotation).Valid();
        Assert.Empty(cluster.Told);
        Assert.Equal(Prefix + told + Validation + "; ingress-nginx goes on as if the annotation weren't there", Assert.Single(cluster.Warnings.All.Select(w => $"{w.Field}: {w.Message}")));
        Assert.Equal(validated, cluster.Ask($"GET http://a.com{path}"));
        var lax = One(annotation, validates: false);
        if (otherwise is null) Assert.DoesNotContain(lax.Warnings.All, w => w.Message.Contains(Validation, StringComparison.Ordinal));
        else Assert.Equal(otherwise, lax.Valid().Ask($"GET http://a.com{path}"));
    }

    [Theory]
    [InlineData("auth-realm: 'Staff, please', nginx.ingress.kubernetes.io/auth-type: basic, nginx.ingress.kubernetes.io/auth-secret: users", "auth-realm: found 'Staff, please'; letters, digits, spaces and - . _ ~ / : are allowed")]
    [InlineData("auth-url: 'http://a.com/%20'", "auth-url: found 'http://a.com/%20'; letters, digits, spaces and - . _ ~ / : , ? & = $ are allowed")]
    [InlineData("auth-url: http://a.com, nginx.ingress.kubernetes.io/auth-request-redirect: https://$host/", "auth-request-redirect: found 'https://$host/'; letters, digits, spaces and - . _ ~ / : , ? & = are allowed")]
    [InlineData("x-forwarded-prefix: '/a;b'", "x-forwarded-prefix: found '/a;b'; letters, digits, spaces and - . _ ~ / : $ are allowed")]
    [InlineData("upstream-vhost: 'a.com;'", $"upstream-vhost: found 'a.com;'; {Regular}")]
    [InlineData("auth-tls-match-cn: 'O=a,CN=b', nginx.ingress.kubernetes.io/auth-tls-secret: shop/tls", "auth-tls-match-cn: found 'O=a,CN=b'; CN= and a regular expression are wanted")]
    [InlineData("auth-tls-error-page: 'https://a.com/x?y=1', nginx.ingress.kubernetes.io/auth-tls-secret: shop/tls", "auth-tls-error-page: found 'https://a.com/x?y=1'; a URL of http or https, a path or the name of a location, of letters, digits and - . _ alone between its slashes, is wanted")]
    [InlineData("client-body-buffer-size: 16kb", "client-body-buffer-size: found '16kb'; a size is wanted: bytes, or a number with k, m or g")]
    [InlineData("connection-proxy-header: upgrade", "connection-proxy-header: found 'upgrade'; close or keep-alive is wanted")]
    [InlineData("ssl-ciphers: 'ALL;x'", "ssl-ciphers: found 'ALL;x'; OpenSSL's names of ciphers with colons between them are wanted")]
    public void What_ingress_nginx_refuses_keeps_the_ingress_out(string annotations, string told)
    {
        var cluster = One(annotations);
        var error = Assert.Single(cluster.Told);
        Assert.Equal(Prefix + told + Validation + ". The Ingress isn't accepted, and nothing serves it", $"{error.Field}: {error.Message}");
        Assert.Equal("404", cluster.Ask("GET http://a.com/"));
        Assert.DoesNotContain(One(annotations, validates: false).Told, e => e.Message.Contains(Validation, StringComparison.Ordinal));
    }

    [Fact]
    public void A_sign_in_with_an_escape_is_none()
    {
        const string Asked = "auth-url: http://10.96.0.1/, nginx.ingress.kubernetes.io/auth-signin: https://login.com/start?rd=$scheme";
        var (plain, escaped) = (One($"{Asked}://$host").Valid(), One($"{Asked}%3A%2F%2F$host").Valid());
        Assert.Empty(plain.Warnings.All);
        Assert.Equal(Prefix + "auth-signin", Assert.Single(escaped.Warnings.All).Field);
        Assert.NotNull(plain.Decide("a.com", "/").Choice.Route!.Rules.External!.Signin);
        Assert.Null(escaped.Decide("a.com", "/").Choice.Route!.Rules.External!.Signin);
    }

    [Theory]
    [InlineData("rewrite-target: /-._~:1")]
    // Without the annotation that it belongs to, nothing reads it.
    [InlineData("auth-realm: 'Staff, please'")]
    [InlineData("auth-signin: https://login.com/%20")]
    [InlineData("rewrite-target: https://b.com/x")]
    [InlineData("server-alias: 'b.com, *.c.com'")]
    [InlineData("auth-realm: 'Authentication Required - foo'")]
    [InlineData("auth-url: https://$host/oauth2/auth, nginx.ingress.kubernetes.io/auth-signin: https://$host/oauth2/start?rd=$escaped_request_uri")]
    [InlineData("auth-url: http://10.96.0.1/, nginx.ingress.kubernetes.io/auth-cache-key: '$cookie_a $host', nginx.ingress.kubernetes.io/auth-response-headers: 'X-A, X-B'")]
    [InlineData("enable-cors: \"true\", nginx.ingress.kubernetes.io/cors-allow-origin: 'https://a.com, https://*.b.com:8443', nginx.ingress.kubernetes.io/cors-allow-methods: 'GET, PUT', nginx.ingress.kubernetes.io/cors-allow-headers: 'X-A, X-B', nginx.ingress.kubernetes.io/cors-expose-headers: '*'")]
    [InlineData("upstream-vhost: $service_name.$namespace.svc")]
    [InlineData("upstream-hash-by: \"${request_uri}-text-value\"")]
    [InlineData("proxy-cookie-path: '/ /app/'")]
    [InlineData("proxy-redirect-from: http://a.com/, nginx.ingress.kubernetes.io/proxy-redirect-to: \"off\"")]
    [InlineData("mirror-target: https://b.com$request_uri, nginx.ingress.kubernetes.io/mirror-host: b.com")]
    [InlineData("affinity: cookie, nginx.ingress.kubernetes.io/session-cookie-path: /app, nginx.ingress.kubernetes.io/session-cookie-domain: .a.com")]
    [InlineData("permanent-redirect: https://b.com/a,b?c=d&e")]
    public void What_it_takes_is_told_nothing_of(string annotations) => Assert.Empty(One(annotations).Valid().Warnings.All);

    [Theory]
    [InlineData("rewrite-target: /$2?v=2", "web /y?v=2&x=1")]
    [InlineData("rewrite-target: /$2?", "web /y")]
    public void A_target_with_a_query_is_one_where_nothing_is_validated(string annotation, string expected) => Assert.Equal(
        expected, new Cluster(Unvalidated + Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/api(/|$)(.*)", "ImplementationSpecific", "web"))}]", Annotated(annotation)), standard: false).Valid().Ask("GET http://a.com/api/y?x=1"));

    // Whatever reads an annotation, or else the validation, must find this to be no value of it; of those without effect it changes nothing.
    [Fact]
    public void No_annotation_takes_any_text()
    {
        foreach (var name in AnnotationTable.Names.Where(n => AnnotationTable.Of(n)!.Value.State == AnnotationState.Applied))
        {
            // enable-global-auth counts where the Ingress asks nobody else.
            var others = Others.Where(o => !o.StartsWith(name + ":", StringComparison.Ordinal) && !(name == "enable-global-auth" && o.StartsWith("auth-url", StringComparison.Ordinal))).Select(o => $", nginx.ingress.kubernetes.io/{o}");
            var cluster = One($"{name}: \"a;b\\u00e9 {{}}\"{string.Concat(others)}");
            Assert.True(cluster.Told.Concat(cluster.Warnings.All).Any(e => e.Field == Prefix + name), $"{name} is told nothing of");
        }
    }

    private static readonly string Services = Service("web") + Secrets.Yaml("users", "Opaque", ("auth", "ann:{PLAIN}x")) + Secrets.Tls("tls", ["a.com"]);

    private static readonly string[] Others = ["affinity: cookie", "auth-url: http://a.com", "auth-type: basic", "auth-tls-secret: shop/tls", "proxy-ssl-secret: shop/tls", "mirror-target: http://a.com"];

    private static Cluster One(string annotations, bool validates = true) =>
        new((validates ? "" : Unvalidated) + Services + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated(annotations)), standard: validates);
}
