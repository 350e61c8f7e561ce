using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod.Tests;

/// <summary>Generation after generation, with stand-ins and real processes, composed by AddPods.</summary>
public sealed class CarrierTests : IAsyncDisposable
{
    private readonly TestRoad road = new();
    private readonly ServiceProvider services;
    private readonly int port = TestRoad.FreePort();

    public CarrierTests()
    {
        services = Build();
        road.Observe = () => new Observed(TimeProvider.System.GetUtcNow(), services.GetRequiredService<IPodDirectory>().Current);
    }

    [Fact]
    public async Task Pods_run_from_prepare_on_and_leave_at_commit()
    {
        await Apply(Deployment("users:1", 2));
        Assert.Equal(2, Living().Count());
        Assert.All(Living(), p => Assert.True(p.Ready));
        var addresses = road.Pods.Select(p => p.Address!.Bound).ToList();
        foreach (var address in addresses) Assert.True(await Answers(address));

        // The first step makes one more, the next ones take old pods away.
        var change = await Prepare(Deployment("users:2", 2));
        Assert.Equal(3, Living().Count());
        await Commit(change);
        Assert.Equal(3, Living().Count());
        foreach (var address in addresses) Assert.True(await Answers(address));

        await Wait.Until(async () =>
        {
            await Apply(Deployment("users:2", 2));
            return Living().Count() == 2 && road.Pods.All(p => p.Image == "users:2");
        }, "the old pods left");
        foreach (var address in addresses) Assert.False(await Answers(address));
        foreach (var pod in road.Pods) Assert.True(await Answers(pod.Address!.Bound));
    }

    [Fact]
    public async Task A_terminating_pod_keeps_its_address_and_answers_until_it_is_gone()
    {
        await Apply(Deployment("users:1", 1, "lifecycle: { preStop: { sleep: { seconds: 5 } } }"));
        var pod = road.Pods.Single();

        await Apply(TestRoad.Node);

        Assert.True(road.Pods.Single() is { Terminating: true, Image: "users:1" } left && left.Address == pod.Address);
        Assert.True(Living().Single() is { Terminating: true, Ready: true });
        Assert.True(await Answers(pod.Address!.Bound));
        await Wait.Until(() => !Living().Any(), "it is gone");
        await Apply(TestRoad.Node);
        Assert.Empty(road.Pods);
    }

    [Fact]
    public async Task What_an_older_template_made_goes_on_though_its_command_and_its_secret_are_gone()
    {
        var secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: shop }\nstringData: { A: b }\n---\n";
        await Apply(secret + Command() + Deployment("users:1", 1, Ready + ", envFrom: [{ secretRef: { name: s } }]"));
        await Settled();
        var pid = Living().Single().ProcessId;

        await Apply(Deployment("users:2", 1, "readinessProbe: { tcpSocket: { port: 1 } }"));

