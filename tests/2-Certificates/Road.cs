using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Certificates.Tests;

/// <summary>
/// A small road: public zone example.com, load balancer "edge" at 127.18.0.1, and whatever a test adds.
/// A certificate brings its validation records unless told not to.
/// </summary>
internal sealed class Road
{
    internal static readonly AwsScope Scope = AwsScope.Default;
    internal static readonly ResourceKey EdgeKey = new("elbv2.services.k8s.aws", "LoadBalancer", "shop", "edge");
    private readonly List<Resource> resources = [];

    internal Road()
    {
        Zone("example.com");
        Add(EdgeKey, new LoadBalancer { LoadBalancerArn = EdgeArn, Name = "edge", DnsName = AwsNames.LoadBalancerDnsName(Scope, "edge", false) });
    }

    /// <summary>Gives the load balancer a node in each of these zones.</summary>
    internal Road Zones(params string[] zones)
    {
        var at = resources.FindIndex(r => r.Key == EdgeKey);
        resources[at] = new Resource(EdgeKey, ((LoadBalancer)resources[at].Value) with { AvailabilityZones = zones }, resources[at].Origin);
        return this;
    }

    /// <summary>Says what the AWS Load Balancer Controller made the load balancer of: <c>Service shop/web</c>, Ingresses with commas between them.</summary>
    internal Road MadeOf(string owners)
    {
        var keys = owners.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(o => o.Split(' ', '/')).Select(o => new ResourceKey(o[0] == "Service" ? "" : "networking.k8s.io", o[0], o[1], o[2])).ToList();
        var at = resources.FindIndex(r => r.Key == EdgeKey);
        var balancer = (LoadBalancer)resources[at].Value;
        resources[at] = new Resource(EdgeKey, keys is [{ Kind: "Service" } service] ? balancer with { Service = service } : balancer with { Ingresses = keys }, resources[at].Origin);
        return this;
    }

    internal static string EdgeArn { get; } = AwsNames.LoadBalancerArn(Scope, "edge");

    internal ErrorList Errors { get; } = new();

    internal static string Arn(string certificate) => AwsNames.CertificateArn(Scope, certificate);

    internal static string ListenerArn(int port) => AwsNames.ListenerArn(Scope, EdgeArn, port);

    internal Road Zone(string name, bool isPrivate = false) =>
        Add(Key("HostedZone", name + isPrivate), new HostedZone { Id = ZoneId(name, isPrivate), Name = name, PrivateZone = isPrivate });

    internal static string ZoneId(string name, bool isPrivate = false) => AwsNames.HostedZoneId(Scope, isPrivate ? "private." + name : name);

    internal Road Record(string zoneId, string name, string value, string type = "CNAME") =>
        Add(Key("RecordSet", $"{resources.Count}"), new RecordSet { HostedZoneId = zoneId, Name = name, Type = type, Ttl = 300, ResourceRecords = [value] });

    internal Road Certificate(string name, string domain, string[]? alternatives = null, string algorithm = "RSA_2048", bool validated = true)
    {
        var certificate = new Certificate
        {
            CertificateArn = Arn(name), DomainName = domain, SubjectAlternativeNames = alternatives ?? [], KeyAlgorithm = algorithm,
        };
        if (validated)
        {
            foreach (var each in certificate.Names)
            {
                var (record, value) = AwsNames.ValidationRecord(Scope, each);
                Record(ZoneId("example.com"), record, value);
            }
        }

        return Add(Key("Certificate", name), certificate);
    }

    /// <summary>A Secret of namespace shop.</summary>
    internal Road Secret(string name, params (string Key, string Value)[] data) => Secret("Opaque", name, data);

    internal Road Secret(string type, string name, params (string Key, string Value)[] data) => Add(
        new ResourceKey("", "Secret", "shop", name),
        new V1Secret { Type = type, Data = data.ToDictionary(d => d.Key, d => System.Text.Encoding.Latin1.GetBytes(d.Value)) });

    /// <summary>An imported certificate; each part is <c>SECRET/KEY</c>.</summary>
    internal Road Import(string name, string certificate, string key, string? chain = null) => Add(Key("Certificate", name), new Certificate
    {
        CertificateArn = Arn(name), DomainName = "", Import = new CertificateImport(Reference(certificate), Reference(key), chain is null ? null : Reference(chain)),
    });

    private static SecretReference Reference(string text) => new("shop", text.Split('/')[0], text.Split('/')[1]);

    internal Road Https(int port, params string[] certificates) => Listener("HTTPS", port, [.. certificates.Select(Arn)]);

    internal Road Listener(string protocol, int port, params string[] arns) => Add(Key("Listener", $"edge-{port}"), new Listener
    {
        ListenerArn = ListenerArn(port),
        LoadBalancerArn = EdgeArn,
        Port = port,
        Protocol = protocol,
        Certificates = arns,
        DefaultActions = [new RuleAction { Type = "fixed-response", FixedResponse = new FixedResponseAction(404, null, null) }],
    });

    /// <summary>Who writes what is added next.</summary>
    internal Origin Writer { get; init; } = new("files", "edge.yaml", 1);

    internal Road Add(ResourceKey key, object value)
    {
        resources.Add(new Resource(key, value, Writer));
        return this;
    }

    internal static ResourceKey Key(string kind, string name) => new("test", kind, "shop", name);

    internal Generation Compile(long number = 1)
    {
        var state = new DesiredState(resources);
        var plan = AddressPlan.Empty.Next(state.All<LoadBalancer>().SelectMany(LoadBalancerNode.Of).Select(n => new AddressClaim(n.Owner, AddressBlock.LoadBalancer, null)));
        var snapshot = new CertificateCompiler().Compile(new CompileContext(state, plan, Scope, Errors));
        return new Generation(number, state, plan, [snapshot]);
    }

    /// <summary>What is told of a certificate before anything is compiled.</summary>
    internal string? Pending(string certificate)
    {
        var state = new DesiredState(resources);
        return new CertificateStatuses().Pending(new CompileContext(state, AddressPlan.Empty, Scope, Errors))(state.All<Certificate>().Single(c => c.Key.Name == certificate).Value);
    }

    internal Generation CompileValid(long number = 1)
    {
        var generation = Compile(number);
        Assert.Empty(Errors.All);
        return generation;
    }
}
