using System.Text.RegularExpressions;
using CsCheck;
using Usher.Model.Aws;
using static Usher.LoadBalancer.Tests.AlbCluster;

namespace Usher.LoadBalancer.Tests;

/// <summary>What is wrong with an Ingress of class alb: it isn't accepted, with one message that names the object and the annotation.</summary>
public sealed partial class ControllerErrorTests
{
    private const string Https = "~listen-ports: '[{\"HTTPS\":443}]'";

    private static readonly Dictionary<string, (string Yaml, string Error)> Wrong = new()
    {
        ["a slip"] = One("~target-typ: ip", "target-typ: the AWS Load Balancer Controller has no such annotation; did you mean alb.ingress.kubernetes.io/target-type?"),
        ["a slip before a name"] = One("~action.web: x", "action.web: the AWS Load Balancer Controller has no such annotation; did you mean alb.ingress.kubernetes.io/actions.web?"),
        ["a part left out"] = One("~target-attributes: a=b", "target-attributes: the AWS Load Balancer Controller has no such annotation; did you mean alb.ingress.kubernetes.io/target-group-attributes?"),
        ["authentication"] = One("~auth-type: oidc", "auth-type: found 'oidc'; this annotation isn't supported, and would change what is answered: take it away"),
        ["mutual TLS"] = One("~mutual-authentication: '[]'", "mutual-authentication: found '[]'; this annotation isn't supported, and would change what is answered: take it away"),
        ["whether one is in front"] = One("~enable-frontend-nlb: 'yes'", "enable-frontend-nlb: found 'yes'; allowed are true and false"),
        ["the scheme in front"] = Front("~frontend-nlb-scheme: public", "frontend-nlb-scheme: unknown scheme: 'public'; allowed are internal and internet-facing"),
        ["no port in front"] = Front("~frontend-nlb-listener-port-mapping: http=80", "frontend-nlb-listener-port-mapping: invalid NLB listener port: found 'http'; 1 to 65535 is wanted"),
        ["no port behind"] = Front("~frontend-nlb-listener-port-mapping: 80=0", "frontend-nlb-listener-port-mapping: invalid ALB listener port: found '0'; 1 to 65535 is wanted"),
        ["no pair of ports"] = Front("~frontend-nlb-listener-port-mapping: '80'", "frontend-nlb-listener-port-mapping: found '80'; key=value is wanted, with commas between several"),
        ["an attribute in front"] = Front("~frontend-nlb-attributes: deletion_protection.enable=true", "frontend-nlb-attributes: found deletion_protection.enable; did you mean deletion_protection.enabled?"),
        ["the check's protocol in front"] = Front("~frontend-nlb-healthcheck-protocol: TCP", "frontend-nlb-healthcheck-protocol: found 'TCP'; allowed are HTTP, HTTPS"),
        ["the check's port in front"] = Front("~frontend-nlb-healthcheck-port: http", "frontend-nlb-healthcheck-port: failed to resolve healthCheckPort: found 'http'; traffic-port or 1 to 65535 is wanted"),
        ["the check's path in front"] = Front("~frontend-nlb-healthcheck-path: ok", "frontend-nlb-healthcheck-path: found 'ok'; a path that starts with / is wanted, at most 1024 characters"),
        ["the check's codes in front"] = Front("~frontend-nlb-healthcheck-success-codes: '600'", "frontend-nlb-healthcheck-success-codes: found '600'; codes from 200 to 599 are wanted, as 200, 200,202 or 200-399"),
        ["the check's timeout in front"] = Front("~frontend-nlb-healthcheck-timeout-seconds: '16'", "frontend-nlb-healthcheck-timeout-seconds: the timeout (16 s) must not be longer than the interval (15 s)"),
        ["the check's threshold in front"] = Front("~frontend-nlb-healthcheck-healthy-threshold-count: '11'", "frontend-nlb-healthcheck-healthy-threshold-count: found '11'; 2 to 10 is wanted"),
        ["one in front and none"] = Two("~enable-frontend-nlb: 'true'", "~enable-frontend-nlb: 'false'", "enable-frontend-nlb: conflicting enable frontend NLB: 'true' (shop/a) and 'false' (shop/b) in one group; give both the same, or one of them none"),
        ["two schemes in front"] = Two("~enable-frontend-nlb: 'true', ~frontend-nlb-scheme: internal", "~frontend-nlb-scheme: internet-facing",
            "frontend-nlb-scheme: conflicting scheme: 'internal' (shop/a) and 'internet-facing' (shop/b) in one group; give both the same, or one of them none"),
        ["two values in front"] = Two("~enable-frontend-nlb: 'true', ~frontend-nlb-attributes: deletion_protection.enabled=true", "~frontend-nlb-attributes: deletion_protection.enabled=false",
            "frontend-nlb-attributes: conflicting deletion_protection.enabled: 'true' (shop/a) and 'false' (shop/b) in one group"),
        ["two checks in front"] = Two("~enable-frontend-nlb: 'true', ~frontend-nlb-healthcheck-interval-seconds: '20'", "~frontend-nlb-healthcheck-interval-seconds: '30'",
            "frontend-nlb-healthcheck-interval-seconds: conflicting interval-seconds: '20' (shop/a) and '30' (shop/b) in one group; give both the same, or one of them none"),
        ["a port in front that leads to two"] = Two("~enable-frontend-nlb: 'true', ~frontend-nlb-listener-port-mapping: 80=80", "~listen-ports: '[{\"HTTP\":81}]', ~frontend-nlb-listener-port-mapping: 80=81",
            "frontend-nlb-listener-port-mapping: conflicting target port of the NLB's port 80: '80' (shop/a) and '81' (shop/b) in one group; give both the same, or one of them none"),
        ["group's name"] = One("~group.name: Shop", "group.name: found 'Shop'; at most 63 lower-case letters, digits, '-' and '.' are wanted, a letter or digit first and last"),
        ["group's order"] = One("~group.order: '1001'", "group.order: found '1001'; -1000 to 1000 is wanted"),
        ["scheme"] = One("~scheme: public", "scheme: unknown scheme: 'public'; allowed are internal and internet-facing"),
        ["name"] = One("~load-balancer-name: a_b", "load-balancer-name: found 'a_b'; at most 32 letters, digits and hyphens are wanted, not starting with internal- or a hyphen, nor ending with one"),
        ["ports that aren't JSON"] = One("~listen-ports: '[{'", "listen-ports: isn't the JSON that is wanted: malformed, or of another type than wanted at [0] (line 1, byte 3)"),
        ["no ports"] = One("~listen-ports: '[]'", "listen-ports: found an empty list; at least one is wanted, as [{\"HTTP\": 80}, {\"HTTPS\": 443}]"),
        ["another protocol"] = One("~listen-ports: '[{\"TCP\":80}]'", "listen-ports: found TCP; listen protocol must be within [HTTP, HTTPS]"),
        ["a port too high"] = One("~listen-ports: '[{\"HTTP\":65536}]'", "listen-ports: found 65536; listen port must be within [1, 65535]"),
        ["redirect to nowhere"] = One("~ssl-redirect: '443'", "ssl-redirect: found 443; the group listens at no such port: list it in listen-ports"),
        ["redirect to HTTP"] = One("~ssl-redirect: '80'", "ssl-redirect: found 80, which is an HTTP port; an HTTPS one is wanted"),
        ["no ARN"] = One("~certificate-arn: mine", "certificate-arn: found 'mine'; a certificate's ARN is wanted"),
        ["HTTPS without a host"] = One(Https, "listen-ports: listens for HTTPS, but names no certificate-arn, and has no host that a certificate could be found for; give one of them"),
        ["policy"] = One($"{Https}, ~ssl-policy: None", $"ssl-policy: found None; known here are {string.Join(", ", TlsPolicy.Names)}", "a.com"),
        ["an attribute's slip"] = One("~load-balancer-attributes: idle_timeout.timeout_second=5", "load-balancer-attributes: found idle_timeout.timeout_second; did you mean idle_timeout.timeout_seconds?"),
        ["an attribute's value"] = One("~target-group-attributes: slow_start.duration_seconds=5", "target-group-attributes: slow_start.duration_seconds: found '5'; allowed are 0 (off) and 30 to 900"),
        ["no pair"] = One("~target-group-attributes: x", "target-group-attributes: found 'x'; key=value is wanted, with commas between several"),
        ["target type"] = One("~target-type: lambda", "target-type: found 'lambda'; allowed are instance, ip"),
        ["backend protocol"] = One("~backend-protocol: TCP", "backend-protocol: found 'TCP'; allowed are HTTP, HTTPS"),
        ["version"] = One("~backend-protocol-version: HTTP3", "backend-protocol-version: found 'HTTP3'; allowed are HTTP1, HTTP2, GRPC"),
        ["timeout"] = One("~healthcheck-timeout-seconds: '15'", "healthcheck-timeout-seconds: the timeout (15 s) must be smaller than the interval (15 s)"),
        ["codes"] = One("~success-codes: '500'", "success-codes: found '500'; codes from 200 to 499 are wanted, as 200, 200,202 or 200-399"),
        ["check's port"] = One("~healthcheck-port: admin", "healthcheck-port: failed to resolve healthCheckPort: unable to find port admin; the Service has http (80)"),
        ["JWT"] = One($"{Https}, ~jwt-validation: '{{\"jwksEndpoint\":\"http://a.com/k\",\"issuer\":\"i\"}}'", "jwt-validation: found jwksEndpoint 'http://a.com/k'; a full URL is wanted, with https, the domain and the path", "a.com"),

        ["a Service without NodePorts"] = (Service().Replace("type: NodePort, ", "", StringComparison.Ordinal).Replace(", nodePort: 30080", "", StringComparison.Ordinal) + Ingress("web", Rule()),
            "Ingress shop/web: metadata.annotations.alb.ingress.kubernetes.io/target-type: service shop/web is of type ClusterIP, and target-type is instance: "
            + "when using Instance targets, your service must be of type 'NodePort' or 'LoadBalancer'; change it, or write target-type: ip"),
        ["a Service's own annotation"] = (Service(annotations: $"{Prefix}success-codes: '0'") + Ingress("web", Rule()),
            "Service shop/web: metadata.annotations.alb.ingress.kubernetes.io/success-codes: found '0'; codes from 200 to 499 are wanted, as 200, 200,202 or 200-399"),
        ["no such port"] = (Service() + Ingress("web", Rule(port: "number: 81")), "Ingress shop/web: spec.rules[0].http.paths[0].backend.service.port: unable to find port 81 on service shop/web; it has http (80)"),
        ["a resource as backend"] = (Service() + Ingress("web", "rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { resource: { apiGroup: k8s.example.com, kind: StorageBucket, name: icons } } }] } }]"),
            "Ingress shop/web: spec.rules[0].http.paths[0].backend: missing required \"service\" field: found StorageBucket icons of k8s.example.com; the AWS Load Balancer Controller leads to Services alone"),
        ["a resource as default backend"] = (Service() + Ingress("web", $"defaultBackend: {{ resource: {{ kind: ConfigMap, name: page }} }}, {Rule()}"),
            "Ingress shop/web: spec.defaultBackend: missing required \"service\" field: found ConfigMap page; the AWS Load Balancer Controller leads to Services alone"),
        ["wildcards in a prefix"] = (Service() + Ingress("web", Rule(path: "/a*")),
            "Ingress shop/web: spec.rules[0].http.paths[0].path: found '/a*'; prefix path shouldn't contain wildcards: take pathType ImplementationSpecific for a pattern"),
        ["two default backends"] = (Service() + Ingress("a", "defaultBackend: { service: { name: web, port: { number: 80 } } }", "~group.name: g")
            + Ingress("b", "defaultBackend: { service: { name: web, port: { number: 80 } } }", "~group.name: g"),
            "Ingress shop/b: spec.defaultBackend: multiple ingress defined default backend: [shop/a shop/b]; a listener has one"),
        ["two schemes"] = (Service() + Ingress("a", Rule(), "~group.name: g, ~scheme: internal") + Ingress("b", Rule(), "~group.name: g, ~scheme: internet-facing"),
            "Ingress shop/b: metadata.annotations.alb.ingress.kubernetes.io/scheme: conflicting scheme: 'internal' (shop/a) and 'internet-facing' (shop/b) in one group; give both the same, or one of them none"),
        ["two protocols"] = (Service() + Ingress("a", Rule(), "~group.name: g, ~listen-ports: '[{\"HTTP\":443}]'") + Ingress("b", Rule("a.com"), $"~group.name: g, {Https}"),
            "Ingress shop/b: metadata.annotations.alb.ingress.kubernetes.io/listen-ports: conflicting protocol of port 443: HTTP (shop/a) and HTTPS (shop/b) in one group"),
        ["two values"] = (Service() + Ingress("a", Rule(), "~group.name: g, ~load-balancer-attributes: idle_timeout.timeout_seconds=5")
            + Ingress("b", Rule(), "~group.name: g, ~load-balancer-attributes: idle_timeout.timeout_seconds=6"),
            "Ingress shop/b: metadata.annotations.alb.ingress.kubernetes.io/load-balancer-attributes: conflicting idle_timeout.timeout_seconds: '5' (shop/a) and '6' (shop/b) in one group"),

        ["an action's JSON"] = Action("{\"type\":1}", "isn't the JSON that is wanted: malformed, or of another type than wanted at type (line 1, byte 10)"),
        ["an action's member"] = Action("{\"type\":\"forward\",\"weigth\":1}", "isn't the JSON that is wanted: unknown member 'weigth' at weigth (line 1, byte 28)"),
        ["an action's type"] = Action("{\"type\":\"authenticate-oidc\"}", "found type 'authenticate-oidc'; allowed are forward, redirect and fixed-response"),
        ["a redirect without one"] = Action("{\"type\":\"redirect\"}", "missing redirectConfig"),
        ["a redirect's status"] = Action("{\"type\":\"redirect\",\"redirectConfig\":{\"statusCode\":\"301\"}}", "invalid redirectConfig: found statusCode '301'; allowed are HTTP_301 and HTTP_302"),
        ["a redirect's keyword"] = Action(
            "{\"type\":\"redirect\",\"redirectConfig\":{\"statusCode\":\"HTTP_301\",\"path\":\"/new/#{uri}\"}}",
            "invalid redirectConfig: found #{uri} in path; the keywords are #{protocol} #{host} #{port} #{path} #{query}"),
        ["a redirect's host"] = Action("{\"type\":\"redirect\",\"redirectConfig\":{\"statusCode\":\"HTTP_301\",\"host\":\"\"}}", "invalid redirectConfig: host has 0 characters; allowed are 1 to 128"),
        ["a redirect's other query alone"] = Action(
            "{\"type\":\"redirect\",\"redirectConfig\":{\"statusCode\":\"HTTP_301\",\"query\":\"a=b\"}}",
            "invalid redirectConfig: leads back to where the request came from at the HTTP listener 80; change at least one of protocol, host, port and path (a changed query alone is a loop too)"),
        ["a redirect to plain HTTP"] = (Service() + Ingress("web", Rule("a.com", service: "act", port: "name: use-annotation"),
                $"{Https}, ~certificate-arn: 'arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000001', "
                + "~actions.act: '{\"type\":\"redirect\",\"redirectConfig\":{\"statusCode\":\"HTTP_302\",\"protocol\":\"HTTP\",\"port\":\"80\"}}'"),
            "Ingress shop/web: metadata.annotations.alb.ingress.kubernetes.io/actions.act: invalid redirectConfig: found protocol HTTP at the HTTPS listener 443; HTTPS can't be redirected to HTTP"),
        ["a default redirect to itself"] = (Service() + Ingress("web", "defaultBackend: { service: { name: act, port: { name: use-annotation } } }",
                "~actions.act: '{\"type\":\"redirect\",\"redirectConfig\":{\"statusCode\":\"HTTP_302\"}}'"),
            "Ingress shop/web: metadata.annotations.alb.ingress.kubernetes.io/actions.act: invalid redirectConfig: leads back to where the request came from at the HTTP listener 80; "
            + "change at least one of protocol, host, port and path (a changed query alone is a loop too)"),
        ["a response's status"] = Action("{\"type\":\"fixed-response\",\"fixedResponseConfig\":{\"statusCode\":\"301\"}}", "invalid fixedResponseConfig: found statusCode '301'; a 2XX, 4XX or 5XX code is wanted, as \"404\""),
        ["weights"] = Action("{\"type\":\"forward\",\"forwardConfig\":{\"targetGroups\":[{\"serviceName\":\"web\",\"servicePort\":80},{\"serviceName\":\"web\",\"servicePort\":\"http\",\"weight\":1}]}}",
            "invalid TargetGroupTuple: weight must be set when route to multiple target groups"),
        ["both ways to say it"] = Action("{\"type\":\"forward\",\"targetGroupARN\":\"arn\",\"forwardConfig\":{\"targetGroups\":[]}}", "precisely one of targetGroupARN, targetGroupName and forwardConfig can be specified"),
        ["no such target group"] = Action("{\"type\":\"forward\",\"targetGroupName\":\"none\"}", "found targetGroupName none; no TargetGroup here has that name"),
        ["a condition's field"] = (Service() + Ingress("web", Rule(), "~conditions.web: '[{\"field\":\"cookie\"}]'"),
            "Ingress shop/web: metadata.annotations.alb.ingress.kubernetes.io/conditions.web: found field 'cookie'; allowed are host-header, path-pattern, http-header, http-request-method, query-string, source-ip"),
        ["more values than a rule may have"] = (Service() + Ingress("web", Rule("a.com", "/a"), "~conditions.web: '[{\"field\":\"http-header\",\"httpHeaderConfig\":{\"httpHeaderName\":\"X\",\"values\":[\"a\",\"b\",\"c\"]}}]'"),
            "Ingress shop/web: metadata.annotations.alb.ingress.kubernetes.io/conditions.web: found 6 values with the host and the path's patterns; a rule has at most 5: take another path, or another Ingress, for some"),
        ["a condition without values"] = (Service() + Ingress("web", Rule(), "~conditions.web: '[{\"field\":\"source-ip\"}]'"),
            "Ingress shop/web: metadata.annotations.alb.ingress.kubernetes.io/conditions.web: a source-ip condition wants sourceIpConfig with values"),
        ["a transform"] = (Service() + Ingress("web", Rule(), "~transforms.web: '[{\"type\":\"url-rewrite\"}]'"),
            "Ingress shop/web: metadata.annotations.alb.ingress.kubernetes.io/transforms.web: a url-rewrite transform wants urlRewriteConfig with one rewrite of regex and replace"),
    };

