using Usher.Model.Contracts;

namespace Usher.Cli.Running;

/// <summary>A Service.</summary>
internal sealed record ServiceLine(
    string Name, string Type, string ClusterIP, string External, int? HealthCheckNodePort, IReadOnlyList<ServicePortLine> Ports)
{
    internal static ServiceLine Of(ServiceReport service) => new(
        service.Name, service.Type, service.ClusterIP, service.External, service.HealthCheckNodePort == 0 ? null : service.HealthCheckNodePort,
        [.. service.Ports.Select(p => new ServicePortLine(p.Name, p.Protocol, p.Port, p.Bound?.ToString(), p.NodePort == 0 ? null : p.NodePort, p.Ready, p.Endpoints))]);

    /// <summary>As <c>usher status</c> prints it.</summary>
    public override string ToString()
    {
        var external = External.Length == 0 ? "" : $"  external {External}";
        var health = HealthCheckNodePort is null ? "" : $"  health check on port {HealthCheckNodePort} of every node";
        return $"{Name}  {Type}  {(ClusterIP.Length == 0 ? "no virtual IP" : ClusterIP == "None" ? "headless" : ClusterIP)}{external}{health}{string.Concat(Ports.Select(p => $"  {p}"))}";
    }
}

/// <summary>A port of a Service.</summary>
internal sealed record ServicePortLine(string Name, string Protocol, int Port, string? Bound, int? NodePort, int Ready, int Endpoints)
{
    /// <summary>As kubectl writes ports, then where it is bound and how many endpoints are ready.</summary>
    public override string ToString() =>
        $"{Port}{(NodePort is null ? "" : $":{NodePort}")}/{Protocol}{(Bound is null ? "" : $" ({Bound})")} {Ready} of {Endpoints} ready";
}
