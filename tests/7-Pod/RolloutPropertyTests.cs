using CsCheck;
using k8s.Models;

namespace Usher.Pod.Tests;

/// <summary>Whatever pods do, a rollout keeps to its bounds and ends.</summary>
public sealed class RolloutPropertyTests
{
    private static readonly Gen<string> Amount = Gen.OneOf(Gen.Int[0, 3].Select(n => $"{n}"), Gen.Int[0, 100].Select(n => $"\"{n}%\""));

    private static readonly Gen<(int Replicas, string Surge, string Unavailable, int MinReady, int[] Events)> Story = Gen.Select(
        Gen.Int[1, 7], Amount, Amount, Gen.OneOf(Gen.Const(0), Gen.Const(5)), Gen.Int[0, 1000].Array[0, 60], (replicas, surge, unavailable, minReady, events) =>
            (replicas, surge is "0" or "\"0%\"" && unavailable is "0" or "\"0%\"" ? "1" : surge, unavailable, minReady, events));

    [Fact]
    public void A_rolling_update_keeps_to_its_bounds_and_ends_with_new_pods_only() => Story.Sample(story =>
    {
        var image = 1;
        var cluster = new Cluster();
        var fence = Fencepost.Of(Spec());
        cluster.Apply(Yaml(story, image));
        while (!Done()) Help();

        // From here on whatever happens, the bounds hold.
        foreach (var happening in story.Events)
        {
            var pods = cluster.Pods;
            var pod = pods[happening / 4 % pods.Count];
            switch (happening % 4)
            {
                case 0 when pod.Active && !pod.Ready:
                    cluster.Ready(pod);
                    break;
                case 1 when pod.Terminating:
                    cluster.End(pod);
                    break;
                case 2:
                    cluster.Pass(TimeSpan.FromSeconds(3));
                    break;
                case 3 when image < 4:
                    cluster.Apply(Yaml(story, ++image));
                    Check();
                    break;
            }

            while (cluster.Step()) Check();
        }

        for (var i = 0; !Done(); i++)
        {
            Assert.True(i < 200, "the rollout doesn't end");
            Help();
        }

        Assert.All(cluster.Pods.Where(p => p.Active), p => Assert.Equal($"users:{image}", p.Pod.Spec.Containers[0].Image));
        Assert.Equal(story.Replicas, cluster.Pods.Count);
        Assert.Single(cluster.State.All<V1ReplicaSet>());

        V1DeploymentSpec Spec() => TestRoad.Load(Yaml(story, 1), "/").Select(r => r.Value).OfType<V1Deployment>().Single().Spec;

        bool Done() => cluster.State.All<V1ReplicaSet>().Count() == 1 && Rollouts.Of(cluster.State, cluster.Observed) is [{ Done: true }] && cluster.Pods.All(p => !p.Terminating);

        void Help()
        {
            foreach (var pod in cluster.Pods)
            {
                if (pod.Terminating) cluster.End(pod);
                else cluster.Ready(pod);
            }

            cluster.Pass(TimeSpan.FromSeconds(5));
            while (cluster.Step()) Check();
        }

        void Check()
        {
            var active = cluster.Pods.Where(p => p.Active).ToList();
            Assert.True(active.Count <= story.Replicas + fence.Surge, $"{active.Count} pods, {story.Replicas} wanted with a surge of {fence.Surge}");
            if (cluster.Pods.Count == 0 || image == 1) return;
            var available = active.Count(p => p.AvailableAt(story.MinReady) <= cluster.Now);
            Assert.True(available >= story.Replicas - fence.Unavailable, $"{available} pods are available, {story.Replicas} wanted, {fence.Unavailable} may be missing");
        }
    }, iter: 300);

    private static string Yaml((int Replicas, string Surge, string Unavailable, int MinReady, int[] Events) story, int image) => $$"""
        {{TestRoad.Node}}apiVersion: apps/v1
        kind: Deployment
        metadata: { name: users, namespace: shop }
        spec:
          replicas: {{story.Replicas}}
          minReadySeconds: {{story.MinReady}}
          strategy: { rollingUpdate: { maxSurge: {{story.Surge}}, maxUnavailable: {{story.Unavailable}} } }
          selector: { matchLabels: { app: users } }
          template:
            metadata: { labels: { app: users } }
            spec: { containers: [{ name: c, image: "users:{{image}}" }] }
        """;
}
