using System.Net;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>One port of a Service as the commands show it.</summary>
/// <param name="Name">Its name; empty for a single unnamed one.</param>
/// <param name="Protocol"><c>TCP</c>, <c>UDP</c> or <c>SCTP</c>.</param>
/// <param name="Port">Of the virtual IP.</param>
/// <param name="Bound">Where the virtual IP's port listens on this machine; null for a port that isn't carried.</param>
/// <param name="NodePort">On every node, declared and bound alike; 0 without one.</param>
/// <param name="Ready">How many endpoints are ready now.</param>
/// <param name="Endpoints">How many it has, ready or not.</param>
public sealed record ServicePortReport(string Name, string Protocol, int Port, IPEndPoint? Bound, int NodePort, int Ready, int Endpoints);

/// <summary>A Service as the commands show it.</summary>
/// <param name="Name"><c>shop/users</c>.</param>
/// <param name="Type"><c>ClusterIP</c>, <c>NodePort</c>, <c>LoadBalancer</c> or <c>ExternalName</c>.</param>
/// <param name="ClusterIP">The virtual IP as declared; <c>None</c> for a headless Service, empty for an ExternalName.</param>
/// <param name="External">As kubectl's EXTERNAL-IP: a load balancer's address, <c>&lt;pending&gt;</c> while there is none, an ExternalName's host; empty for any other.</param>
/// <param name="HealthCheckNodePort">Where every node tells if it has an endpoint; 0 without one.</param>
/// <param name="Ports">Its ports, in order.</param>
public sealed record ServiceReport(string Name, string Type, string ClusterIP, string External, int HealthCheckNodePort, IReadOnlyList<ServicePortReport> Ports);

/// <summary>Tells how the Services are; answered by the Services' hop.</summary>
public interface IServiceReports
{
    /// <summary>Every Service of a generation, by namespace and name.</summary>
    IReadOnlyList<ServiceReport> All(Generation generation);

    /// <summary>The Services that have a ready endpoint which no node's rules lead to yet: their connections are refused until kube-proxy has heard.</summary>
    IReadOnlyList<string> NotYetProgrammed(Generation generation);
}
