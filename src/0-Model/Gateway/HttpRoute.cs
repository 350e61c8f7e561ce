using System.Text.Json.Serialization;
using k8s.Models;

namespace Usher.Model.Gateway;

/// <summary>Rules from HTTP requests to backends.</summary>
[KubernetesEntity(Group = GatewayApi.Group, ApiVersion = "v1", Kind = "HTTPRoute", PluralName = "httproutes")]
public sealed class HttpRoute : GatewayObject<HttpRouteSpec>;

/// <summary>What an HTTPRoute says.</summary>
public sealed class HttpRouteSpec : HostRouteSpec
{
    /// <summary>Its rules, up to 16.</summary>
    [JsonPropertyName("rules")]
    public IList<HttpRouteRule> Rules { get; set; } = [new()];
}

/// <summary>A rule: which requests, what is done to them, where they go.</summary>
public sealed class HttpRouteRule
{
    /// <summary>Its name, different from the other rules'.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>Any of these, up to 64; all requests by default.</summary>
    [JsonPropertyName("matches")]
    public IList<HttpRouteMatch> Matches { get; set; } = [new()];

    /// <summary>What is done to requests and responses, up to 16.</summary>
    [JsonPropertyName("filters")]
    public IList<HttpRouteFilter> Filters { get; set; } = [];

    /// <summary>The backends, up to 16.</summary>
    [JsonPropertyName("backendRefs")]
    public IList<HttpBackendRef> BackendRefs { get; set; } = [];

    /// <summary>How long a request may take.</summary>
    [JsonPropertyName("timeouts")]
    public HttpRouteTimeouts? Timeouts { get; set; }
}

/// <summary>A backend of an HTTPRoute.</summary>
public sealed class HttpBackendRef : BackendRef
{
    /// <summary>What is done to requests for this backend only, up to 16.</summary>
    [JsonPropertyName("filters")]
    public IList<HttpRouteFilter> Filters { get; set; } = [];
}

/// <summary>How long a request may take. GEP-2257 durations; <c>0s</c> is no limit.</summary>
public sealed class HttpRouteTimeouts
{
    /// <summary>The whole request.</summary>
    [JsonPropertyName("request")]
    public string? Request { get; set; }

    /// <summary>One attempt at a backend; no longer than the whole.</summary>
    [JsonPropertyName("backendRequest")]
    public string? BackendRequest { get; set; }
}
