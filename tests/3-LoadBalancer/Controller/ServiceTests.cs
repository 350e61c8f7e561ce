using System.Text.RegularExpressions;
using CsCheck;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using static Usher.LoadBalancer.Tests.AlbCluster;

namespace Usher.LoadBalancer.Tests;

/// <summary>Services with a Network Load Balancer of the AWS Load Balancer Controller's.</summary>
public sealed partial class ServiceTests
{
    private const string Ports = "ports: [{ name: http, port: 80, targetPort: 8080, nodePort: 30080 }]";

    [Theory]
    [InlineData("type: LoadBalancer", "", true, "")]
    [InlineData("type: LoadBalancer, loadBalancerClass: service.k8s.aws/nlb", "", true, "")]
    [InlineData("type: LoadBalancer, loadBalancerClass: service.k8s.aws/nlb", "~type: nlb", true, "")]
    [InlineData("type: LoadBalancer", "~type: external", true, "")]
    [InlineData("type: LoadBalancer", "~type: nlb-ip", true, "")]
    [InlineData("type: LoadBalancer", "~type: nlb", true, "found 'nlb'; the cloud provider would serve it where the AWS Load Balancer Controller isn't installed")]
    [InlineData("type: LoadBalancer, loadBalancerClass: eks.amazonaws.com/nlb", "", false, "found eks.amazonaws.com/nlb; EKS Auto Mode would serve it, and isn't here")]
    [InlineData("type: LoadBalancer, loadBalancerClass: example.com/lb", "~type: external, ~nlb-target-type: ip", false, "found example.com/lb; the controller of that class would serve it")]
    [InlineData("type: NodePort", "", false, "")]
    [InlineData("type: NodePort", "~type: external", false, "")]
    [InlineData("type: NodePort", "~type: external, ~nlb-target-type: instance", true, "")]
    [InlineData("type: ClusterIP", "~type: external, ~nlb-target-type: ip", true, "")]
    [InlineData("type: ClusterIP", "~type: nlb-ip", true, "")]
    [InlineData("type: ExternalName, externalName: a.com", "~type: nlb-ip", false, "")]
    public void Whose_a_Service_is(string spec, string annotations, bool made, string warning)
    {
        var cluster = new AlbCluster(Balanced(spec, annotations));

        var balancer = cluster.Valid().All<Model.Aws.LoadBalancer>().SingleOrDefault();

        Assert.Equal(made, balancer is not null);
        Assert.Equal(made ? new ResourceKey("", "Service", "shop", "web") : null, balancer?.Value.Service);
        if (warning.Length == 0) Assert.Empty(cluster.Warnings.All);
        else Assert.StartsWith(warning, Assert.Single(cluster.Warnings.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_annotation_that_is_far_from_all_is_ignored()
    {
        var cluster = new AlbCluster(Balanced("type: LoadBalancer", "~foo: x"));

        Assert.Single(cluster.Valid().All<Model.Aws.LoadBalancer>());
        Assert.Equal("is no annotation of the AWS Load Balancer Controller, which ignores it too", Assert.Single(cluster.Warnings.All).Message);
    }

    [Theory]
    // The ends are those of sha256sum over the cluster's name, the Service's and the scheme.
    [InlineData("", "k8s-shop-web-78d173ad6a")]
    [InlineData("~name: own", "own")]
    public void Names_are_made_as_the_controller_makes_them(string annotations, string wanted)
    {
        var balancer = new AlbCluster(Balanced("type: LoadBalancer", annotations)).Valid().All<Model.Aws.LoadBalancer>().Single().Value;

        Assert.Equal((wanted, "network", "internal"), (balancer.Name, balancer.Type, balancer.Scheme));
        Assert.Equal(AwsNames.NetworkLoadBalancerDnsName(AwsScope.Default, wanted), balancer.DnsName);
    }

    [Fact]
    public void What_says_the_same_is_the_same_object()
    {
        var cluster = new AlbCluster(Balanced("type: LoadBalancer", "~ssl-cert: 'arn:aws:acm:us-west-2:123456789012:certificate/one'"));
        var first = cluster.Reconcile();

        Assert.All(cluster.Reconcile(first).Resources, r => Assert.Same(first.Find(r.Key)!.Value, r.Value));
        Assert.Equal(5, first.Resources.Count(r => r.Key.Group.EndsWith("k8s.aws", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a.example.com. → own", "a.example.com")]
    [InlineData(@"\052.example.com → dualstack.own", "*.example.com")]
    [InlineData("b.example.com → own, a.example.com → b.example.com., c.example.com = A.example.com", "a.example.com b.example.com c.example.com")]
    [InlineData("_x.example.com → own, b.example.com → other", "")]
    public void A_certificate_that_isnt_here_is_for_the_names_that_lead_to_the_load_balancer(string records, string names)
    {
        var dnsName = AwsNames.NetworkLoadBalancerDnsName(AwsScope.Default, "own");
        var sets = Sets(records.Replace("own", dnsName, StringComparison.Ordinal));
        var wanted = names.Length > 0 ? names : dnsName;

        string Names(IReadOnlyList<IRecordSetForecast> forecasts, params Resource[] more) => string.Join(
            ' ', new AlbCluster(Balanced("type: LoadBalancer", "~ssl-cert: 'arn:aws:acm:us-west-2:123456789012:certificate/one', ~name: own"), more) { Forecasts = forecasts }.Valid().All<Certificate>().Single().Value.Names);

        // Those that are made afterwards count as those that are written.
        Assert.Equal(wanted, Names([], [.. sets.Select((r, i) => new Resource(new ResourceKey("route53.services.k8s.aws", "RecordSet", "shop", $"{i}"), r, Origin.Derived))]));
        Assert.Equal(wanted, Names([new Forecast(_ => sets)]));
    }

    [Fact]
    public void Who_makes_record_sets_is_asked_with_all_load_balancers_and_only_where_it_matters()
    {
        var asked = new List<string>();
        var forecast = new Forecast(context =>
        {
            asked.Add(string.Join(' ', context.State.All<Model.Aws.LoadBalancer>().Select(b => b.Value.Name)));
            context.Warnings.Add(new ConfigError(null, 0, "", "", "found again when they are made"));
            return [];
        });
        var more = Ingress("alone", Rule(service: "alone"), "~load-balancer-name: alone, ~enable-frontend-nlb: 'true'") + Service("alone");

        _ = new AlbCluster(Balanced("type: LoadBalancer", "~name: own") + more) { Forecasts = [forecast] }.Valid();
        Assert.Empty(asked);
        var cluster = new AlbCluster(Balanced("type: LoadBalancer", "~name: own, ~ssl-cert: 'arn:aws:acm:us-west-2:123456789012:certificate/one'") + more) { Forecasts = [forecast] };
        cluster.Valid();

        Assert.Equal(["alone alone-nlb own"], asked.Select(a => string.Join(' ', a.Split(' ').Order(StringComparer.Ordinal))));
        Assert.DoesNotContain(cluster.Warnings.All, w => w.Message.StartsWith("found again", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_more_names_than_a_certificate_can_have_a_wildcard_stands_for_those_of_one_parent()
    {
        var dnsName = AwsNames.NetworkLoadBalancerDnsName(AwsScope.Default, "own");
        var sets = Sets($"a.example.org → {dnsName}, {string.Join(", ", Enumerable.Range(1, 101).Select(i => $"t{i}.example.com → {dnsName}"))}");
        var cluster = new AlbCluster(Balanced("type: LoadBalancer", "~ssl-cert: 'arn:aws:acm:us-west-2:123456789012:certificate/one', ~name: own")) { Forecasts = [new Forecast(_ => sets)] };

        Assert.Equal("a.example.org *.example.com", string.Join(' ', cluster.Valid().All<Certificate>().Single().Value.Names));
    }

    [Fact]
    public void Names_that_no_wildcard_stands_for_stay_on_a_certificate_of_many()
    {
        var dnsName = AwsNames.NetworkLoadBalancerDnsName(AwsScope.Default, "own");
        var sets = Sets($"b.com → {dnsName}, c.com → {dnsName}, {string.Join(", ", Enumerable.Range(1, 101).Select(i => $"t{i}.example.com → {dnsName}"))}");
        var cluster = new AlbCluster(Balanced("type: LoadBalancer", "~ssl-cert: 'arn:aws:acm:us-west-2:123456789012:certificate/one', ~name: own")) { Forecasts = [new Forecast(_ => sets)] };

        Assert.Equal("b.com c.com *.example.com", string.Join(' ', cluster.Valid().All<Certificate>().Single().Value.Names));
    }

    /// <summary>Record sets: <c>name → alias</c>, <c>name = CNAME</c>.</summary>
    private static IReadOnlyList<RecordSet> Sets(string text) =>
    [
        .. text.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(t => t.Split(' ')).Select(w => w[1] == "="
            ? new RecordSet { HostedZoneId = "Z", Name = w[0], Type = "CNAME", ResourceRecords = [w[2]] }
            : new RecordSet { HostedZoneId = "Z", Name = w[0], Type = "A", AliasTarget = new AliasTarget(w[2], "Z", false) }),
    ];

    [Theory]
    [InlineData("external-dns.alpha.kubernetes.io/hostname: 'b.example.com, a.example.com.'", "a.example.com b.example.com")]
    [InlineData("external-dns.kubernetes.io/hostname: 'b.example.com, a.example.com.'", "a.example.com b.example.com")]
    [InlineData("external-dns.alpha.kubernetes.io/hostname: old.example.com, external-dns.kubernetes.io/hostname: new.example.com", "new.example.com")]
    public void A_certificate_that_isnt_here_is_for_the_names_that_external_dns_gives(string annotations, string names)
    {
        var cluster = new AlbCluster(Balanced("type: LoadBalancer", $"~ssl-cert: 'arn:aws:acm:us-west-2:123456789012:certificate/one', {annotations}"));

        Assert.Equal(names, string.Join(' ', cluster.Valid().All<Certificate>().Single().Value.Names));
    }

    [Theory]
    [InlineData("", "80")]
    [InlineData(", targetPort: 8080", "8080")]
    public void A_check_of_pods_at_a_named_port_is_where_that_leads(string target, string port)
    {
        var cluster = new AlbCluster(Raw($"type: LoadBalancer, selector: {{ app: web }}, ports: [{{ name: http, port: 80{target} }}]", "~nlb-target-type: ip, ~healthcheck-port: http"));

        Assert.Equal(port, cluster.Valid().All<TargetGroup>().Single().Value.HealthCheck.Port);
    }

    private static readonly Dictionary<string, (string Spec, string Annotations, string Error)> Wrong = new()
    {
        ["a slip"] = One("~scheem: internal", "scheem: the AWS Load Balancer Controller has no such annotation; did you mean service.beta.kubernetes.io/aws-load-balancer-scheme?"),
        ["a part left out"] = One("~cross-zone-enabled: 'true'", "cross-zone-enabled: the AWS Load Balancer Controller has no such annotation; did you mean service.beta.kubernetes.io/aws-load-balancer-cross-zone-load-balancing-enabled?"),
        ["QUIC"] = One("~quic-enabled-ports: '80'", "quic-enabled-ports: found '80'; this annotation isn't supported, and would change what is answered: take it away"),
        ["scheme"] = One("~scheme: public", "scheme: found 'public'; allowed are internal, internet-facing"),
        ["internal"] = One("~internal: 0.0.0.0/0", "internal: found '0.0.0.0/0'; allowed are true and false"),
        ["name"] = One("~name: a_b", "name: found 'a_b'; at most 32 letters, digits and hyphens are wanted, not starting with internal- or a hyphen, nor ending with one"),
        ["target type"] = One("~nlb-target-type: pod", "nlb-target-type: found 'pod'; allowed are instance, ip"),
        ["an attribute's slip"] = One("~attributes: cross_zone.enabled=true", "attributes: found cross_zone.enabled; allowed are "),
        ["a target group's attribute"] = One("~target-group-attributes: preserve_client_ip.enabled=yes", "target-group-attributes: preserve_client_ip.enabled: found 'yes'; allowed are true and false"),
        ["PROXY protocol"] = One("~proxy-protocol: v2", "proxy-protocol: found 'v2'; only value currently supported is *"),
        ["PROXY protocol for some"] = One("~proxy-protocol-per-target-group: http", "proxy-protocol-per-target-group: found http; invalid port number in proxy-protocol-per-target-group: the numbers of the Service's ports are wanted, with commas between several"),
        ["certificate"] = One("~ssl-cert: example.com", "ssl-cert: found 'example.com'; a certificate's ARN is wanted"),
        ["ports of TLS"] = One("~ssl-ports: '*'", "ssl-ports: found *; unused port in ssl-ports annotation: the Service has http (80), and '*' matches none"),
        ["policy"] = One("~ssl-cert: 'arn:aws:acm:us-west-2:123456789012:certificate/one', ~ssl-negotiation-policy: None", $"ssl-negotiation-policy: found None; known here are {string.Join(", ", TlsPolicy.Names)}"),
        ["ALPN"] = One("~ssl-cert: 'arn:aws:acm:us-west-2:123456789012:certificate/one', ~alpn-policy: h2", "alpn-policy: found 'h2'; allowed are None, HTTP1Only, HTTP2Only, HTTP2Optional, HTTP2Preferred"),
        ["check's protocol"] = One("~healthcheck-protocol: grpc", "healthcheck-protocol: found 'grpc'; unsupported health check protocol: allowed are tcp, http and https"),
        ["check's port"] = One("~healthcheck-port: admin", "healthcheck-port: failed to resolve healthCheckPort: unable to find port admin; the Service has http (80)"),
        ["check's timeout"] = One("~healthcheck-timeout: '11'", "healthcheck-timeout: the timeout (11 s) must not be longer than the interval (10 s)"),
        ["check's codes"] = One("~healthcheck-protocol: http, ~healthcheck-success-codes: '600'", "healthcheck-success-codes: found '600'; codes from 200 to 599 are wanted, as 200, 200,202 or 200-399"),
        ["an action"] = One("'service.beta.kubernetes.io/actions.TCP-80': '{\"type\":\"forward\",\"forwardConfig\":{\"targetGroups\":[]}}'", "actions.TCP-80: invalid forwardConfig: found baseServiceWeight ; base service weight must be between 0 and 999"),
        ["an action's Service"] = One(
            "'service.beta.kubernetes.io/actions.TCP-80': '{\"type\":\"forward\",\"forwardConfig\":{\"baseServiceWeight\":1,\"targetGroups\":[{\"serviceName\":\"no\",\"servicePort\":1}]}}'",
            "actions.TCP-80: there is no Service no"),
        ["no NodePort"] = ("type: LoadBalancer, allocateLoadBalancerNodePorts: false, selector: { app: web }, ports: [{ port: 80 }]", "",
            "metadata.annotations.service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: unable to support instance target type with an unallocated NodePort: port 80 of shop/web has none (spec.allocateLoadBalancerNodePorts is false); write ip, or a nodePort"),
        ["no selector"] = ($"type: LoadBalancer, {Ports}", "~nlb-target-type: ip",
            "metadata.annotations.service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: service shop/web has no selector, and its targets are ip ones; endpoints that aren't a selector's pods aren't registered here"),
        ["SCTP"] = ("type: LoadBalancer, selector: { app: web }, ports: [{ port: 80, protocol: SCTP, nodePort: 30080 }]", "", "spec.ports[0].protocol: found SCTP; a network load balancer's listeners take TCP and UDP"),
        ["both protocols"] = ("type: LoadBalancer, selector: { app: web }, ports: [{ name: a, port: 53, nodePort: 30080 }, { name: b, port: 53, protocol: UDP, nodePort: 30080 }]", "",
            "spec.ports[1].protocol: port 53 is there for TCP and for UDP, and a load balancer has one listener at a port; the annotation service.beta.kubernetes.io/aws-load-balancer-enable-tcp-udp-listener: \"true\" makes one for both"),
        ["what ELB refuses"] = ("type: LoadBalancer, selector: { app: web }, ports: [{ port: 53, protocol: UDP, nodePort: 30080 }]", "~proxy-protocol: '*'", "of its TargetGroup shop/k8s-shop-web-"),
    };

    public static TheoryData<string> Cases => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_isnt_accepted_makes_no_load_balancer_and_stops_nothing_else(string name)
    {
        var (spec, annotations, error) = Wrong[name];
        var cluster = new AlbCluster(Raw(spec, annotations) + Service("other") + Ingress("other", Rule(service: "other")));

        var state = cluster.Reconcile();

        Assert.StartsWith($"cluster.yaml:1: Service shop/web: {error}", Assert.Single(cluster.Refused), StringComparison.Ordinal);
        Assert.EndsWith("; until then nothing is made of the load balancer of Service shop/web", cluster.Refused.Single(), StringComparison.Ordinal);
        Assert.Empty(cluster.Errors.All);
        Assert.Null(Assert.Single(state.All<Model.Aws.LoadBalancer>()).Value.Service);
    }

    [Fact]
    public void Any_text_in_an_annotation_is_read_or_told() =>
        Gen.Select(Gen.Int[0, NlbAnnotationTable.Table.Names.Count() - 1].Select(i => NlbAnnotationTable.Table.Names.ElementAt(i)), Gen.OneOf(Gen.String, Gen.String[Gen.Char["[]{}\":,=0a-~*"], 0, 40])).Sample((name, text) =>
        {
            var cluster = new AlbCluster(Balanced("type: LoadBalancer", "~ssl-cert: 'arn:aws:acm:us-west-2:123456789012:certificate/one'"));
            cluster.Written<V1Service>("web").Metadata.Annotations[NlbAnnotationTable.Prefix + (name.EndsWith('.') ? $"{name}TCP-80" : name)] = text;
            cluster.Reconcile();
            Assert.Empty(cluster.Errors.All);
        });

    private static string Balanced(string spec, string annotations) => Raw($"{spec}, selector: {{ app: web }}, {Ports}", annotations);

    private static string Raw(string spec, string annotations) => $$"""
        apiVersion: v1
        kind: Service
        metadata: { name: web, namespace: shop, annotations: { {{Tilde().Replace(annotations, NlbAnnotationTable.Prefix + NlbAnnotationTable.Start)}} } }
        spec: { {{spec}} }
        ---

        """;

    private static (string, string, string) One(string annotations, string error) => (
        $"type: LoadBalancer, selector: {{ app: web }}, {Ports}", annotations,
        $"metadata.annotations.service.beta.kubernetes.io/{(error.StartsWith("actions.", StringComparison.Ordinal) ? "" : NlbAnnotationTable.Start)}{error}");

    [GeneratedRegex("(?<=^|, )~")]
    private static partial Regex Tilde();
}
