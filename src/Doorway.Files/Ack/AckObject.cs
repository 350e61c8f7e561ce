using System.Text.Json.Serialization;
using k8s.Models;

namespace Usher.Doorway.Files.Ack;

// The spec classes have the field names of ACK's CRDs: a property's name in camel case is the field's name.

/// <summary>An object of an ACK CRD. Only its spec is read; the rest is there for the binder to check.</summary>
internal sealed class AckObject<TSpec> where TSpec : class
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    [JsonIgnore]
    public V1ObjectMeta? Metadata { get; set; }

    public TSpec? Spec { get; set; }

    /// <summary>What a controller wrote; <c>kubectl get -o yaml</c> has it.</summary>
    [JsonIgnore]
    public object? Status { get; set; }
}

/// <summary>ACK's <c>…Ref</c> wrapper.</summary>
internal sealed class AckReference
{
    public AckReferenceFrom? From { get; set; }
}

/// <summary>The object that an <see cref="AckReference"/> names.</summary>
internal sealed class AckReferenceFrom
{
    public string? Name { get; set; }

    /// <summary>The referring object's own when not given.</summary>
    public string? Namespace { get; set; }
}

/// <summary>A tag of an AWS resource; it has no effect here.</summary>
internal sealed class AckTag
{
    public string? Key { get; set; }

    public string? Value { get; set; }
}

/// <summary>An attribute of a load balancer or target group.</summary>
internal sealed class AckAttribute
{
    public string? Key { get; set; }

    public string? Value { get; set; }
}
