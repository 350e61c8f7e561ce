using System.Text.Json.Serialization;
using k8s.Models;

namespace Usher.Model.Gateway;

/// <summary>Rules from gRPC calls to backends.</summary>
[KubernetesEntity(Group = GatewayApi.Group, ApiVersion = "v1", Kind = "GRPCRoute", PluralName = "grpcroutes")]
public sealed class GrpcRoute : GatewayObject<GrpcRouteSpec>;

/// <summary>What a GRPCRoute says.</summary>
public sealed class GrpcRouteSpec : HostRouteSpec
{
    /// <summary>Its rules, up to 16.</summary>
    [JsonPropertyName("rules")]
    public IList<GrpcRouteRule> Rules { get; set; } = [];
}

/// <summary>A rule: which calls, what is done to them, where they go.</summary>
public sealed class GrpcRouteRule
{
    /// <summary>Its name, different from the other rules'.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>Any of these, up to 64; empty for every call.</summary>
    [JsonPropertyName("matches")]
    public IList<GrpcRouteMatch> Matches { get; set; } = [];

    /// <summary>What is done to calls and answers, up to 16.</summary>
    [JsonPropertyName("filters")]
    public IList<GrpcRouteFilter> Filters { get; set; } = [];

    /// <summary>The backends, up to 16.</summary>
    [JsonPropertyName("backendRefs")]
    public IList<GrpcBackendRef> BackendRefs { get; set; } = [];
}

/// <summary>A backend of a GRPCRoute.</summary>
public sealed class GrpcBackendRef : BackendRef
{
    /// <summary>What is done to calls for this backend only, up to 16.</summary>
    [JsonPropertyName("filters")]
    public IList<GrpcRouteFilter> Filters { get; set; } = [];
}

/// <summary>A filter; <see cref="Type"/> says which one of the others is set.</summary>
public sealed class GrpcRouteFilter
{
    /// <summary><c>RequestHeaderModifier</c>, <c>ResponseHeaderModifier</c>, <c>RequestMirror</c> or <c>ExtensionRef</c>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    /// <summary>Changes the call's metadata.</summary>
    [JsonPropertyName("requestHeaderModifier")]
    public HttpHeaderFilter? RequestHeaderModifier { get; set; }

    /// <summary>Changes the answer's metadata.</summary>
    [JsonPropertyName("responseHeaderModifier")]
    public HttpHeaderFilter? ResponseHeaderModifier { get; set; }

    /// <summary>Sends a copy to another backend.</summary>
    [JsonPropertyName("requestMirror")]
    public HttpRequestMirrorFilter? RequestMirror { get; set; }

    /// <summary>A controller's own filter.</summary>
    [JsonPropertyName("extensionRef")]
    public LocalObjectReference? ExtensionRef { get; set; }
}

/// <summary>A match: all that it says must hold.</summary>
public sealed class GrpcRouteMatch
{
    /// <summary>The service and method; null for all.</summary>
    [JsonPropertyName("method")]
    public GrpcMethodMatch? Method { get; set; }

    /// <summary>The metadata, up to 16.</summary>
    [JsonPropertyName("headers")]
    public IList<GrpcHeaderMatch> Headers { get; set; } = [];
}

/// <summary>A match of service and method; at least one of both is set.</summary>
public sealed class GrpcMethodMatch
{
    /// <summary><c>Exact</c> or <c>RegularExpression</c>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; set; } = "Exact";

    /// <summary>The service; null for all.</summary>
    [JsonPropertyName("service")]
    public string? Service { get; set; }

    /// <summary>The method; null for all.</summary>
    [JsonPropertyName("method")]
    public string? Method { get; set; }
}

/// <summary>A match of metadata.</summary>
public sealed class GrpcHeaderMatch
{
    /// <summary><c>Exact</c> or <c>RegularExpression</c>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; set; } = "Exact";

    /// <summary>The name, without regard to case.</summary>
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    /// <summary>The value or an expression.</summary>
    [JsonPropertyName("value")]
    public string Value { get; set; } = "";
}