    public static TheoryData<string> Cases => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void One_thing_wrong_is_one_error(string name)
    {
        var cluster = new AlbCluster(Wrong[name].Yaml);

        cluster.Reconcile();

        Assert.Equal([$"cluster.yaml:1: {Wrong[name].Error}"], cluster.Refused.Select(r => End().Replace(r, "")));
        Assert.Empty(cluster.Errors.All);
    }

    [Fact]
    public void One_bad_Ingress_doesnt_keep_the_others_from_being_made()
    {
        var cluster = new AlbCluster(Service() + Ingress("bad", Rule(), "~target-type: lambda") + Ingress("good", Rule()));

        var made = cluster.Reconcile();

        Assert.EndsWith("found 'lambda'; allowed are instance, ip; until then nothing is made of Ingress shop/bad", Assert.Single(cluster.Refused), StringComparison.Ordinal);
        Assert.Contains(made.All<Model.Aws.ListenerRule>(), r => r.Value.Ingress!.Value.Name == "good");
    }

    [Fact]
    public void A_host_whose_only_certificate_is_pending_has_none()
    {
        var cluster = new AlbCluster(Service() + Ingress("web", Rule("a.example.com"), Https), ControllerGoldenTests.Certificate("a.example.com")) { Pending = ["a.example.com"] };

        Assert.Empty(cluster.Reconcile().All<Model.Aws.Listener>());

        Assert.Equal(
            $"listens for HTTPS, but no certificate found for host: a.example.com; {AwsNames.CertificateArn(AwsScope.Default, "a.example.com")} is PENDING_VALIDATION: its record isn't there; until then nothing is made of Ingress shop/web",
            Assert.Single(cluster.Warnings.All).Message);
    }

