using System.Net;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>
/// What the Deployment and ReplicaSet controllers, kube-scheduler and the VPC CNI do to the objects; pure, on copies.
/// <list type="number">
/// <item>A Deployment becomes a ReplicaSet, named after its template's hash.</item>
/// <item>A ReplicaSet becomes pods, numbered from 0: fewer replicas take away the highest numbers.</item>
/// <item>A pod gets a node, and keeps the one that it has, cordoned or not.</item>
/// <item>A pod with a node gets an address of its subnet, and keeps the one that it has.</item>
/// </list>
/// </summary>
internal sealed class DeploymentReconciler : IReconciler
{
    /// <inheritdoc/>
    public IEnumerable<Resource> Reconcile(CompileContext context, DesiredState previous)
    {
        var state = context.State;

        // 1. Deployments.
        var made = state.All<V1Deployment>().Select(d => ReplicaSets.Of(d, context.Errors)).OfType<Resource<V1ReplicaSet>>().ToList();
        var written = state.All<V1ReplicaSet>().Where(set => ReplicaSets.Valid(set, context.Errors));

        // 2. ReplicaSets. A pod that somebody wrote is taken as it is.
        var pods = state.All<V1Pod>().Where(pod => pod.Value.Spec is not null).Select(Taken).ToList();
        var names = pods.Select(pod => pod.Resource.Key).ToHashSet();
        foreach (var set in made.Concat(written).OrderBy(s => s.Key.Namespace, StringComparer.Ordinal).ThenBy(s => s.Key.Name, StringComparer.Ordinal))
        {
            pods.AddRange(Enumerable.Range(0, set.Value.Spec.Replicas ?? 1).Select(ordinal => Made(set, ordinal, names)));
        }

        // 3. Nodes, 4. addresses.
        Place(pods, [.. state.All<V1Node>().Select(n => n.Value)], previous, context.Errors);
        return made.Select(set => new Resource(set.Key, set.Value, set.Origin)).Concat(pods.Select(pod => pod.Resource));
    }

    private static Draft Taken(Resource<V1Pod> pod)
    {
        var copy = SafeNames.Copy(pod.Value);
        return new Draft(new Resource(pod.Key, copy, pod.Origin), copy, $"{pod.Key.Namespace}/{pod.Key.Name}");
    }

    private static Draft Made(Resource<V1ReplicaSet> set, int ordinal, HashSet<ResourceKey> names)
    {
        var owner = $"{set.Key.Namespace}/{set.Key.Name}";
        ResourceKey key;
        var attempt = 0;
        do key = new ResourceKey("", "Pod", set.Key.Namespace, $"{set.Key.Name}-{SafeNames.PodSuffix(owner, ordinal, attempt++)}");
        while (!names.Add(key));
        var template = SafeNames.Copy(set.Value.Spec.Template);
        var pod = new V1Pod
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Metadata = new V1ObjectMeta
            {
                Name = key.Name,
                GenerateName = $"{set.Key.Name}-",
                NamespaceProperty = key.Namespace,
                Uid = SafeNames.Uid(key),
                Labels = template.Metadata?.Labels,
                Annotations = template.Metadata?.Annotations,
                OwnerReferences = [ReplicaSets.Owner("ReplicaSet", set.Key)],
            },
            Spec = template.Spec,
        };
        return new Draft(new Resource(key, pod, Origin.Derived), pod, owner);
    }

    private static void Place(List<Draft> pods, List<V1Node> nodes, DesiredState previous, ErrorList errors)
    {
        var scheduler = new Scheduler(nodes);
        var addresses = new PodAddresses(nodes, previous.All<V1Pod>().Select(p => Ip(p.Value)).OfType<IPAddress>());
        var addressOfNode = nodes.GroupBy(n => n.Metadata.Name).ToDictionary(g => g.Key, g => PodAddresses.InternalIp(g.First()));

        // Those who have a seat keep it; only then do new ones choose.
        foreach (var pod in pods) Keep(pod, previous, scheduler, addresses, addressOfNode, errors);
        foreach (var pod in pods.Where(p => string.IsNullOrEmpty(p.Pod.Spec.NodeName)))
        {
            pod.Pod.Spec.NodeName = scheduler.Choose(pod.Pod.Spec, pod.Owner, out var refusal);
            pod.Refusal = refusal;
        }

        foreach (var pod in pods)
        {
            var node = pod.Pod.Spec.NodeName is { } name ? addressOfNode.GetValueOrDefault(name) : null;
            if (node is not null && pod.Ip is null && (pod.Ip = addresses.Next(node)) is null)
            {
                errors.Add(pod.Resource.Key, pod.Resource.Origin, "status.podIP",
                    $"no address is left beside node {pod.Pod.Spec.NodeName} ({node}): pods get .100 to .254 of its /24; add a node or take replicas away");
            }

            pod.Pod.Status = Status(pod, node);
        }
    }

    private static void Keep(
        Draft pod, DesiredState previous, Scheduler scheduler, PodAddresses addresses, Dictionary<string, IPAddress?> addressOfNode, ErrorList errors)
    {
        var had = previous.Find(pod.Resource.Key)?.Value as V1Pod;
        var named = pod.Pod.Spec.NodeName;
        if (!string.IsNullOrEmpty(named) && !scheduler.Knows(named))
        {
            errors.Add(pod.Resource.Key, pod.Resource.Origin, "spec.nodeName", $"there is no Node \"{named}\"");
        }

        // A node of its own choice needs no scheduler, and no uncordoned node.
        var node = !string.IsNullOrEmpty(named) ? named : had?.Spec?.NodeName;
        if (string.IsNullOrEmpty(node) || !scheduler.Knows(node)) return;
        pod.Pod.Spec.NodeName = node;
        scheduler.Seat(node, pod.Owner);
        var ip = had?.Spec?.NodeName == node ? Ip(had) : Ip(pod.Pod);
        if (ip is null || addressOfNode[node] is not { } nodeIp || !PodAddresses.SameSubnet(ip, nodeIp)) return;
        addresses.Keep(ip);
        pod.Ip = ip;
    }

    private static V1PodStatus Status(Draft pod, IPAddress? node) => new()
    {
        Phase = "Pending",
        PodIP = pod.Ip?.ToString(),
        PodIPs = pod.Ip is null ? null : [new V1PodIP { Ip = pod.Ip.ToString() }],
        HostIP = node?.ToString(),
        Conditions =
        [
            pod.Refusal is null
                ? new V1PodCondition { Type = "PodScheduled", Status = "True" }
                : new V1PodCondition { Type = "PodScheduled", Status = "False", Reason = "Unschedulable", Message = pod.Refusal },
        ],
    };

    private static IPAddress? Ip(V1Pod pod) => IPAddress.TryParse(pod.Status?.PodIP, out var ip) ? ip : null;

    private sealed class Draft(Resource resource, V1Pod pod, string owner)
    {
        public Resource Resource { get; } = resource;

        public V1Pod Pod { get; } = pod;

        public string Owner { get; } = owner;

        public IPAddress? Ip { get; set; }

        public string? Refusal { get; set; }
    }
}
