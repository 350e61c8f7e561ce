namespace Usher.Trace.Export;

/// <summary>How spans are sent (OTEL_EXPORTER_OTLP_PROTOCOL).</summary>
public enum OtlpProtocol
{
    /// <summary>Protocol buffers over HTTP/1.1: <c>http/protobuf</c>.</summary>
    HttpProtobuf,

    /// <summary>gRPC over HTTP/2: <c>grpc</c>.</summary>
    Grpc,
}

/// <summary>Where spans go, and how.</summary>
public sealed record OtlpSettings
{
    /// <summary>The whole address: with <c>/v1/traces</c> for HTTP, with the service's method for gRPC.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The protocol.</summary>
    public OtlpProtocol Protocol { get; init; }

    /// <summary>Headers of each request, or its metadata; keys of backends are here, so they are never printed.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>How long one attempt may take. Above zero.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether bodies are compressed.</summary>
    public bool Gzip { get; init; } = true;

    /// <summary>What TLS is spoken with, where the address is https.</summary>
    public OtlpCertificates Certificates { get; init; } = OtlpCertificates.None;

    /// <summary>Where they go, for a person: without what may be secret in it.</summary>
    public string Told => $"{Endpoint.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)} ({(Protocol == OtlpProtocol.Grpc ? "grpc" : "http/protobuf")})";

    /// <summary>Without the headers' values.</summary>
    public override string ToString() => Told;
}
