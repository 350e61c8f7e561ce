using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod.Tests;

/// <summary>Readiness gates of pods: when a pod with some is ready, and what is told until then.</summary>
public sealed class ReadinessGateTests
{
    private const string Gate = TargetHealthGate.Prefix + "web";
    private const string Own = "example.com/warm";
    private readonly Clock time = new();
    private readonly PodDirectory directory = new();
    private readonly FakeProber prober = new();
    private readonly Conditions conditions = new();

    private PodStatus Status => directory.Current.Values.Single();

    // Conditions as type=state: 'T' is True, 'F' False with a reason and a message, 'f' without.
    [Theory]
    [InlineData("", "", 0, 0, false, null)]
    [InlineData(Gate, "", 1, 0, false, "corresponding condition of pod readiness gate \"" + Gate + "\" does not exist.")]
    [InlineData(Gate, Gate + "=F", 1, 0, false, "the status of pod readiness gate \"" + Gate + "\" is not \"True\", but False (Elb.InitialHealthChecking: Initial health checks in progress)")]
    [InlineData(Gate, Gate + "=f", 1, 0, false, "the status of pod readiness gate \"" + Gate + "\" is not \"True\", but False")]
    [InlineData(Gate, Gate + "=T", 1, 1, false, null)]
    [InlineData(Gate, Own + "=T", 1, 0, false, "corresponding condition of pod readiness gate \"" + Gate + "\" does not exist.")]
    [InlineData(Gate + " " + Own, Gate + "=T", 2, 1, true, "corresponding condition of pod readiness gate \"" + Own + "\" does not exist.")]
    [InlineData(Gate + " " + Own, Gate + "=T " + Own + "=T", 2, 2, false, null)]
    [InlineData(Own + " " + Gate, Gate + "=f", 2, 0, true,
        "corresponding condition of pod readiness gate \"" + Own + "\" does not exist., the status of pod readiness gate \"" + Gate + "\" is not \"True\", but False")]
    public void What_gates_say(string gates, string conditions, int all, int open, bool blocked, string? message)
    {
        var set = conditions.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(c => c.Split('=')).ToDictionary(c => c[0], c => c[1] switch
        {
            "T" => new PodConditionStatus(true, null, null),
            "F" => new PodConditionStatus(false, "Elb.InitialHealthChecking", "Initial health checks in progress"),
            _ => new PodConditionStatus(false, null, null),
        });

        Assert.Equal(new GateReading(all, open, blocked, message), GateReading.Of(Road(gates).Pod("a"), set.GetValueOrDefault));
    }

    [Fact]
    public async Task A_pod_is_ready_once_its_containers_are_and_its_gates_are_open()
    {
        prober.Answer = ProbeResult.Failed("no");
        var worker = await StartAsync(Road(Gate, "readinessProbe: { httpGet: { port: 80 }, periodSeconds: 1 }"));

        // Its containers come first.
        await Wait.Until(() => Status.Message == "Readiness probe failed: no", "the probe's words are told");
        conditions.Set(Gate, new PodConditionStatus(true, null, null));
        Assert.Equal((false, false, 1, 1), (Status.Ready, Status.ContainersReady, Status.OpenGates, Status.Gates));
        conditions.Set(Gate, new PodConditionStatus(false, "Target.Timeout", "Request timed out"));
        prober.Answer = ProbeResult.Passed;
        await Wait.Advance(time, TimeSpan.FromSeconds(1), () => Status.ContainersReady, "its containers were ready");
        Assert.Equal((false, "Running", "1/1"), (Status.Ready, Status.Reason, $"{Status.ReadyContainers}/{Status.Containers}"));
        Assert.Equal($"the status of pod readiness gate \"{Gate}\" is not \"True\", but False (Target.Timeout: Request timed out)", Status.Message);

        conditions.Set(Gate, new PodConditionStatus(true, null, null));
        Assert.Equal((true, null), (Status.Ready, Status.Message));
        conditions.Set(Gate, null);
        Assert.False(Status.Ready);

        // One that is gone stays gone.
        await worker.StopAsync(CancellationToken.None);
        conditions.Set(Gate, new PodConditionStatus(true, null, null));
        Assert.Empty(directory.Current);
    }

