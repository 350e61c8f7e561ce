using System.Text.Json;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Usher.Model.Aws;

/// <summary>
/// A TargetGroupBinding of the AWS Load Balancer Controller (<c>elbv2.k8s.aws/v1beta1</c>): a target group that has a Service's nodes or pods as targets. The controller makes one for each target group of an Ingress or a
/// Service, and people write them for target groups that they made themselves (its guide, TargetGroupBinding).
/// </summary>
public sealed record TargetGroupBinding : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The group and version of the controller's own kinds.</summary>
    public const string GroupVersion = "elbv2.k8s.aws/v1beta1";

    /// <summary>The group of the controller's own kinds.</summary>
    public const string Group = "elbv2.k8s.aws";

    /// <inheritdoc/>
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = GroupVersion;

    /// <inheritdoc/>
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "TargetGroupBinding";

    /// <inheritdoc/>
    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What is wanted.</summary>
    [JsonPropertyName("spec")]
    public TargetGroupBindingSpec? Spec { get; init; }

    /// <summary>What a controller has observed; not read.</summary>
    [JsonPropertyName("status")]
    public JsonElement? Status { get; init; }
}

/// <summary>The spec of a <see cref="TargetGroupBinding"/>.</summary>
public sealed record TargetGroupBindingSpec
{
    /// <summary>The target group's ARN; it wins over its name.</summary>
    [JsonPropertyName("targetGroupARN")]
    public string? TargetGroupARN { get; init; }

    /// <summary>The target group's name.</summary>
    [JsonPropertyName("targetGroupName")]
    public string? TargetGroupName { get; init; }

    /// <summary><c>instance</c> or <c>ip</c>; the target group's when not set.</summary>
    [JsonPropertyName("targetType")]
    public string? TargetType { get; init; }

    /// <summary>Whose nodes or pods are targets.</summary>
    [JsonPropertyName("serviceRef")]
    public ServiceReference? ServiceRef { get; init; }

    /// <summary>Which nodes are targets of type <c>instance</c>, besides what rules nodes out always.</summary>
    [JsonPropertyName("nodeSelector")]
    public V1LabelSelector? NodeSelector { get; init; }

    /// <summary>Whether others register targets in the group too, which are left alone then.</summary>
    [JsonPropertyName("multiClusterTargetGroup")]
    public bool? MultiClusterTargetGroup { get; init; }

    /// <summary><c>ipv4</c> or <c>ipv6</c>; the target group's when not set.</summary>
    [JsonPropertyName("ipAddressType")]
    public string? IpAddressType { get; init; }

    /// <summary>The target group's protocol; without effect.</summary>
    [JsonPropertyName("targetGroupProtocol")]
    public string? TargetGroupProtocol { get; init; }

    /// <summary>The rules of security groups; without effect.</summary>
    [JsonPropertyName("networking")]
    public TargetGroupBindingNetworking? Networking { get; init; }

    /// <summary>The target group's VPC; without effect.</summary>
    [JsonPropertyName("vpcID")]
    public string? VpcID { get; init; }

    /// <summary>The role by which a target group of another account is reached; without effect.</summary>
    [JsonPropertyName("iamRoleArnToAssume")]
    public string? IamRoleArnToAssume { get; init; }

    /// <summary>What goes with that role; without effect.</summary>
    [JsonPropertyName("assumeRoleExternalId")]
    public string? AssumeRoleExternalId { get; init; }
}

/// <summary>A Service and its port.</summary>
public sealed record ServiceReference
{
    /// <summary>The Service's name.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>The port's name or number.</summary>
    [JsonPropertyName("port")]
    public IntOrString? Port { get; init; }
}

/// <summary>The rules of security groups that a binding wants.</summary>
public sealed record TargetGroupBindingNetworking
{
    /// <summary>What may come in.</summary>
    [JsonPropertyName("ingress")]
    public IList<NetworkingIngressRule>? Ingress { get; init; }
}

/// <summary>Who may reach targets, and where.</summary>
public sealed record NetworkingIngressRule
{
    /// <summary>Who.</summary>
    [JsonPropertyName("from")]
    public IList<NetworkingPeer>? From { get; init; }

    /// <summary>Where; at all ports of TCP when empty.</summary>
    [JsonPropertyName("ports")]
    public IList<NetworkingPort>? Ports { get; init; }
}

/// <summary>A block of addresses, or a security group.</summary>
public sealed record NetworkingPeer
{
    /// <summary>Addresses.</summary>
    [JsonPropertyName("ipBlock")]
    public NetworkingIpBlock? IpBlock { get; init; }

    /// <summary>A security group.</summary>
    [JsonPropertyName("securityGroup")]
    public NetworkingSecurityGroup? SecurityGroup { get; init; }
}

/// <summary>A block of addresses.</summary>
public sealed record NetworkingIpBlock
{
    /// <summary>As <c>10.0.0.0/16</c>.</summary>
    [JsonPropertyName("cidr")]
    public string? Cidr { get; init; }
}

/// <summary>A security group.</summary>
public sealed record NetworkingSecurityGroup
{
    /// <summary>As <c>sg-0123456789abcdef0</c>.</summary>
    [JsonPropertyName("groupID")]
    public string? GroupID { get; init; }
}

/// <summary>A port and its protocol.</summary>
public sealed record NetworkingPort
{
    /// <summary><c>TCP</c>, the default, or <c>UDP</c>.</summary>
    [JsonPropertyName("protocol")]
    public string? Protocol { get; init; }

    /// <summary>All when not set.</summary>
    [JsonPropertyName("port")]
    public IntOrString? Port { get; init; }
}