    [Fact]
    public void Any_text_in_an_annotation_is_read_or_told() =>
        Gen.Select(Gen.Int[0, AlbAnnotationTable.Table.Names.Count() - 1].Select(i => AlbAnnotationTable.Table.Names.ElementAt(i)), Gen.OneOf(Gen.String, Gen.String[Gen.Char["[]{}\":,=0a-~*"], 0, 40])).Sample((name, text) =>
        {
            var cluster = new AlbCluster(Service() + Ingress("web", Rule("a.com", port: "name: use-annotation"), "~scheme: internal, ~enable-frontend-nlb: 'true'"));
            cluster.Annotate("web", name.EndsWith('.') ? $"{name}web" : name, text);
            cluster.Reconcile();
        });

    private static (string Yaml, string Error) Front(string annotations, string error) => One($"~enable-frontend-nlb: 'true', {annotations}", error);

    /// <summary>Two members of a group, of which the second isn't accepted.</summary>
    private static (string Yaml, string Error) Two(string first, string second, string error) => (
        Service() + Ingress("a", Rule(), $"~group.name: g, {first}") + Ingress("b", Rule("b.com"), $"~group.name: g, {second}"), $"Ingress shop/b: metadata.annotations.{Prefix}{error}");

    private static (string, string) One(string annotations, string error, string host = "") =>
        (Service() + Ingress("web", Rule(host), annotations), $"Ingress shop/web: metadata.annotations.alb.ingress.kubernetes.io/{error}");

    private static (string, string) Action(string json, string error) =>
        (Service() + Ingress("web", Rule(service: "act", port: "name: use-annotation"), $"~actions.act: '{json}'"), $"Ingress shop/web: metadata.annotations.alb.ingress.kubernetes.io/actions.act: {error}");

    /// <summary>What becomes of it, at the end of the message.</summary>
    [GeneratedRegex("; (until then nothing is made of .+|it is in no group until then)$")]
    private static partial Regex End();
}
