using System.Net;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>Every Service, for the commands.</summary>
internal sealed class ServiceReports(EndpointTable endpoints, ServiceFronts fronts) : IServiceReports
{
    /// <inheritdoc/>
    public IReadOnlyList<ServiceReport> All(Generation generation)
    {
        var snapshot = ServiceFronts.Snapshot(generation);
        var balancers = generation.State.All<LoadBalancer>().Where(b => b.Value.Service is not null).ToLookup(b => b.Value.Service!.Value, b => b.Value.DnsName);
        return [.. generation.State.All<V1Service>().Where(s => s.Value.Spec is not null).Select(s => Of(generation.Addresses, snapshot, s, balancers[s.Key]))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> NotYetProgrammed(Generation generation) =>
        [.. fronts.All(generation).Where(f => f.Kind == FrontKind.ClusterIP && fronts.HasReadyEndpoints(generation, f) && !fronts.HasEndpointsEverywhere(generation, f))
            .Select(f => f.Service.Short).Distinct()];

    /// <param name="plan">Who has which address.</param>
    /// <param name="snapshot">The Services.</param>
    /// <param name="service">The one to tell of.</param>
    /// <param name="made">The names of the load balancer that was made of it, which its controller writes to its status.</param>
    private ServiceReport Of(AddressPlan plan, ServiceSnapshot snapshot, Resource<V1Service> service, IEnumerable<string> made)
    {
        var spec = service.Value.Spec;
        var written = service.Value.Status?.LoadBalancer?.Ingress?.Select(i => i.Hostname ?? i.Ip) ?? [];
        var ingress = (made.Any() ? made : written).Where(a => a is not null).ToList();
        var external = spec.Type switch
        {
            "ExternalName" => spec.ExternalName,
            "LoadBalancer" => ingress.Count == 0 ? "<pending>" : string.Join(',', ingress),
            _ => "",
        };
        return new ServiceReport(service.Key.Short, spec.Type ?? "ClusterIP", spec.ClusterIP ?? "", external ?? "",
            spec.HealthCheckNodePort ?? 0, [.. (spec.Ports ?? []).Select(p => Port(plan, snapshot, service.Key, p))]);
    }

    private ServicePortReport Port(AddressPlan plan, ServiceSnapshot snapshot, ResourceKey service, V1ServicePort written)
    {
        var protocol = written.Protocol ?? "TCP";
        var port = snapshot.PortsOf(service).FirstOrDefault(p => p.Name == (written.Name ?? "") && p.Protocol == protocol);
        IPEndPoint? bound = protocol != "SCTP" && plan.Find(service) is not null ? plan.Bind(service, written.Port) : null;
        return new ServicePortReport(written.Name ?? "", protocol, written.Port, bound, written.NodePort ?? 0,
            port is null ? 0 : endpoints.Of(snapshot, port).Ready, port?.Endpoints.Length ?? 0);
    }
}
