using System.Net;
using System.Net.Sockets;
using Usher.Doorway.Files.Binding;
using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>ACK's TargetGroup → <see cref="TargetGroup"/>, with the checks of the ELBv2 API (CreateTargetGroup, RegisterTargets).</summary>
internal static class TargetGroupMapping
{
    internal static TargetGroup? Map(AckManifest manifest, TargetGroupSpec spec, AwsScope scope)
    {
        var name = ElbName.Check(manifest, spec.Name);
        var targetType = TargetType(manifest, spec);
        var network = spec.Protocol is "TCP" or "TLS" or "UDP" or "TCP_UDP";
        if (spec.Protocol is "QUIC" or "TCP_QUIC" or "GENEVE")
        {
            manifest.Error("spec.protocol", $"found {spec.Protocol}, which isn't supported yet; HTTP, HTTPS, TCP, TLS, UDP and TCP_UDP are");
        }
        else
        {
            manifest.OneOf("spec.protocol", spec.Protocol, null, "HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP");
        }

        manifest.Refuse("spec.protocolVersion", network && spec.ProtocolVersion is not null, $"goes with HTTP and HTTPS; this group is {spec.Protocol}");
        var version = network ? "HTTP1" : manifest.OneOf("spec.protocolVersion", spec.ProtocolVersion, "HTTP1", "HTTP1", "HTTP2", "GRPC");
        var port = manifest.Range("spec.port", spec.Port, null, 1, 65535);
        manifest.Refuse("spec.ipAddressType", spec.IpAddressType is not (null or "ipv4"), $"found {spec.IpAddressType}; ipv4 is supported");
        var check = network ? NetworkHealthCheckMapping.Map(manifest, spec) : HealthCheckMapping.Map(manifest, spec, version);
        var attributes = (network ? AttributeTable.NetworkTargetGroup : AttributeTable.TargetGroup).Read(manifest, spec.Attributes);
        if (attributes.GetValueOrDefault("load_balancing.algorithm.type") is "least_outstanding_requests" or "weighted_random"
            && attributes.GetValueOrDefault("slow_start.duration_seconds", "0") != "0")
        {
            manifest.Error("spec.attributes", "slow_start.duration_seconds goes with the round_robin algorithm only; take one of the two away");
        }

        if (targetType == "alb") AlbTargetMapping.Check(manifest, spec);
        var targets = Targets(manifest, spec, targetType, port);
        return manifest.IsWrong ? null : new TargetGroup
        {
            TargetGroupArn = AwsNames.TargetGroupArn(scope, name),
            Name = name,
            Protocol = spec.Protocol!,
            ProtocolVersion = version,
            Port = port,
            TargetType = targetType,
            HealthCheck = check,
            Targets = targets,
            Attributes = attributes,
        };
    }

    private static string TargetType(AckManifest manifest, TargetGroupSpec spec)
    {
        if (spec.TargetType != "lambda") return manifest.OneOf("spec.targetType", spec.TargetType, "instance", "instance", "ip", "alb");
        manifest.Error("spec.targetType", $"found {spec.TargetType}, which isn't supported; instance, ip and alb are");
        return spec.TargetType;
    }

    private static bool IsIPv4(string text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text;

    private static List<TargetDescription> Targets(AckManifest manifest, TargetGroupSpec spec, string targetType, int port)
    {
        var targets = new List<TargetDescription>();
        for (var i = 0; i < spec.Targets?.Count; i++)
        {
            var target = spec.Targets[i];
            var field = $"spec.targets[{i}]";
            if (targetType == "alb")
            {
                targets.Add(AlbTargetMapping.Target(manifest, target, field, port));
                continue;
            }

            var id = manifest.Required($"{field}.id", target.Id, targetType == "ip" ? "an IP address" : "an instance id");
            if (id.Length > 0 && targetType == "instance" && !id.StartsWith("i-", StringComparison.Ordinal))
            {
                manifest.Error($"{field}.id", $"found {Found.Quote(id)}; the group's target type is instance: an id as i-0a1b2c3d4e5f60001 is wanted");
            }

            if (id.Length > 0 && targetType == "ip" && !IsIPv4(id))
            {
                manifest.Error($"{field}.id", $"found {Found.Quote(id)}; the group's target type is ip: an IPv4 address is wanted");
            }

            if (targetType == "instance" && target.AvailabilityZone is not null)
            {
                manifest.Error($"{field}.availabilityZone", "isn't allowed for a target type of instance: the instance's own zone counts");
            }

            int? own = target.Port is null ? null : manifest.Range($"{field}.port", target.Port, null, 1, 65535);
            targets.Add(new TargetDescription(id, own, target.AvailabilityZone));
        }

        return targets;
    }
}
