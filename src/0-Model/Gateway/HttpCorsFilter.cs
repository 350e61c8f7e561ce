using System.Text.Json.Serialization;

namespace Usher.Model.Gateway;

/// <summary>Answers to other origins (Fetch standard, CORS protocol).</summary>
public sealed class HttpCorsFilter
{
    /// <summary>Origins, <c>https://*.example.com</c> or <c>*</c>, up to 64.</summary>
    [JsonPropertyName("allowOrigins")]
    public IList<string> AllowOrigins { get; set; } = [];

    /// <summary>Whether cookies and authorization may come along; null is no.</summary>
    [JsonPropertyName("allowCredentials")]
    public bool? AllowCredentials { get; set; }

    /// <summary>Methods, or <c>*</c> alone, up to 9.</summary>
    [JsonPropertyName("allowMethods")]
    public IList<string> AllowMethods { get; set; } = [];

    /// <summary>Request headers, or <c>*</c> alone, up to 64.</summary>
    [JsonPropertyName("allowHeaders")]
    public IList<string> AllowHeaders { get; set; } = [];

    /// <summary>Response headers that scripts may read, up to 64.</summary>
    [JsonPropertyName("exposeHeaders")]
    public IList<string> ExposeHeaders { get; set; } = [];

    /// <summary>How long a preflight's answer may be kept, in seconds, from 1.</summary>
    [JsonPropertyName("maxAge")]
    public int MaxAge { get; set; } = 5;
}
