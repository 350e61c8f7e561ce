using System.Collections.Concurrent;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>
/// The worker nodes of a road for which nobody wrote a Node, as an application's manifests don't: two m5.large of an EKS managed node
/// group, in two zones of the road's region. Their names, addresses and instance ids are always the same, so that a TargetGroup's targets can name them.
/// One written Node, and there are no others than those written. Pure.
/// </summary>
internal sealed class DefaultNodes : IReconciler
{
    /// <summary>The node group that they are of.</summary>
    public const string NodeGroup = "default";

    private const string InstanceType = "m5.large";

    private static readonly (string Address, string Instance, char Zone)[] Nodes =
    [
        ("10.0.1.10", "i-0a1b2c3d4e5f60001", 'a'),
        ("10.0.2.10", "i-0a1b2c3d4e5f60002", 'b'),
    ];

    // The same objects for every generation, so that nodes which haven't changed are seen not to have.
    private static readonly ConcurrentDictionary<string, Resource[]> ByRegion = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<Resource> Reconcile(CompileContext context, DesiredState previous) =>
        context.State.All<V1Node>().Any() ? [] : ByRegion.GetOrAdd(context.Scope.Region, region => [.. Nodes.Select(n => Of(region, n.Address, n.Instance, n.Zone))]);

    private static Resource Of(string region, string address, string instance, char zone)
    {
        var name = $"ip-{address.Replace('.', '-')}.{Domain(region)}";
        var node = new V1Node
        {
            ApiVersion = "v1",
            Kind = "Node",
            Metadata = new V1ObjectMeta { Name = name, Labels = Labels(name, region, $"{region}{zone}") },
            Spec = new V1NodeSpec { ProviderID = $"aws:///{region}{zone}/{instance}" },
            Status = new V1NodeStatus
            {
                Addresses =
                [
                    new V1NodeAddress { Type = "InternalIP", Address = address },
                    new V1NodeAddress { Type = "InternalDNS", Address = name },
                    new V1NodeAddress { Type = "Hostname", Address = name },
                ],
                Capacity = Resources("2", "7934424Ki"),
                Allocatable = Resources("1930m", "7244248Ki"),
            },
        };
        return new Resource(new ResourceKey("", "Node", "", name), node, Origin.Derived);
    }

    // The private DNS name of an instance (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html#vpc-dns-hostnames).
    private static string Domain(string region) => region == "us-east-1" ? "ec2.internal" : $"{region}.compute.internal";

    // https://kubernetes.io/docs/reference/labels-annotations-taints/, and what EKS adds for a managed node group.
    private static Dictionary<string, string> Labels(string name, string region, string zone) => new()
    {
        ["eks.amazonaws.com/capacityType"] = "ON_DEMAND",
        ["eks.amazonaws.com/nodegroup"] = NodeGroup,
        ["kubernetes.io/arch"] = "amd64",
        ["kubernetes.io/hostname"] = name,
        ["kubernetes.io/os"] = "linux",
        ["node.kubernetes.io/instance-type"] = InstanceType,
        ["topology.kubernetes.io/region"] = region,
        [NodeFields.ZoneLabel] = zone,
    };

    // An m5.large has 3 interfaces of 10 addresses, which is 29 pods with the VPC CNI; EKS keeps 70m of two CPUs and 255 MiB + 11 MiB a pod, the
    // kubelet 100 MiB more (https://github.com/awslabs/amazon-eks-ami, kube-reserved).
    private static Dictionary<string, ResourceQuantity> Resources(string cpu, string memory) => new()
    {
        ["cpu"] = new ResourceQuantity(cpu),
        ["memory"] = new ResourceQuantity(memory),
        ["pods"] = new ResourceQuantity("29"),
    };
}
