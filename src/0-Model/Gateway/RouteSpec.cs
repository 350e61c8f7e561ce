using System.Text.Json.Serialization;

namespace Usher.Model.Gateway;

/// <summary>What every route says.</summary>
public abstract class RouteSpec
{
    /// <summary>What it attaches to, up to 32.</summary>
    [JsonPropertyName("parentRefs")]
    public IList<ParentReference> ParentRefs { get; set; } = [];
}

/// <summary>What every route with host names says.</summary>
public abstract class HostRouteSpec : RouteSpec
{
    /// <summary>The hosts, exact or <c>*.example.com</c>, up to 16 (a TLSRoute: 1 to 1024); empty for all of the listener's.</summary>
    [JsonPropertyName("hostnames")]
    public IList<string> Hostnames { get; set; } = [];
}
