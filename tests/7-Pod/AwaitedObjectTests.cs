using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Pod.Tests;

/// <summary>Pods that are made from ConfigMaps and Secrets that aren't there: they wait, as with the kubelet, and start once those come.</summary>
public sealed class AwaitedObjectTests
{
    private const string Secret = """
        apiVersion: v1
        kind: Secret
        metadata: { name: db, namespace: shop }
        stringData: { PASSWORD: hush }
        ---

        """;

    private readonly Clock time = new();
    private readonly PodDirectory directory = new();
    private readonly FakeLauncher launcher = new();
    private readonly TestRoad road = new();

    [Theory]
    [InlineData("envFrom: [{ secretRef: { name: db } }]", "secret \"db\" not found")]
    [InlineData("env: [{ name: P, valueFrom: { secretKeyRef: { name: db, key: PASSWORD } } }]", "secret \"db\" not found")]
    public async Task A_container_waits_for_the_Secret_of_its_environment_and_no_other_waits_for_it(string from, string message)
    {
        var pod = Pod($"- {{ name: a, image: \"app:1\", {from} }}\n- {{ name: b, image: \"app:1\" }}");
        var worker = await Start(pod);
        await Wait.Until(() => launcher.Order == "b" && Status.AwaitsObject, "the other runs");

        Assert.Equal(("Pending", "CreateContainerConfigError", $"container a: {message}", true), (Status.Phase, Status.Reason, Status.Message, Status.AwaitsObject));
        Assert.Single(await new PodReadiness(directory, time).WhenSettledAsync(TimeSpan.FromHours(1), TestContext.Current.CancellationToken));

        worker.Plan = Plan(Secret + pod);
        await Wait.Until(() => Status.Ready, "it started");
        Assert.Equal("b a", launcher.Order);
        Assert.Equal(("Running", "Running", 0, false), (Status.Phase, Status.Reason, Status.Restarts, Status.AwaitsObject));
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task It_waits_for_a_key_too_and_whatever_else_changes()
    {
        var pod = Pod("- { name: a, image: \"app:1\", env: [{ name: P, valueFrom: { secretKeyRef: { name: db, key: USER } } }] }");
        var worker = await Start(Secret + pod);
        await Wait.Until(() => Status.Reason == "CreateContainerConfigError", "it waits");
        Assert.Equal("couldn't find key USER in Secret shop/db", Status.Message);

        worker.Plan = Plan(Secret.Replace("hush", "other", StringComparison.Ordinal) + pod);
        worker.Plan = Plan(pod);
        await Wait.Until(() => Status.Message == "secret \"db\" not found", "it says what it waits for now");

        worker.Plan = Plan(Secret.Replace("PASSWORD", "USER", StringComparison.Ordinal) + pod);
        await Wait.Until(() => Status.Ready, "it started");
        await worker.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("- { name: a, image: \"app:1\" }", "", "ContainerCreating")]
    [InlineData("- { name: a, image: \"app:1\" }", "initContainers: [{ name: i, image: busybox }], ", "Init:0/1")]
    public async Task A_pod_waits_for_the_Secret_of_a_volume(string containers, string more, string reason)
    {
        var pod = Pod(containers, $"{more}volumes: [{{ name: v, secret: {{ secretName: db }} }}], ");
        var worker = await Start(pod);
        await Wait.Until(() => Status.AwaitsObject, "it waits");
        Assert.Equal(("Pending", reason), (Status.Phase, Status.Reason));
        Assert.EndsWith("FailedMount: MountVolume.SetUp failed for volume \"v\" : secret \"db\" not found", Status.Message, StringComparison.Ordinal);
        Assert.Empty(launcher.Calls);

        worker.Plan = Plan(Secret + pod);
        await Wait.Until(() => Status.Ready, "it started");
        Assert.Equal("set up", launcher.Calls.First());
        Assert.False(Status.AwaitsObject);
        await worker.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("- { name: a, image: \"app:1\", envFrom: [{ configMapRef: { name: gone } }] }", "")]
    [InlineData("- { name: a, image: \"app:1\" }", "volumes: [{ name: v, configMap: { name: gone } }], ")]
    [InlineData("- { name: a, image: \"app:1\" }", "volumes: [{ name: v, persistentVolumeClaim: { claimName: gone } }], ")]
    public async Task One_that_waits_can_be_stopped(string containers, string more)
    {
        var worker = await Start(Pod(containers, more));
        await Wait.Until(() => Status.AwaitsObject, "it waits");

        await worker.StopAsync(CancellationToken.None);

        Assert.Empty(directory.Current);
        Assert.Equal("", launcher.Order);
    }

    [Fact]
    public void What_is_awaited_is_told_at_the_template_and_stops_nothing()
    {
        var (errors, warnings) = (new ErrorList(), new ErrorList());

        road.Next(Pod("- { name: a, image: \"app:1\", envFrom: [{ secretRef: { name: db } }, { secretRef: { name: maybe, optional: true } }] }"), errors, null, warnings);

        Assert.Empty(errors.All);
        Assert.Equal("Pod shop/a: spec.containers[0].envFrom[0].secretRef.name: secret \"db\" not found in namespace \"shop\"; add it to the manifests; until then the pod waits", Assert.Single(warnings.All).ToString());
    }

    [Fact]
    public void A_pod_that_waits_is_not_assumed_to_be_ready()
    {
        var assumed = new AssumedPods();

        assumed.Assume(road.Publish(Pod("- { name: a, image: \"app:1\", envFrom: [{ secretRef: { name: db } }] }")));

        Assert.Equal(("Pending", false, "secret \"db\" not found"), assumed.Current.Values.Select(p => (p.Phase, p.Ready, p.Message)).Single());
    }

    private PodStatus Status => directory.Current.Values.Single();

    private static string Pod(string containers, string more = "") => $$"""
        {{TestRoad.Image("run")}}{{TestRoad.Node}}apiVersion: v1
        kind: Pod
        metadata: { name: a, namespace: shop }
        spec: { {{more}}containers: [{{string.Join(", ", containers.Split('\n').Select(c => c.TrimStart('-', ' ')))}}] }
        """;

    private PodPlan Plan(string yaml)
    {
        road.Publish(yaml);
        return road.Pod("a");
    }

    private async Task<PodWorker> Start(string yaml)
    {
        var worker = new PodWorker(Plan(yaml), new PodTools(launcher, new FakeProber(), directory, time, NullLogger.Instance));
        await worker.StartAsync(TestContext.Current.CancellationToken);
        return worker;
    }
}
