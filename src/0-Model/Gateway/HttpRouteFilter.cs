using System.Text.Json.Serialization;

namespace Usher.Model.Gateway;

/// <summary>A filter; <see cref="Type"/> says which one of the others is set.</summary>
public sealed class HttpRouteFilter
{
    /// <summary><c>RequestHeaderModifier</c>, <c>ResponseHeaderModifier</c>, <c>RequestMirror</c>, <c>RequestRedirect</c>, <c>URLRewrite</c>, <c>CORS</c> or <c>ExtensionRef</c>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    /// <summary>Changes the request's headers.</summary>
    [JsonPropertyName("requestHeaderModifier")]
    public HttpHeaderFilter? RequestHeaderModifier { get; set; }

    /// <summary>Changes the response's headers.</summary>
    [JsonPropertyName("responseHeaderModifier")]
    public HttpHeaderFilter? ResponseHeaderModifier { get; set; }

    /// <summary>Sends a copy to another backend.</summary>
    [JsonPropertyName("requestMirror")]
    public HttpRequestMirrorFilter? RequestMirror { get; set; }

    /// <summary>Answers with a redirect.</summary>
    [JsonPropertyName("requestRedirect")]
    public HttpRequestRedirectFilter? RequestRedirect { get; set; }

    /// <summary>Changes host and path.</summary>
    [JsonPropertyName("urlRewrite")]
    public HttpUrlRewriteFilter? UrlRewrite { get; set; }

    /// <summary>Answers to other origins.</summary>
    [JsonPropertyName("cors")]
    public HttpCorsFilter? Cors { get; set; }

    /// <summary>A controller's own filter.</summary>
    [JsonPropertyName("extensionRef")]
    public LocalObjectReference? ExtensionRef { get; set; }
}

/// <summary>Changes of headers.</summary>
public sealed class HttpHeaderFilter
{
    /// <summary>Headers that are set, up to 16.</summary>
    [JsonPropertyName("set")]
    public IList<HttpHeader> Set { get; set; } = [];

    /// <summary>Headers that are added, up to 16.</summary>
    [JsonPropertyName("add")]
    public IList<HttpHeader> Add { get; set; } = [];

    /// <summary>Headers that are taken away, up to 16.</summary>
    [JsonPropertyName("remove")]
    public IList<string> Remove { get; set; } = [];
}

/// <summary>A header.</summary>
public sealed class HttpHeader
{
    /// <summary>Its name.</summary>
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    /// <summary>Its value.</summary>
    [JsonPropertyName("value")]
    public string Value { get; set; } = "";
}

/// <summary>A change of the path.</summary>
public sealed class HttpPathModifier
{
    /// <summary><c>ReplaceFullPath</c> or <c>ReplacePrefixMatch</c>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    /// <summary>The new path.</summary>
    [JsonPropertyName("replaceFullPath")]
    public string? ReplaceFullPath { get; set; }

    /// <summary>What stands in place of the matched prefix.</summary>
    [JsonPropertyName("replacePrefixMatch")]
    public string? ReplacePrefixMatch { get; set; }
}

/// <summary>A redirect.</summary>
public sealed class HttpRequestRedirectFilter
{
    /// <summary><c>http</c> or <c>https</c>; null keeps the request's.</summary>
    [JsonPropertyName("scheme")]
    public string? Scheme { get; set; }

    /// <summary>The host; null keeps the request's.</summary>
    [JsonPropertyName("hostname")]
    public string? Hostname { get; set; }

    /// <summary>The path; null keeps the request's.</summary>
    [JsonPropertyName("path")]
    public HttpPathModifier? Path { get; set; }

    /// <summary>The port; null follows from the scheme or the listener.</summary>
    [JsonPropertyName("port")]
    public int? Port { get; set; }

    /// <summary>301, 302, 303, 307 or 308.</summary>
    [JsonPropertyName("statusCode")]
    public int StatusCode { get; set; } = 302;
}

/// <summary>A change of host and path.</summary>
public sealed class HttpUrlRewriteFilter
{
    /// <summary>The host; null keeps the request's.</summary>
    [JsonPropertyName("hostname")]
    public string? Hostname { get; set; }

    /// <summary>The path; null keeps the request's.</summary>
    [JsonPropertyName("path")]
    public HttpPathModifier? Path { get; set; }
}

/// <summary>A copy to another backend.</summary>
public sealed class HttpRequestMirrorFilter
{
    /// <summary>The backend.</summary>
    [JsonPropertyName("backendRef")]
    public BackendObjectReference? BackendRef { get; set; }

    /// <summary>The share of requests in percent, 0 to 100; all when neither this nor the fraction is set.</summary>
    [JsonPropertyName("percent")]
    public int? Percent { get; set; }

    /// <summary>The share of requests.</summary>
    [JsonPropertyName("fraction")]
    public Fraction? Fraction { get; set; }
}

/// <summary>A part of a whole.</summary>
public sealed class Fraction
{
    /// <summary>From 0.</summary>
    [JsonPropertyName("numerator")]
    public int Numerator { get; set; }

    /// <summary>From 1.</summary>
    [JsonPropertyName("denominator")]
    public int Denominator { get; set; } = 100;
}
