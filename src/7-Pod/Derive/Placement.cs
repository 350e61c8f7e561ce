using System.Net;
using k8s.Models;

namespace Usher.Pod;

/// <summary>
/// What kube-scheduler and the VPC CNI do. A pod that has a node keeps it, cordoned or not, and its address; only then do others choose.
/// </summary>
internal sealed class Placement
{
    private readonly PodBook book;
    private readonly Scheduler scheduler;
    private readonly PodAddresses addresses;
    private readonly Dictionary<string, IPAddress?> addressOfNode;

    private Placement(PodBook book, List<V1Node> nodes)
    {
        this.book = book;
        scheduler = new Scheduler(nodes);
        addresses = new PodAddresses(nodes, book.Previous.All<V1Pod>().Select(p => Pods.Ip(p.Value)).OfType<IPAddress>());
        addressOfNode = nodes.GroupBy(n => n.Metadata.Name).ToDictionary(g => g.Key, g => PodAddresses.InternalIp(g.First()));
    }

    public static void Place(PodBook book)
    {
        var placement = new Placement(book, [.. book.Context.State.All<V1Node>().Select(n => n.Value)]);
        foreach (var pod in book.All.Where(p => p is { Terminating: false, Finished: true })) Finish(pod, book);
        var pods = book.All.Where(p => !p.Terminating && !p.Finished).ToList();
        foreach (var pod in pods) placement.Keep(pod);
        foreach (var pod in pods) placement.Seat(pod);
    }

    // One that has ended gives its address back, and is never started again.
    private static void Finish(PodEntry pod, PodBook book)
    {
        book.Settle(pod);
        if (pod.Pod.Status?.Phase == pod.Phase) return;
        pod.Pod = pod.Pod with
        {
            Spec = pod.Pod.Spec with { NodeName = pod.Had?.Spec.NodeName },
            Status = new V1PodStatus { Phase = pod.Phase, HostIP = pod.Had?.Status?.HostIP, Conditions = pod.Had?.Status?.Conditions },
        };
    }

    private void Keep(PodEntry pod)
    {
        var named = pod.Pod.Spec.NodeName;
        // A node of its own choice needs no scheduler, and no uncordoned node.
        var node = !string.IsNullOrEmpty(named) ? named : pod.Had?.Spec.NodeName;
        if (string.IsNullOrEmpty(node) || !scheduler.Knows(node)) return;
        scheduler.Seat(node, pod.Owner);
        var had = pod.Had?.Spec.NodeName == node ? Pods.Ip(pod.Had) : pod.Ip;
        var ip = had is not null && addressOfNode[node] is { } nodeIp && PodAddresses.SameSubnet(had, nodeIp) ? had : null;
        if (ip is not null) addresses.Keep(ip);
        if (ReferenceEquals(pod.Pod, pod.Had) && Equals(ip, pod.Ip)) return;
        Write(pod, node, ip, null);
    }

    private void Seat(PodEntry pod)
    {
        var node = pod.Pod.Spec.NodeName;
        string? refusal = null;
        if (string.IsNullOrEmpty(node)) node = scheduler.Choose(pod.Pod.Spec, pod.Owner, out refusal);
        if (node is null || pod.Ip is not null || addressOfNode.GetValueOrDefault(node) is not { } nodeIp)
        {
            Write(pod, node, pod.Ip, refusal);
            return;
        }

        var ip = addresses.Next(nodeIp);
        if (ip is null)
        {
            book.Context.Errors.Add(pod.Key, pod.Origin, "status.podIP",
                $"no address is left beside node {node} ({nodeIp}): pods get .100 to .254 of its /24; add a node or take replicas away");
        }

        Write(pod, node, ip, refusal);
    }

    private void Write(PodEntry pod, string? node, IPAddress? ip, string? refusal)
    {
        var host = node is null ? null : addressOfNode.GetValueOrDefault(node)?.ToString();
        var scheduled = pod.Pod.Status?.Conditions?.FirstOrDefault(c => c.Type == "PodScheduled");
        if (scheduled is not null && (pod.Pod.Spec.NodeName ?? "") == (node ?? "") && Equals(pod.Ip, ip) && pod.Pod.Status!.HostIP == host && scheduled.Message == refusal) return;
        pod.Pod = pod.Pod with
        {
            Spec = pod.Pod.Spec with { NodeName = node },
            Status = new V1PodStatus
            {
                Phase = "Pending",
                PodIP = ip?.ToString(),
                PodIPs = ip is null ? null : [new V1PodIP { Ip = ip.ToString() }],
                HostIP = host,
                Conditions =
                [
                    refusal is null
                        ? new V1PodCondition { Type = "PodScheduled", Status = "True" }
                        : new V1PodCondition { Type = "PodScheduled", Status = "False", Reason = "Unschedulable", Message = refusal },
                ],
            },
        };
    }
}
