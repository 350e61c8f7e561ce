using System.Text.Json.Serialization;

namespace Usher.Model.Gateway;

/// <summary>A match: all that it says must hold.</summary>
public sealed class HttpRouteMatch
{
    /// <summary>The path.</summary>
    [JsonPropertyName("path")]
    public HttpPathMatch Path { get; set; } = new();

    /// <summary>The headers, up to 16.</summary>
    [JsonPropertyName("headers")]
    public IList<HttpHeaderMatch> Headers { get; set; } = [];

    /// <summary>The parameters of the query, up to 16.</summary>
    [JsonPropertyName("queryParams")]
    public IList<HttpQueryParamMatch> QueryParams { get; set; } = [];

    /// <summary>The method; null for every one.</summary>
    [JsonPropertyName("method")]
    public string? Method { get; set; }
}

/// <summary>A match of the path.</summary>
public sealed class HttpPathMatch
{
    /// <summary><c>Exact</c>, <c>PathPrefix</c> or <c>RegularExpression</c>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; set; } = "PathPrefix";

    /// <summary>The path, prefix or expression.</summary>
    [JsonPropertyName("value")]
    public string Value { get; set; } = "/";
}

/// <summary>A match of a header.</summary>
public sealed class HttpHeaderMatch
{
    /// <summary><c>Exact</c> or <c>RegularExpression</c>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; set; } = "Exact";

    /// <summary>The header's name, without regard to case.</summary>
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    /// <summary>Its value or an expression.</summary>
    [JsonPropertyName("value")]
    public string Value { get; set; } = "";
}

/// <summary>A match of a parameter of the query.</summary>
public sealed class HttpQueryParamMatch
{
    /// <summary><c>Exact</c> or <c>RegularExpression</c>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; set; } = "Exact";

    /// <summary>The parameter's name.</summary>
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    /// <summary>Its value or an expression.</summary>
    [JsonPropertyName("value")]
    public string Value { get; set; } = "";
}
