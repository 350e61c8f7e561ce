using System.Net;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Node.Tests;

/// <summary>What is done to nodes of the running road, and what the control plane finds.</summary>
public sealed class NodeDirectoryTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly NodeDirectory directory;

    public NodeDirectoryTests()
    {
        var nodes = new NodeSnapshot([.. new[] { "a", "b" }.Select((n, i) => new NodeEntry(KeyOf(n), null, null, new RoadAddress(IPAddress.Parse($"10.0.{i}.1"), TestRoad.Address((byte)(i + 1)))))]);
        directory = new NodeDirectory(new FixedGeneration(new Generation(1, DesiredState.Empty, AddressPlan.Empty, [Snapshot.Of(nodes)])), new NodeOptions(), time);
    }

    [Fact]
    public void A_stopped_node_counts_as_ready_until_it_was_missed_for_the_grace_period()
    {
        var changes = 0;
        directory.Changed += () => changes++;

        Assert.Equal(time.GetUtcNow(), directory.Do("a", NodeAction.Stop).StoppedSince);
        time.Advance(TimeSpan.FromSeconds(49));
        Assert.Null(Status("a")!.NotReadySince);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(time.GetUtcNow(), Status("a")!.NotReadySince);
        Assert.Equal(2, changes);
        Assert.Null(Status("b"));
    }

    [Fact]
    public void A_node_that_starts_in_time_was_never_missed_and_is_as_written_again()
    {
        directory.Do("a", NodeAction.Stop);
        time.Advance(TimeSpan.FromSeconds(30));
        directory.Do("a", NodeAction.Start);
        time.Advance(TimeSpan.FromHours(1));

        Assert.Empty(directory.Current);
    }

    [Fact]
    public void Doing_the_same_twice_changes_nothing()
    {
        directory.Do("a", NodeAction.Stop);
        var (since, changes) = (Status("a")!.StoppedSince, 0);
        directory.Changed += () => changes++;
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(since, directory.Do("a", NodeAction.Stop).StoppedSince);
        Assert.Equal(0, changes);
    }

    [Fact]
    public void Draining_cordons_and_uncordoning_ends_both()
    {
        var drained = directory.Do("a", NodeAction.Drain);
        Assert.Equal((true, time.GetUtcNow()), (drained.Unschedulable, drained.DrainedSince));

        var after = directory.Do("a", NodeAction.Uncordon);
        Assert.Equal((false, null), (after.Unschedulable, after.DrainedSince));
    }

    [Fact]
    public void An_unknown_node_is_refused_with_those_that_there_are() =>
        Assert.Equal("there is no node 'c'; the nodes are a, b", Assert.Throws<KeyNotFoundException>(() => directory.Do("c", NodeAction.Stop)).Message);

    [Fact]
    public void Reports_tell_it_as_kubectl_does()
    {
        directory.Do("a", NodeAction.Drain);
        directory.Do("b", NodeAction.Stop);
        var nodes = new NodeSnapshot([.. new[] { "a", "b" }.Select(n => new NodeEntry(KeyOf(n), null, null, new RoadAddress(IPAddress.Loopback, IPAddress.Loopback)))]);
        var generation = new Generation(1, DesiredState.Empty, AddressPlan.Empty, [Snapshot.Of(nodes)]);

        Assert.Equal(["Ready,SchedulingDisabled True", "Ready False"], new NodeReports(directory).All(generation).Select(n => $"{n.State} {n.Drained}"));
        time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(["Ready,SchedulingDisabled", "NotReady"], new NodeReports(directory).All(generation).Select(n => n.State));
    }

    [Fact]
    public void What_was_asked_is_put_into_the_node_as_kubernetes_does()
    {
        var since = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var written = new V1Node { Metadata = new V1ObjectMeta { Name = "a" }, Spec = new V1NodeSpec { Taints = [new V1Taint { Key = "own", Effect = "NoSchedule" }] } };
        var node = Merged(written, new NodeIntent("a", true, since, since));

        Assert.True(node.Spec.Unschedulable);
        Assert.Equal("2026-01-01T00:00:00.0000000+00:00", node.Metadata.Annotations[NodeIntent.DrainAnnotation]);
        Assert.Equal(
            ["own NoSchedule ", "node.kubernetes.io/unreachable NoSchedule 01/01/2026 00:00:00", "node.kubernetes.io/unreachable NoExecute 01/01/2026 00:00:00"],
            node.Spec.Taints.Select(t => FormattableString.Invariant($"{t.Key} {t.Effect} {t.TimeAdded}")));
        Assert.Equal(("Ready", "Unknown"), (Assert.Single(node.Status.Conditions).Type, node.Status.Conditions[0].Status));
        // The written object is never changed.
        Assert.Null(written.Spec.Unschedulable);
        Assert.Single(written.Spec.Taints);
    }

    [Fact]
    public void What_the_manifests_say_stays_where_nothing_was_asked() =>
        Assert.True(Merged(new V1Node { Metadata = new V1ObjectMeta { Name = "a" }, Spec = new V1NodeSpec { Unschedulable = true } }, new NodeIntent("a", null, null, null)).Spec.Unschedulable);

    public void Dispose() => directory.Dispose();

    private NodeStatus? Status(string node) => directory.Current.GetValueOrDefault(KeyOf(node));

    private static ResourceKey KeyOf(string node) => new("", "Node", "", node);

    private static V1Node Merged(V1Node node, NodeIntent intent)
    {
        var state = new DesiredState([new Resource(KeyOf(node.Metadata.Name), node, new Origin("files")), new Resource(NodeIntent.KeyOf(intent.Node), intent, new Origin(NodeIntent.Doorway))]);
        var derived = new NodeIntents().Reconcile(new CompileContext(state, AddressPlan.Empty, AwsScope.Default, new ErrorList()), DesiredState.Empty);
        return (V1Node)Assert.Single(derived).Value;
    }
}