    [Fact]
    public async Task A_gate_says_nothing_of_a_pod_whose_node_lost_its_power()
    {
        var worker = await StartAsync(Road(Gate));
        await Wait.Until(() => Status.ContainersReady, "its container is ready");

        await worker.CutAsync();
        var last = Status;
        conditions.Set(Gate, new PodConditionStatus(true, null, null));
        Assert.Equal(last, Status);
        Assert.False(last.Ready);
    }

    [Fact]
    public async Task Nobody_waits_for_a_gate_that_nothing_opens()
    {
        var worker = await StartAsync(Road(Own), opened: false);
        await Wait.Until(() => Status.ContainersReady, "its container is ready");

        var pod = Assert.Single(await new PodReadiness(directory, time).WhenSettledAsync(TimeSpan.FromHours(1), TestContext.Current.CancellationToken));
        Assert.Equal($"corresponding condition of pod readiness gate \"{Own}\" does not exist.", pod.Message);
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public void What_nothing_sets_is_warned_of_once_at_the_template()
    {
        var road = new TestRoad();
        var generation = road.Publish(TestRoad.Node + Workload("Deployment", "replicas: 3", Spec($"{Gate} {Own}")));
        var context = new CompileContext(generation.State, generation.Addresses, AwsScope.Default, new ErrorList());
        new PodCompiler(road.Options, [], []).Compile(context);

        var warning = Assert.Single(context.Warnings.All);
        Assert.Equal(
            ("Deployment shop/web", "spec.template.spec.readinessGates[1].conditionType",
                $"nothing here sets the condition {Own}: the pod never gets ready; only those of {TargetHealthGate.Prefix}… are set, by the AWS Load Balancer Controller"),
            (warning.Object, warning.Field, warning.Message));
        Assert.False(warning.NotAccepted);
    }

    [Theory]
    [InlineData(Gate, true, "assumed ready")]
    [InlineData(Own, false, "corresponding condition of pod readiness gate \"" + Own + "\" does not exist.")]
    public void Where_nothing_runs_targets_are_taken_to_be_healthy(string gate, bool ready, string message)
    {
        var pods = new AssumedPods();
        pods.Assume(Road(gate).Current);
        Assert.Equal((ready, message), (pods.Current.Values.Single().Ready, pods.Current.Values.Single().Message));
    }

    [Fact]
    public void Pods_go_through_webhooks_when_they_are_made_and_at_no_other_time()
    {
        var yaml = TestRoad.Node + """
            apiVersion: v1
            kind: Pod
            metadata: { name: own, namespace: shop, labels: { a: b } }
            spec: { containers: [{ name: c, image: "app:1" }] }
            ---

            """ + Workload("Deployment", "replicas: 2");
        var cluster = new Cluster { Admissions = { new Numbered() } };
        cluster.Apply(yaml);
        Assert.Equal(["own 1", "web 2", "web 3"], Gates(cluster));

        // What isn't made anew keeps what it got; so does a pod whose labels alone change.
        cluster.Apply(yaml.Replace("a: b", "a: c", StringComparison.Ordinal).Replace("replicas: 2", "replicas: 3", StringComparison.Ordinal));
        Assert.Equal(["own 1", "web 2", "web 3", "web 4"], Gates(cluster));
    }

    [Fact]
    public void A_workload_names_the_pod_that_waits_and_takes_it_for_its_own()
    {
        foreach (var (kind, spec, words) in new[]
        {
            ("Deployment", "replicas: 2", "0 of 2 updated replicas are available"), ("ReplicaSet", "replicas: 2", "2 current / 2 desired"),
            ("StatefulSet", "replicas: 2\n  serviceName: web\n  podManagementPolicy: Parallel", "waiting for 2 pods to be ready"), ("DaemonSet", "", "0 of 1 updated pods are available"),
        })
        {
            var text = TestRoad.Node + Workload(kind, spec);
            var cluster = new Cluster { Admissions = { new Gated() } };
            cluster.Apply(text);
            cluster.Settle();
            foreach (var pod in cluster.Pods) cluster.Set(pod, s => s with { ContainersReady = true, Gates = 1, Message = "it waits" });
            var name = cluster.Pods.Select(p => p.Key.Name).Order(StringComparer.Ordinal).First();
            var more = cluster.Pods.Count == 2 ? " (and 1 more)" : "";
            Assert.Equal($"{words}; pod {name}{more}: it waits", Assert.Single(Rollouts.Of(cluster.State, cluster.Observed)).Message);

            // Read again, the template is none that the pods aren't of.
            cluster.Apply(text);
            Assert.DoesNotContain("older template", cluster.TellRollouts(), StringComparison.Ordinal);
            foreach (var pod in cluster.Pods) cluster.Set(pod, s => s with { Ready = true, OpenGates = 1, Message = null });
            Assert.DoesNotContain("pod web-", Assert.Single(Rollouts.Of(cluster.State, cluster.Observed)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    // The controller's webhook puts its gates in the place of those of its first version.
    [InlineData(TargetHealthGate.LegacyPrefix + "/web", TargetHealthGate.LegacyPrefix + "/web", false)]
    [InlineData("", Gate, true)]
    [InlineData(Own, "", true)]
    public void A_template_is_older_by_what_was_written_of_it_whatever_webhooks_make_of_its_pods(string gates, string then, bool older)
    {
        var cluster = new Cluster { Admissions = { new Gated() } };
        cluster.Apply(Replicas(gates));
        cluster.Settle();
        cluster.Apply(Replicas(then));
        cluster.Settle();
        Assert.Equal(older, cluster.TellRollouts().Contains("2 of an older template", StringComparison.Ordinal));
    }

    /// <summary>A workload web; what else its spec and its pods' say.</summary>
    private static string Workload(string kind, string spec, string pods = "enableServiceLinks: true") => $$"""
        apiVersion: apps/v1
        kind: {{kind}}
        metadata: { name: web, namespace: shop }
        spec:
          {{spec}}
          selector: { matchLabels: { app: web } }
          template:
            metadata: { labels: { app: web } }
            spec: { {{pods}}, containers: [{ name: c, image: "app:1" }] }
        """;

    private static string Replicas(string gates) => TestRoad.Node + Workload("ReplicaSet", "replicas: 2", gates.Length == 0 ? "enableServiceLinks: true" : $"enableServiceLinks: true, {Spec(gates)}");

    private static IEnumerable<string> Gates(Cluster cluster) =>
        cluster.Pods.Select(p => $"{p.Key.Name.Split('-')[0]} {string.Join('+', (p.Pod.Spec.ReadinessGates ?? []).Select(g => g.ConditionType))}").Order(StringComparer.Ordinal);

    private static string Spec(string gates) => gates.Length == 0 ? "enableServiceLinks: true"
        : $"readinessGates: [{string.Join(", ", gates.Split(' ').Select(g => $"{{ conditionType: {g} }}"))}]";

    private static TestRoad Road(string gates, string container = "ports: [{ containerPort: 80 }]")
    {
        var road = new TestRoad();
        road.Publish(TestRoad.OnePod(container, Spec(gates)));
        return road;
    }

    /// <param name="road">The road of one pod.</param>
    /// <param name="opened">Whether anybody opens gates.</param>
    private async Task<PodWorker> StartAsync(TestRoad road, bool opened = true)
    {
        var worker = new PodWorker(road.Pod("a"), new PodTools(new FakeLauncher(), prober, directory, time, NullLogger.Instance, opened ? conditions : null));
        conditions.Changed += _ => worker.GateChanged();
        await worker.StartAsync(CancellationToken.None);
        return worker;
    }

    /// <summary>The conditions of one pod.</summary>
    private sealed class Conditions : IPodConditions
    {
        private readonly Dictionary<string, PodConditionStatus?> set = [];

        public event Action<ResourceKey>? Changed;

        public PodConditionStatus? Find(ResourceKey pod, string conditionType) => set.GetValueOrDefault(conditionType);

        public void Set(string type, PodConditionStatus? condition)
        {
            set[type] = condition;
            Changed?.Invoke(new ResourceKey("", "Pod", "shop", "a"));
        }
    }

    /// <summary>Gives each pod the same gate.</summary>
    private sealed class Gated : IPodAdmission
    {
        public Func<k8s.Models.V1Pod, k8s.Models.V1Pod> For(CompileContext context, DesiredState previous) =>
            pod => pod with { Spec = pod.Spec with { ReadinessGates = [new k8s.Models.V1PodReadinessGate { ConditionType = Gate }] } };
    }

    /// <summary>Gives each pod a gate with the next number.</summary>
    private sealed class Numbered : IPodAdmission
    {
        private int count;

        public Func<k8s.Models.V1Pod, k8s.Models.V1Pod> For(CompileContext context, DesiredState previous) =>
            pod => pod with { Spec = pod.Spec with { ReadinessGates = [new k8s.Models.V1PodReadinessGate { ConditionType = $"{++count}" }] } };
    }
}
