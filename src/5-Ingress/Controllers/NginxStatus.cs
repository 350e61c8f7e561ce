using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// What ingress-nginx writes into its Ingresses' status (Command line arguments, <c>--publish-status-address</c>, <c>--publish-service</c>, <c>--report-node-internal-ip-address</c>): the addresses that it is told, else those of its
/// Service, else those of the nodes that its pods are on.
/// </summary>
internal sealed class NginxStatus : IIngressStatus
{
    /// <inheritdoc/>
    public Func<Resource<V1Ingress>, IReadOnlyList<PublishedAddress>?> In(CompileContext context)
    {
        // Only one who asks reads them.
        var classes = new Lazy<IngressClasses>(() => new IngressClasses(context));
        var pods = new Lazy<IReadOnlyList<(Resource<V1Pod> Pod, ControllerImage Image)>>(() => ControllerImage.PodsIn(context.State));
        return ingress => Of(context, [.. pods.Value.Where(p => classes.Value.Serves(p.Image, ingress))]);
    }

    private static IReadOnlyList<PublishedAddress>? Of(CompileContext context, IReadOnlyList<(Resource<V1Pod> Pod, ControllerImage Image)> pods)
    {
        if (pods.Count == 0) return null;
        var image = pods[0].Image;
        if (!image.UpdateStatus) return [];
        if (image.PublishStatusAddress is { Length: > 0 } told) return [.. told.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(a => new PublishedAddress(a))];
        if (image.PublishService is { Length: > 0 } name) return OfService(context, name);
        return [.. pods.Select(p => p.Pod.Value.Spec?.NodeName).Distinct().Select(n => n is null ? null : context.State.Find<V1Node>("", n)).OfType<Resource<V1Node>>().Select(n => OfNode(n, image.ReportNodeInternalIp)).OfType<PublishedAddress>()];
    }

    private static IReadOnlyList<PublishedAddress> OfService(CompileContext context, string name)
    {
        if (name.Split('/') is not [var space, var own] || context.State.Find<V1Service>(space, own) is not { Value.Spec: { } spec } service) return [];
        var external = (spec.ExternalIPs ?? []).Select(a => new PublishedAddress(a)).ToList();
        var cluster = spec.ClusterIP is null or "" or "None" ? [] : new[] { new PublishedAddress(spec.ClusterIP, service.Key) };
        return spec.Type switch
        {
            "ExternalName" => [new PublishedAddress(spec.ExternalName)],
            "LoadBalancer" => [.. LoadBalancerAddresses.Of(context.State, service.Key), .. external],
            "NodePort" when external.Count > 0 => external,
            _ => cluster,
        };
    }

    // A node's first InternalIP is the one that stands for it here.
    private static PublishedAddress? OfNode(Resource<V1Node> node, bool isInternal)
    {
        var addresses = node.Value.Status?.Addresses ?? [];
        var outside = isInternal ? null : addresses.FirstOrDefault(a => a.Type == "ExternalIP");
        if (outside is not null) return new PublishedAddress(outside.Address);
        return addresses.FirstOrDefault(a => a.Type == "InternalIP") is { } inside ? new PublishedAddress(inside.Address, node.Key) : null;
    }
}