        Assert.Equal(2, road.Pods.Length);
        Assert.True(road.Pods.Single(p => p.Image == "users:1") is { Runtime: PodRuntime.Process, Terminating: false });
        Assert.Equal(pid, Living().Single(p => p.Runtime == PodRuntime.Process).ProcessId);
    }

    [Fact]
    public async Task A_pod_waits_for_its_secret_and_starts_with_it()
    {
        const string secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: shop }\nstringData: { A: b }\n---\n";
        await Apply(Command() + Deployment("users:1", 1, Ready + ", envFrom: [{ secretRef: { name: s } }]"));
        Assert.Equal("secret \"s\" not found", Assert.Single(await Settled()).Message);
        var pod = road.Pods.Single();

        await Apply(secret + Command() + Deployment("users:1", 1, Ready + ", envFrom: [{ secretRef: { name: s } }]"));

        Assert.Equal(pod.Key, road.Pods.Single().Key);
        await Wait.Until(() => Living().Single() is { Ready: true, Restarts: 0, Runtime: PodRuntime.Process }, "it is ready");
    }

    [Fact]
    public async Task What_was_prepared_and_not_committed_is_undone_and_what_runs_is_not_disturbed()
    {
        await Apply(Deployment("users:1", 1));
        var before = Living().Single();

        await using (await Prepare(Deployment("users:2", 1))) Assert.Equal(2, Living().Count());

        Assert.Equal(before, Living().Single());
        Assert.True(await Answers(road.Pods.Single().Address!.Bound));
    }

    [Fact]
    public async Task Pods_of_the_same_template_are_kept_and_scaling_takes_the_last_ones_away()
    {
        await Apply(Command() + Deployment("users:1", 3, Ready));
        await Settled();
        var pids = Living().ToDictionary(p => p.Key, p => p.ProcessId);

        await Apply(Command() + Deployment("users:1", 2, Ready));
        await Wait.Until(() => Living().Count() == 2, "one left");

        Assert.All(Living(), p => Assert.Equal(pids[p.Key], p.ProcessId));
    }

    [Fact]
    public async Task A_process_that_is_killed_is_restarted_and_its_readiness_follows()
    {
        await Apply(Command() + Deployment("users:1", 1, Ready));
        await Settled();
        var first = Living().Single();
        Assert.Equal((PodRuntime.Process, true, 0), (first.Runtime, first.Ready, first.Restarts));

        Signals.Send(first.ProcessId!.Value, Signals.Kill);
        await Wait.Until(() => Living().Single() is { Restarts: 1, Ready: true }, "it was restarted and is ready");
        Assert.NotEqual(first.ProcessId, Living().Single().ProcessId);

        var address = road.Pods.Single().Address!.Bound;
        await Get(address, "/unready");
        await Wait.Until(() => Living().Single() is { Ready: false, Message: "Readiness probe failed: HTTP probe failed with statuscode: 503" }, "it is not ready");
        await Get(address, "/ready");
        await Wait.Until(() => Living().Single().Ready, "it is ready again");
    }

    [Fact]
    public async Task A_pod_changed_under_its_name_is_replaced_at_commit()
    {
        await Apply(TestRoad.OnePod($"ports: [{{ containerPort: {port} }}]"));
        await Apply(TestRoad.OnePod($"ports: [{{ containerPort: {port} }}]", image: "app:2"));
        await Wait.Until(() => Living().SingleOrDefault() is { Ready: true, Terminating: false }, "the new one runs");
        Assert.Contains("app:2", await Get(road.Pods.Single().Address!.Bound, "/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_comes_back_waits_for_the_one_that_leaves()
    {
        var stubborn = TestRoad.Image("sh -c trap '' TERM; while :; do sleep 0.05; done") + TestRoad.OnePod("ports: []", "terminationGracePeriodSeconds: 5");
        await Apply(stubborn);
        var first = Living().Single().ProcessId!.Value;
        await Wait.Until(() => IgnoresTerm(first), "it has set its trap");
        await Apply(TestRoad.Node);
        Assert.True(Living().Single().Terminating);

        await Apply(stubborn);
        Assert.True(Living().Single().Terminating);
        await Wait.Until(() => !Living().Any(), "it is gone");
        Assert.False(ProcessTests.Alive(first));

        await Apply(stubborn);
        Assert.True(Living().Single() is { Terminating: false, Ready: true });
    }

    /// <summary>By what Linux says of the process (proc_pid_status(5), SigIgn).</summary>
    private static bool IgnoresTerm(int process)
    {
        const int term = 15;
        var ignored = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)).Split('\t')[1];
        return (Convert.ToUInt64(ignored, 16) & (1UL << (term - 1))) != 0;
    }

    [Fact]
    public async Task A_pod_without_a_node_is_pending_and_starts_when_it_gets_one()
    {
        await Apply(TestRoad.OnePod($"ports: [{{ containerPort: {port} }}]").Replace("status:", "spec: { unschedulable: true }\nstatus:", StringComparison.Ordinal));
        Assert.True(Living().Single() is { Phase: "Pending", Ready: false, Message: "0/1 nodes are available: 1 node(s) were unschedulable" });
        Assert.Equal("Pending", Assert.Single(await Settled()).Phase);

        await Apply(TestRoad.OnePod($"ports: [{{ containerPort: {port} }}]"));
        await Wait.Until(() => Living().SingleOrDefault() is { Ready: true }, "it runs");
    }

    [Fact]
    public async Task What_can_not_start_is_an_error_that_names_the_command_or_the_port_and_is_said_once()
    {
        var errors = new ErrorList();
        await using (await Carrier.PrepareAsync(road.Next(TestRoad.Image("no-such-program", "users:1") + Deployment("users:1", 3), errors), errors, default)) Assert.NotEmpty(errors.All);
        var error = Assert.Single(errors.All);
        Assert.Equal(("Image users:1", "command"), (error.Object, error.Field));
        Assert.Contains("no-such-program", error.Message, StringComparison.Ordinal);

        var next = road.Next(Deployment("users:1", 1), errors = new ErrorList());
        var address = next.Get<PodSnapshot>().Pods.Single().Address!.Bound;
        using var taken = new System.Net.Sockets.TcpListener(address, port);
        taken.Start();
        await using (await Carrier.PrepareAsync(next, errors, default)) error = Assert.Single(errors.All);
        Assert.Equal(("Deployment shop/users", "spec.template.spec"), (error.Object, error.Field));
        Assert.Contains($"{address}:{port}", error.Message, StringComparison.Ordinal);
        Assert.Empty(Living());
    }

    [Fact]
    public async Task A_pod_that_can_not_start_in_a_step_waits_and_is_tried_again()
    {
        var errors = new ErrorList();
        var next = road.Next(Deployment("users:1", 1), errors);
        next = new Generation(next.Number, next.State, next.Addresses, [Snapshot.Of(next.Get<PodSnapshot>())]) { IsStep = true };
        using var taken = new System.Net.Sockets.TcpListener(next.Get<PodSnapshot>().Pods.Single().Address!.Bound, port);
        taken.Start();

        await using var change = await Carrier.PrepareAsync(next, errors, TestContext.Current.CancellationToken);
        await change.CommitAsync(TestContext.Current.CancellationToken);

        Assert.Empty(errors.All);
        await Wait.Until(() => Living().Single() is { Phase: "Pending", Message: { } m } && m.Contains($":{port}", StringComparison.Ordinal), "it says why");
    }

    [Fact]
    public async Task Stopping_ends_every_pod()
    {
        await Apply(Command() + Deployment("users:1", 2, Ready));
        await Settled();
        var pids = Living().Select(p => p.ProcessId!.Value).ToList();

        await Carrier.StopAsync(CancellationToken.None);

        Assert.Empty(Living());
        Assert.DoesNotContain(pids, ProcessTests.Alive);
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (Directory.Exists(road.Options.LogDirectory)) Directory.Delete(road.Options.LogDirectory, recursive: true);
    }

    private const string Ready = "readinessProbe: { httpGet: { path: /readyz, port: http }, periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 20 }";

    private ICarrier Carrier => services.GetRequiredService<ICarrier>();

    private ServiceProvider Build() => new ServiceCollection().AddSingleton(road.Options).AddSingleton<IGenerationSource>(road).AddPods().BuildServiceProvider();

    private IEnumerable<PodStatus> Living() => services.GetRequiredService<IPodDirectory>().Current.Values;

    private Task<IReadOnlyList<PodStatus>> Settled() => services.GetRequiredService<IPodReadiness>().WhenSettledAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    private static string Command(string image = "users:1", string? command = null) => TestRoad.Image(command ?? $"dotnet {ProcessTests.Host} serve", image);

    private string Deployment(string image, int replicas, string more = "imagePullPolicy: Always") => $$"""
        {{TestRoad.Node}}apiVersion: apps/v1
        kind: Deployment
        metadata: { name: users, namespace: shop }
        spec:
          replicas: {{replicas}}
          selector: { matchLabels: { app: users } }
          template:
            metadata: { labels: { app: users } }
            spec:
              terminationGracePeriodSeconds: 10
              containers:
                - { name: c, image: "{{image}}", ports: [{ name: http, containerPort: {{port}} }], {{more}} }
        """;

    private Generation? next;

    private async Task<ICarrierChange> Prepare(string yaml)
    {
        var errors = new ErrorList();
        next = road.Next(yaml, errors);
        Assert.Empty(errors.All);
        var change = await Carrier.PrepareAsync(next, errors, TestContext.Current.CancellationToken);
        Assert.Empty(errors.All);
        return change;
    }

    private async Task Commit(ICarrierChange change)
    {
        road.Publish(next!);
        await change.CommitAsync(TestContext.Current.CancellationToken);
        await change.DisposeAsync();
    }

    private async Task Apply(string yaml) => await Commit(await Prepare(yaml));

    private async Task<string> Get(IPAddress address, string path)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync($"http://{address}:{port}{path}", TestContext.Current.CancellationToken);
    }

    private async Task<bool> Answers(IPAddress address)
    {
        try
        {
            return (await Get(address, "/")).Length > 0;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
