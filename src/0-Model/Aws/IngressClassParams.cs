using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Usher.Model.Aws;

/// <summary>
/// An IngressClassParams of the AWS Load Balancer Controller (<c>elbv2.k8s.aws/v1beta1</c>): what an administrator says for all Ingresses of a class; it beats their annotations (its guide, IngressClass,
/// <em>IngressClassParams</em>).
/// </summary>
public sealed record IngressClassParams : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = TargetGroupBinding.GroupVersion;

    /// <inheritdoc/>
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "IngressClassParams";

    /// <inheritdoc/>
    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What is said.</summary>
    [JsonPropertyName("spec")]
    public IngressClassParamsSpec? Spec { get; init; }
}

/// <summary>The spec of an <see cref="IngressClassParams"/>.</summary>
public sealed record IngressClassParamsSpec
{
    /// <summary>The namespaces whose Ingresses may have the class; all when not set.</summary>
    [JsonPropertyName("namespaceSelector")]
    public V1LabelSelector? NamespaceSelector { get; init; }

    /// <summary>The IngressGroup of all of the class's Ingresses.</summary>
    [JsonPropertyName("group")]
    public IngressClassGroup? Group { get; init; }

    /// <summary><c>internal</c> or <c>internet-facing</c>.</summary>
    [JsonPropertyName("scheme")]
    public string? Scheme { get; init; }

    /// <summary><c>ipv4</c>, <c>dualstack</c> or <c>dualstack-without-public-ipv4</c>.</summary>
    [JsonPropertyName("ipAddressType")]
    public string? IpAddressType { get; init; }

    /// <summary>Tags of what is made.</summary>
    [JsonPropertyName("tags")]
    public IList<AwsKeyValue>? Tags { get; init; }

    /// <summary>Attributes of the load balancers; each beats the annotation's of the same key.</summary>
    [JsonPropertyName("loadBalancerAttributes")]
    public IList<AwsKeyValue>? LoadBalancerAttributes { get; init; }

    /// <summary>The load balancer's name.</summary>
    [JsonPropertyName("loadBalancerName")]
    public string? LoadBalancerName { get; init; }

    /// <summary>ARNs of certificates, the default first.</summary>
    [JsonPropertyName("certificateArn")]
    public IList<string>? CertificateArn { get; init; }

    /// <summary>The security policy of HTTPS listeners.</summary>
    [JsonPropertyName("sslPolicy")]
    public string? SslPolicy { get; init; }

    /// <summary>The HTTPS port that plain requests are redirected to.</summary>
    [JsonPropertyName("sslRedirectPort")]
    public string? SslRedirectPort { get; init; }

    /// <summary><c>instance</c> or <c>ip</c>.</summary>
    [JsonPropertyName("targetType")]
    public string? TargetType { get; init; }

    /// <summary>Attributes of listeners; each beats the annotation's of the same key.</summary>
    [JsonPropertyName("listeners")]
    public IList<IngressClassListener>? Listeners { get; init; }

    /// <summary>Who may come in.</summary>
    [JsonPropertyName("inboundCIDRs")]
    public IList<string>? InboundCIDRs { get; init; }

    /// <summary>The load balancer's subnets.</summary>
    [JsonPropertyName("subnets")]
    public IngressClassSubnets? Subnets { get; init; }

    /// <summary>Managed prefix lists that may come in.</summary>
    [JsonPropertyName("prefixListsIDs")]
    public IList<string>? PrefixListsIDs { get; init; }

    /// <summary>The same under its first name.</summary>
    [JsonPropertyName("PrefixListsIDs")]
    public IList<string>? PrefixListsIDsLegacy { get; init; }

    /// <summary>A web ACL's ARN.</summary>
    [JsonPropertyName("wafv2AclArn")]
    public string? Wafv2AclArn { get; init; }

    /// <summary>A web ACL's name.</summary>
    [JsonPropertyName("wafv2AclName")]
    public string? Wafv2AclName { get; init; }

    /// <summary>The capacity that is reserved.</summary>
    [JsonPropertyName("minimumLoadBalancerCapacity")]
    public LoadBalancerCapacity? MinimumLoadBalancerCapacity { get; init; }

    /// <summary>Where public addresses are taken from.</summary>
    [JsonPropertyName("ipamConfiguration")]
    public IpamConfiguration? IpamConfiguration { get; init; }
}

/// <summary>An IngressGroup.</summary>
public sealed record IngressClassGroup
{
    /// <summary>Its name.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }
}

/// <summary>A tag or an attribute.</summary>
public sealed record AwsKeyValue
{
    /// <summary>Its key.</summary>
    [JsonPropertyName("key")]
    public string? Key { get; init; }

    /// <summary>Its value.</summary>
    [JsonPropertyName("value")]
    public string? Value { get; init; }
}

/// <summary>Attributes of the listener at a port.</summary>
public sealed record IngressClassListener
{
    /// <summary><c>HTTP</c> or <c>HTTPS</c>.</summary>
    [JsonPropertyName("protocol")]
    public string? Protocol { get; init; }

    /// <summary>The port.</summary>
    [JsonPropertyName("port")]
    public int? Port { get; init; }

    /// <summary>Its attributes.</summary>
    [JsonPropertyName("listenerAttributes")]
    public IList<AwsKeyValue>? ListenerAttributes { get; init; }
}

/// <summary>Subnets by their ids or by their tags.</summary>
public sealed record IngressClassSubnets
{
    /// <summary>Their ids.</summary>
    [JsonPropertyName("ids")]
    public IList<string>? Ids { get; init; }

    /// <summary>Values by tag.</summary>
    [JsonPropertyName("tags")]
    public IDictionary<string, IList<string>>? Tags { get; init; }
}

/// <summary>A load balancer's reserved capacity.</summary>
public sealed record LoadBalancerCapacity
{
    /// <summary>In load balancer capacity units.</summary>
    [JsonPropertyName("capacityUnits")]
    public int? CapacityUnits { get; init; }
}

/// <summary>The pool of public addresses.</summary>
public sealed record IpamConfiguration
{
    /// <summary>Its id.</summary>
    [JsonPropertyName("ipv4IPAMPoolId")]
    public string? Ipv4IPAMPoolId { get; init; }
}
