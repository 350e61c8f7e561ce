namespace Usher.Response;

/// <summary>A log that a load balancer delivers to a bucket.</summary>
/// <param name="Attribute">What its attributes begin with: <c>access_logs</c>.</param>
/// <param name="FilePrefix">What its files' names begin with, before the account.</param>
internal sealed record LogKind(string Attribute, string FilePrefix)
{
    /// <summary>A line for each request.</summary>
    public static LogKind Access { get; } = new("access_logs", "");

    /// <summary>A line for each connection of a client.</summary>
    public static LogKind Connection { get; } = new("connection_logs", "conn_log.");

    /// <summary>A line for each health check.</summary>
    public static LogKind HealthCheck { get; } = new("health_check_logs", "health_check_log_");
}
