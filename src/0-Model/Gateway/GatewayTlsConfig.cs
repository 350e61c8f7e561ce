using System.Text.Json.Serialization;

namespace Usher.Model.Gateway;

/// <summary>A Gateway's TLS towards clients and towards backends.</summary>
public sealed class GatewayTlsConfig
{
    /// <summary>Towards backends.</summary>
    [JsonPropertyName("backend")]
    public GatewayBackendTls? Backend { get; set; }

    /// <summary>Towards clients.</summary>
    [JsonPropertyName("frontend")]
    public FrontendTlsConfig? Frontend { get; set; }
}

/// <summary>A Gateway's TLS towards backends.</summary>
public sealed class GatewayBackendTls
{
    /// <summary>The certificate that the Gateway shows to backends.</summary>
    [JsonPropertyName("clientCertificateRef")]
    public SecretObjectReference? ClientCertificateRef { get; set; }
}

/// <summary>A Gateway's TLS towards clients.</summary>
public sealed class FrontendTlsConfig
{
    /// <summary>For every HTTPS listener whose port has none of its own.</summary>
    [JsonPropertyName("default")]
    public FrontendTls Default { get; set; } = new();

    /// <summary>By port, up to 64.</summary>
    [JsonPropertyName("perPort")]
    public IList<FrontendPortTls> PerPort { get; set; } = [];
}

/// <summary>TLS towards clients on a port.</summary>
public sealed class FrontendPortTls
{
    /// <summary>The port, 1 to 65535.</summary>
    [JsonPropertyName("port")]
    public int Port { get; set; }

    /// <summary>Its TLS.</summary>
    [JsonPropertyName("tls")]
    public FrontendTls Tls { get; set; } = new();
}

/// <summary>TLS towards clients.</summary>
public sealed class FrontendTls
{
    /// <summary>How clients' certificates are checked; null doesn't ask for any.</summary>
    [JsonPropertyName("validation")]
    public FrontendTlsValidation? Validation { get; set; }
}

/// <summary>How clients' certificates are checked.</summary>
public sealed class FrontendTlsValidation
{
    /// <summary>The authorities that are trusted, 1 to 16.</summary>
    [JsonPropertyName("caCertificateRefs")]
    public IList<ObjectReference> CaCertificateRefs { get; set; } = [];

    /// <summary><c>AllowValidOnly</c> or <c>AllowInsecureFallback</c>.</summary>
    [JsonPropertyName("mode")]
    public string Mode { get; set; } = "AllowValidOnly";
}
