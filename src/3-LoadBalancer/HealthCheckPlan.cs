namespace Usher.LoadBalancer;

/// <summary>A target group's health check.</summary>
/// <param name="Https">Whether it is made over TLS.</param>
/// <param name="Path">What is asked for.</param>
/// <param name="Interval">From one check to the next.</param>
/// <param name="Timeout">How long a check may take, its handshake included.</param>
/// <param name="HealthyThreshold">Successes in a row that make an unhealthy target healthy.</param>
/// <param name="UnhealthyThreshold">Failures in a row that make a healthy target unhealthy.</param>
/// <param name="Matcher">The statuses of a success; of a GRPC group, gRPC's.</param>
/// <param name="Version">What the group's targets speak, and its checks with them.</param>
internal sealed record HealthCheckPlan(
    bool Https, string Path, TimeSpan Interval, TimeSpan Timeout, int HealthyThreshold, int UnhealthyThreshold, CodeMatcher Matcher, ProtocolVersion Version = ProtocolVersion.Http1)
{
    /// <summary>Whether a check connects and asks nothing.</summary>
    internal bool Tcp { get; init; }

    /// <summary>Whether a check's connection begins with a PROXY header that names nobody (NLB user guide, Edit target group attributes, Proxy protocol, Health check connections).</summary>
    internal bool ProxyHeader { get; init; }

    /// <summary>What a check is in the health check log.</summary>
    internal string Type => Tcp ? "tcp" : Version switch { ProtocolVersion.Grpc => "grpc", ProtocolVersion.Http2 => "h2", _ => Https ? "https" : "http" };

    /// <summary>What a check asks, for a person.</summary>
    internal string Asks => Tcp ? "TCP connect" : Version == ProtocolVersion.Grpc ? $"gRPC call {Path}" : $"GET {Path}";
}
