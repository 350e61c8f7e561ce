using Usher.Model.Desired;
using Usher.Tests;

namespace Usher.Control.Tests;

/// <summary>What a dump of a cluster has beside what people wrote.</summary>
public sealed class OwnedObjectsTests
{
    private const string Web = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: web, namespace: shop, uid: d }
        ---
        apiVersion: apps/v1
        kind: ReplicaSet
        metadata: { name: web-7d9, namespace: shop, uid: r, ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: web, uid: d, controller: true }] }
        ---

        """;

    private const string WebPods = """
        apiVersion: v1
        kind: Pod
        metadata: { name: web-7d9-a, namespace: shop, labels: { pod-template-hash: 7d9 }, ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: web-7d9, uid: r, controller: true }] }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: web-7d9-b, namespace: shop, labels: { pod-template-hash: 7d9 }, ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: web-7d9, uid: r, controller: true }] }
        ---

        """;

    [Fact]
    public void What_a_Deployment_made_is_left_out_with_one_warning()
    {
        var (left, told) = LeaveOut(Web + WebPods);

        Assert.Equal(["Deployment shop/web"], left);
        Assert.Equal(["ReplicaSet shop/web-7d9: metadata.ownerReferences: is left out, with 2 more objects: made by Deployment shop/web, which makes them anew"], told);
    }

    [Fact]
    public void Pods_are_known_by_their_hash_where_their_ReplicaSet_is_missing()
    {
        var (left, told) = LeaveOut(Web.Split("---")[0] + "---\n" + WebPods);

        Assert.Equal(["Deployment shop/web"], left);
        Assert.Equal(["Pod shop/web-7d9-a: metadata.ownerReferences: is left out, with 1 more object: made by Deployment shop/web, which makes them anew"], told);
    }

    [Fact]
    public void Without_their_owner_they_are_not_accepted()
    {
        var (left, told) = LeaveOut(WebPods);

        Assert.Empty(left);
        Assert.Equal(
            [
                "not accepted: Pod shop/web-7d9-a: metadata.ownerReferences: is left out, with 1 more object: made by ReplicaSet shop/web-7d9, which isn't among the objects, so that a cluster's garbage collector deletes them. Add it, or take the field away",
            ],
            told);
    }

    [Theory]
    [InlineData("apps/v1", "StatefulSet", "apps/v1", "ControllerRevision")]
    [InlineData("apps/v1", "DaemonSet", "v1", "Pod")]
    [InlineData("batch/v1", "CronJob", "batch/v1", "Job")]
    [InlineData("v1", "ReplicationController", "v1", "Pod")]
    public void So_is_what_others_made(string ownerVersion, string owner, string madeVersion, string made)
    {
        var (left, told) = LeaveOut($$"""
            apiVersion: {{ownerVersion}}
            kind: {{owner}}
            metadata: { name: web, namespace: shop }
            ---
            apiVersion: {{madeVersion}}
            kind: {{made}}
            metadata: { name: web-1, namespace: shop, ownerReferences: [{ apiVersion: {{ownerVersion}}, kind: {{owner}}, name: web, uid: d, controller: true }] }
            """);

        Assert.Equal([$"{owner} shop/web"], left);
        Assert.Equal([$"{made} shop/web-1: metadata.ownerReferences: is left out: made by {owner} shop/web, which makes it anew"], told);
    }

    [Fact]
    public void What_nobody_here_would_make_anew_stays()
    {
        const string yaml = """
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: { name: web-7d9, namespace: shop, ownerReferences: [{ apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web, uid: d, controller: true }] }
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: web, namespace: shop, ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: d }] }
            ---
            apiVersion: v1
            kind: Secret
            metadata: { name: tls, namespace: shop, ownerReferences: [{ apiVersion: cert-manager.io/v1, kind: Certificate, name: tls, uid: d, controller: true }] }
            """;

        var (left, told) = LeaveOut(yaml);

        Assert.Equal(3, left.Count);
        Assert.Empty(told);
    }

    [Fact]
    public void A_state_without_such_objects_is_the_very_same()
    {
        var state = new DesiredState(ClusterYaml.Read(Web.Split("---")[0]));

        Assert.Same(state, OwnedObjects.LeftOut(state, new ErrorList()));
    }

    private static (IReadOnlyList<string> Left, IReadOnlyList<string> Told) LeaveOut(string yaml)
    {
        var warnings = new ErrorList();
        var state = OwnedObjects.LeftOut(new DesiredState(ClusterYaml.Read(yaml.TrimEnd('-', '\n'))), warnings);
        return ([.. state.Resources.Select(r => r.Key.ToString())], [.. warnings.All.Select(w => $"{(w.NotAccepted ? "not accepted: " : "")}{w with { File = null }}")]);
    }
}
