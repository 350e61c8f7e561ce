using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Usher.Control;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod.Tests;

/// <summary>Rollouts of real processes, driven by the control's loop alone.</summary>
public sealed class RollingTests : IAsyncDisposable
{
    private readonly TestRoad road = new();
    private readonly ServiceProvider services;
    private readonly int port = TestRoad.FreePort();
    private readonly ConcurrentQueue<string> violations = new();
    private readonly ConcurrentQueue<string> generations = new();

    // It tells of changes while the services go.
    private readonly IPodDirectory pods;

    public RollingTests()
    {
        services = new ServiceCollection()
            .AddSingleton(new RoadOptions(Usher.Model.Aws.AwsScope.Default, road.Range))
            .AddSingleton(road.Options)
            .AddControl()
            .AddPods()
            .BuildServiceProvider();
        pods = services.GetRequiredService<IPodDirectory>();
        Control.Published += g => generations.Enqueue(string.Join(' ', g.State.All<k8s.Models.V1ReplicaSet>().OrderBy(s => s.Value.Metadata.Annotations["deployment.kubernetes.io/revision"]).Select(s => s.Value.Spec.Replicas)));
    }

    [Fact]
    public async Task A_rolling_update_never_has_too_few_ready_or_too_many_pods_and_each_step_is_a_generation()
    {
        await Apply(Deployment("1", replicas: 4, surge: 1, unavailable: 1));
        Assert.Empty(await Rollouts.WhenDoneAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        pods.Changed += () => Check(least: 3, most: 5);

        await Apply(Deployment("2", replicas: 4, surge: 1, unavailable: 1));
        Assert.Empty(await Rollouts.WhenDoneAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        await Wait.Until(() => pods.Current.Count == 4, "the old pods are gone");

        Assert.Empty(violations);
        Assert.Equal(["4", "4 1", "3 1", "3 2"], generations.Take(4));
        Assert.EndsWith("4", generations.Last(), StringComparison.Ordinal);
        await Wait.Until(() => State().All<k8s.Models.V1ReplicaSet>().Count() == 1, "the old ReplicaSet is over");
    }

    [Fact]
    public async Task New_pods_that_end_at_once_take_no_more_old_ones_down_than_may_be_missing_and_the_old_manifest_ends_it()
    {
        await Apply(Deployment("1", replicas: 3, surge: 1, unavailable: 1));
        Assert.Empty(await Rollouts.WhenDoneAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        var before = State().All<k8s.Models.V1ReplicaSet>().Single().Key;
        pods.Changed += () => Check(least: 2, most: 4);

        await Apply(TestRoad.Image("false", "users:2") + Deployment("2", replicas: 3, surge: 1, unavailable: 1, image: "users:2"));
        await Wait.Until(() => pods.Current.Values.Count(p => p.Message?.Contains("CrashLoopBackOff", StringComparison.Ordinal) == true) == 2, "the new pods end again and again");
        // The old pod that has to go may still be about, and answers until its process has ended.
        Assert.Equal(2, pods.Current.Values.Count(p => p is { Ready: true, Terminating: false }));
        Assert.Contains(Rollouts.Current, r => r is { Done: false, Available: 2, Updated: 2 });

        await Apply(Deployment("1", replicas: 3, surge: 1, unavailable: 1));
        Assert.Empty(await Rollouts.WhenDoneAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        await Wait.Until(() => State().All<k8s.Models.V1ReplicaSet>().Count() == 1, "the failed ReplicaSet is over");
        Assert.Equal(before, State().All<k8s.Models.V1ReplicaSet>().Single().Key);
        Assert.Empty(violations);
    }

    [Fact]
    public async Task Recreate_starts_the_new_pods_when_the_old_ones_are_gone()
    {
        await Apply(Deployment("1", replicas: 2, recreate: true));
        Assert.Empty(await Rollouts.WhenDoneAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        var old = pods.Current.Keys.ToHashSet();
        pods.Changed += () =>
        {
            var now = pods.Current.Keys;
            if (now.Any(old.Contains) && now.Any(k => !old.Contains(k))) violations.Enqueue("old and new pods at once");
        };

        await Apply(Deployment("2", replicas: 2, recreate: true));
        await Wait.Until(() => pods.Current.Count == 2 && pods.Current.All(p => !old.Contains(p.Key) && p.Value.Ready), "the new pods are ready");

        Assert.Empty(violations);
    }

    [Fact]
    public async Task A_job_runs_once_to_its_end_gives_its_addresses_back_and_is_not_run_again_by_the_same_manifest()
    {
        var job = TestRoad.Image("true", "migrate:1") + TestRoad.Node + """
            apiVersion: batch/v1
            kind: Job
            metadata: { name: migrate, namespace: shop }
            spec:
              completions: 3
              parallelism: 2
              template: { spec: { restartPolicy: Never, containers: [{ name: c, image: "migrate:1" }] } }
            """;
        await Apply(job);
        Assert.Empty(await Rollouts.WhenDoneAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));

        Assert.Equal(3, pods.Current.Count);
        Assert.All(pods.Current.Values, p => Assert.Equal("Succeeded", p.Phase));
        await Wait.Until(() => pods.Current.Keys.All(k => Current.Addresses.Find(k) is null), "the addresses were given back");
        var ended = pods.Current;

        await Apply(job + " ");
        await Apply(job);
        Assert.Equal(ended, pods.Current);
    }

    [Fact]
    public async Task A_stateful_set_starts_in_order_and_a_pod_comes_back_under_its_name()
    {
        var order = new ConcurrentQueue<string>();
        pods.Changed += () =>
        {
            // Each pod tells of its own changes, at the same time as the others.
            lock (order)
            {
                foreach (var pod in pods.Current.Values.Where(p => p.Ready && !order.Contains(p.Key.Name))) order.Enqueue(pod.Key.Name);
            }
        };
        await Apply(StatefulSet("1"));
        Assert.Empty(await Rollouts.WhenDoneAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal(["web-0", "web-1"], order);
        var before = pods.Current.ToDictionary(p => p.Key.Name, p => p.Value.ProcessId);

        await Apply(StatefulSet("2"));
        Assert.Empty(await Rollouts.WhenDoneAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));

        Assert.Equal(["web-0", "web-1"], pods.Current.Keys.Select(k => k.Name).Order(StringComparer.Ordinal));
        Assert.All(pods.Current, p => Assert.NotEqual(before[p.Key.Name], p.Value.ProcessId));
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (Directory.Exists(road.Options.LogDirectory)) Directory.Delete(road.Options.LogDirectory, recursive: true);
    }

    private RoadControl Control => services.GetRequiredService<RoadControl>();


    private IRollouts Rollouts => services.GetRequiredService<IRollouts>();

    private Generation Current => services.GetRequiredService<IGenerationSource>().Current;

    private DesiredState State() => Current.State;

    private async Task Apply(string yaml)
    {
        var errors = new ErrorList();
        await Control.ApplyAsync("test", [.. TestRoad.Load(yaml, Path.GetTempPath())], errors, TestContext.Current.CancellationToken);
        Assert.Empty(errors.All);
    }

    private void Check(int least, int most)
    {
        var counted = pods.Current.Values.Where(p => !p.Terminating).ToList();
        if (counted.Count > most) violations.Enqueue($"{counted.Count} pods");
        if (counted.Count(p => p.Ready) < least) violations.Enqueue($"{counted.Count(p => p.Ready)} ready");
    }

    private string StatefulSet(string version) => $$"""
        {{TestRoad.Image($"dotnet {ProcessTests.Host} serve", "web:1")}}{{TestRoad.Node}}apiVersion: apps/v1
        kind: StatefulSet
        metadata: { name: web, namespace: shop }
        spec:
          serviceName: web
          replicas: 2
          selector: { matchLabels: { app: web } }
          template:
            metadata: { labels: { app: web } }
            spec:
              terminationGracePeriodSeconds: 5
              containers:
                - name: c
                  image: "web:1"
                  env: [{ name: VERSION, value: "{{version}}" }]
                  ports: [{ name: http, containerPort: {{port}} }]
                  readinessProbe: { httpGet: { path: /readyz, port: http }, periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 20 }
        """;

    private string Deployment(string version, int replicas, int surge = 1, int unavailable = 0, bool recreate = false, string image = "users:1") => $$"""
        {{TestRoad.Image($"dotnet {ProcessTests.Host} serve", "users:1")}}{{TestRoad.Node}}apiVersion: apps/v1
        kind: Deployment
        metadata: { name: users, namespace: shop }
        spec:
          replicas: {{replicas}}
          strategy: { {{(recreate ? "type: Recreate" : $"rollingUpdate: {{ maxSurge: {surge}, maxUnavailable: {unavailable} }}")}} }
          selector: { matchLabels: { app: users } }
          template:
            metadata: { labels: { app: users } }
            spec:
              terminationGracePeriodSeconds: 5
              containers:
                - name: c
                  image: "{{image}}"
                  env: [{ name: VERSION, value: "{{version}}" }]
                  ports: [{ name: http, containerPort: {{port}} }]
                  readinessProbe: { httpGet: { path: /readyz, port: http }, periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 20 }
        """;
}
