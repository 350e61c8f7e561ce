using System.Net;
using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary>StatefulSets, DaemonSets, Jobs and CronJobs on a running road, with processes as pods.</summary>
public sealed class WorkloadTests : IDisposable
{
    private const string Whoami = "https://shop.example.org/whoami";
    private static readonly string Cluster = Path.Combine(Tool.Root, "tests/Journey/roads/boutique");

    private readonly Manifests manifests = Manifests.Empty();
    private readonly DirectoryInfo marks = Directory.CreateTempSubdirectory("usher-test-");

    public WorkloadTests() => manifests.Write("usher.yaml", $"""
        images:
          app:1: {"{"} command: [dotnet, Usher.Trouble.dll], workingDirectory: {Tool.Root}/artifacts/bin/Usher.Trouble/release {"}"}
          good:1: {"{"} command: ["true"] {"}"}
          bad:1: {"{"} command: ["false"] {"}"}
          second-time:1: {"{"} command: [sh, -c, "mkdir {marks.FullName}/tried || exit 0; exit 3"] {"}"}
        """);

    [Fact]
    public async Task A_StatefulSet_starts_in_order_is_updated_in_reverse_and_answers_by_each_pods_name()
    {
        await using var road = await StartAsync();

        // A pod is ready when the test says so: what waits for it has to wait.
        manifests.Write("web.yaml", Web(version: 1));
        await PodsAsync(road, "web-0 runs", p => p is [("web-0", false, _)]);
        Ready("web-0", version: 1);
        await PodsAsync(road, "web-1 follows", p => p is [("web-0", true, _), ("web-1", false, _)]);
        Assert.Contains("workload  StatefulSet default/web  1/2 ready, 2 up to date, 1 available: waiting for 1 pods to be ready\n", await StatusAsync(road), StringComparison.Ordinal);
        Ready("web-1", version: 1);
        var first = await PodsAsync(road, "both are ready", p => p is [("web-0", true, _), ("web-1", true, _)]);
        var status = await StatusAsync(road);
        Assert.Contains("workload  StatefulSet default/web  2/2 ready, 2 up to date, 2 available: rolling update complete\n", status, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^service   default/web  .*headless.* 2 of 2 ready$", status);

        await ReachedAsync(road, "web-0", "web-1");
        Assert.Equal(["web-0", "web-1"], [await ByNameAsync(road, "web-0"), await ByNameAsync(road, "web-1")]);

        // The last one first: web-0 stays as it was until the new web-1 is ready.
        manifests.Write("web.yaml", Web(version: 2));
        var half = await PodsAsync(road, "web-1 is new", p => p is [("web-0", true, _), ("web-1", false, var address)] && address.Length > 0 && IsNew("web-1"));
        Assert.Equal(first[0], half[0]);
        await ReachedAsync(road, "web-0");
        Ready("web-1", version: 2);
        await PodsAsync(road, "web-0 is new", p => p is [("web-0", false, _), ("web-1", true, _)] && IsNew("web-0"));
        await ReachedAsync(road, "web-1");
        Ready("web-0", version: 2);
        await PodsAsync(road, "both are ready again", p => p is [("web-0", true, _), ("web-1", true, _)]);
        await Until.HoldsAsync("the update is over", async () => (await StatusAsync(road)).Contains("2/2 ready, 2 up to date, 2 available: rolling update complete\n", StringComparison.Ordinal));
        await ReachedAsync(road, "web-0", "web-1");

        bool IsNew(string pod) => File.Exists(Path.Combine(marks.FullName, $"asked-2-{pod}"));
    }

    [Fact]
    public async Task A_DaemonSet_has_a_pod_on_every_node_that_takes_it()
    {
        manifests.Write("agent.yaml", Agent(""));
        await using var road = await StartAsync();

        var pods = await PodsAsync(road, "both are ready", p => p is [(_, true, _), (_, true, _)]);
        Assert.Equal(["10.0.1", "10.0.2"], pods.Select(p => p.Address[..6]).Order(StringComparer.Ordinal));
        Assert.All(pods, p => Assert.StartsWith("agent-", p.Name, StringComparison.Ordinal));
        Assert.Contains("workload  DaemonSet default/agent  2/2 ready, 2 up to date, 2 available: successfully rolled out\n", await StatusAsync(road), StringComparison.Ordinal);
        await ReachedAsync(road, [.. pods.Select(p => p.Name)]);

        // A drain leaves it where it is.
        Assert.Equal(0, (await road.UsherAsync("node", "drain", "ip-10-0-2-10.ec2.internal")).ExitCode);
        await Until.HoldsAsync("the other pods left the node", async () => (await AllPodsAsync(road)).Count(p => p.Text("address")!.StartsWith("10.0.2.", StringComparison.Ordinal)) == 1);
        await PodsAsync(road, "its pods are still there", p => p.SequenceEqual(pods));
        Assert.Equal(0, (await road.UsherAsync("node", "uncordon", "ip-10-0-2-10.ec2.internal")).ExitCode);

        manifests.Write("agent.yaml", Agent("nodeSelector: { topology.kubernetes.io/zone: us-east-1a }"));
        var left = await PodsAsync(road, "one node takes it", p => p is [(_, true, var address)] && address.StartsWith("10.0.1.", StringComparison.Ordinal));
        await Until.HoldsAsync("it is rolled out", async () =>
            (await StatusAsync(road)).Contains("workload  DaemonSet default/agent  1/1 ready, 1 up to date, 1 available: successfully rolled out\n", StringComparison.Ordinal));
        await ReachedAsync(road, left[0].Name);
    }

    [Fact]
    public async Task Jobs_run_to_their_end_or_fail_and_CronJobs_tell_their_next_run()
    {
        manifests.Write("jobs.yaml", Job("migrate", "good:1", "completions: 3, parallelism: 2", "Never") + Job("stumbles", "second-time:1", "backoffLimit: 2", "OnFailure")
            + Job("breaks", "bad:1", "backoffLimit: 1", "Never") + Cron("yearly", "@yearly", "") + Cron("report", "*/5 * * * *", ", suspend: true, timeZone: Europe/Berlin"));
        await using var road = await StartAsync();

        await Until.HoldsAsync("the Jobs have ended", async () =>
        {
            var jobs = (await road.ApiAsync("/api/road")).GetProperty("workloads").EnumerateArray().Where(w => w.Text("kind") == "Job").ToList();
            return jobs.Count == 3 && jobs.All(j => j.Text("state") is "done" or "failed");
        });
        var status = await StatusAsync(road);
        Assert.Contains("workload  Job default/migrate  complete\n", status, StringComparison.Ordinal);
        Assert.Contains("workload  Job default/stumbles  complete\n", status, StringComparison.Ordinal);
        Assert.Contains("workload  Job default/breaks  failed: BackoffLimitExceeded: Job has reached the specified backoff limit\n", status, StringComparison.Ordinal);
        var pods = status.Split('\n').Where(l => l.StartsWith("pod       default/", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, pods.Count(p => p.StartsWith("pod       default/migrate-", StringComparison.Ordinal) && p.Contains("  Completed, done, 0 restarts", StringComparison.Ordinal)));
        Assert.Single(pods, p => p.StartsWith("pod       default/stumbles-", StringComparison.Ordinal) && p.Contains("  Completed, done, 1 restarts", StringComparison.Ordinal));
        // backoffLimit 1: a second pod, and no third.
        Assert.Equal(2, pods.Count(p => p.StartsWith("pod       default/breaks-", StringComparison.Ordinal) && p.Contains("  Error, not ready", StringComparison.Ordinal)));
        Assert.Equal(6, pods.Count);

        Assert.Contains("cronjob   default/report  */5 * * * * (Europe/Berlin)  suspend True, 0 active, last schedule <none>, next <none>\n", status, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^cronjob   default/yearly  @yearly  suspend False, 0 active, last schedule <none>, next \d{4}-01-01 00:00:00Z$", status);
    }

    [Fact]
    public async Task What_can_not_be_run_is_left_out_or_stays_as_it_was_and_a_pod_waits_for_its_Secret()
    {
        var rest = Waiting + Left + Nobodys;
        manifests.Write("agent.yaml", Agent("") + rest);
        await using var road = await StartAsync();

        var pods = await PodsAsync(road, "the agents are ready, and the other waits", p => p is [(_, true, _), (_, true, _), ("waiting", false, _)]);
        var status = await StatusAsync(road);
        Assert.Matches("(?m)^pod       default/waiting  .*  CreateContainerConfigError, not ready, 0 restarts, process: secret \"later\" not found$", status);
        Assert.Matches("(?m)^not accepted  .*Job default/left: spec.podFailurePolicy: isn't supported. The Job isn't accepted, and is left out$", status);
        Assert.DoesNotContain("workload  Job", status, StringComparison.Ordinal);
        Assert.Matches("(?m)^warning   .*Ingress default/nobodys: spec.ingressClassName: class 'traefik' belongs to a controller that Usher doesn't run", status);

        // The change isn't accepted, and what runs goes on; the Secret that comes with it counts.
        manifests.Write("agent.yaml", Agent("volumes: [{ name: logs, hostPath: { path: /var/log } }]") + rest + """
            ---
            apiVersion: v1
            kind: Secret
            metadata: { name: later }
            stringData: { A: b }
            """);
        var after = await PodsAsync(road, "the pod started", p => p is [(_, true, _), (_, true, _), ("waiting", true, _)]);
        Assert.Equal(pods.Select(p => (p.Name, p.Address)), after.Select(p => (p.Name, p.Address)));
        Assert.Matches("(?m)^not accepted  .*DaemonSet default/agent: spec.template.spec.volumes\\[0\\].hostPath: .* stays in service as it last was$", await StatusAsync(road));
        await ReachedAsync(road, [.. pods.Take(2).Select(p => p.Name)]);
    }

    public void Dispose()
    {
        manifests.Dispose();
        marks.Delete(recursive: true);
    }

    private Task<RunningRoad> StartAsync() =>
        RunningRoad.StartAsync("-f", Path.Combine(Cluster, "kubernetes.yaml"), "-f", Path.Combine(Cluster, "edge.yaml"), "-f", manifests.Path);

    private void Ready(string pod, int version) => File.WriteAllText(Path.Combine(marks.FullName, $"ready-{version}-{pod}"), "");

    private static async Task<string> StatusAsync(RunningRoad road) => (await road.UsherAsync("status")).Output;

    private static async Task<IReadOnlyList<JsonElement>> AllPodsAsync(RunningRoad road) => [.. (await road.ApiAsync("/api/road")).GetProperty("pods").EnumerateArray()];

    /// <summary>The pods of namespace default, once they are as wanted. A pod that is going doesn't count.</summary>
    private static async Task<IReadOnlyList<(string Name, bool Ready, string Address)>> PodsAsync(
        RunningRoad road, string what, Func<IReadOnlyList<(string Name, bool Ready, string Address)>, bool> wanted)
    {
        IReadOnlyList<(string, bool, string)> pods = [];
        await Until.HoldsAsync(what, async () => wanted(pods =
        [
            .. (await AllPodsAsync(road)).Where(p => p.Text("name")!.StartsWith("default/", StringComparison.Ordinal) && p.Text("status") != "Terminating")
                .Select(p => (p.Text("name")!["default/".Length..], p.GetProperty("ready").GetBoolean(), p.Text("address")!.Split(' ')[0])),
        ]));
        return pods;
    }

    /// <summary>Requests through the edge, until those of one round have reached all of these pods and no other: nodes hear of a change a moment later.</summary>
    private static Task ReachedAsync(RunningRoad road, params string[] pods)
    {
        string[] many = [.. Enumerable.Repeat(Whoami, 16)];
        return Until.HoldsAsync($"requests reach {string.Join(" and ", pods)}", async () =>
        {
            var answers = (await road.CurlAsync(many)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return answers.ToHashSet(StringComparer.Ordinal).SetEquals(pods);
        });
    }

    /// <summary>What answers at a pod's own name in the cluster.</summary>
    private static async Task<string> ByNameAsync(RunningRoad road, string pod)
    {
        var dns = road.ClusterDns;
        var address = (await Tool.RunAsync("dig", $"@{dns.Address}", "-p", $"{dns.Port}", "+short", $"{pod}.web.default.svc.cluster.local")).Output.Trim();
        return (await Tool.RunAsync("curl", "-sS", "--max-time", "60", $"http://{new IPEndPoint(IPAddress.Parse(address), 8080)}/whoami")).Output.Trim();
    }

    private string Web(int version) => $$"""
        apiVersion: v1
        kind: Service
        metadata: { name: web }
        spec: { clusterIP: None, selector: { app: web }, ports: [{ port: 8080 }] }
        {{Edge("web")}}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: { name: web }
        spec:
          serviceName: web
          replicas: 2
          selector: { matchLabels: { app: web } }
          template:
            metadata: { labels: { app: web } }
            spec:
              terminationGracePeriodSeconds: 2
              containers:
                - name: app
                  image: app:1
                  ports: [{ containerPort: 8080 }]
                  readinessProbe:
                    periodSeconds: 1
                    exec: { command: [sh, -c, "touch {{marks.FullName}}/asked-{{version}}-$POD_NAME; test -e {{marks.FullName}}/ready-{{version}}-$POD_NAME"] }
        """;

    private const string Waiting = """

        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: waiting }
        spec:
          terminationGracePeriodSeconds: 2
          containers: [{ name: app, image: "app:1", envFrom: [{ secretRef: { name: later } }] }]

        """;

    private const string Left = """
        ---
        apiVersion: batch/v1
        kind: Job
        metadata: { name: left }
        spec: { podFailurePolicy: { rules: [] }, template: { spec: { restartPolicy: Never, containers: [{ name: c, image: "good:1" }] } } }

        """;

    private const string Nobodys = """
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: nobodys }
        spec: { ingressClassName: traefik, defaultBackend: { service: { name: web, port: { number: 80 } } } }

        """;

    private static string Agent(string where) => $$"""
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: { name: agent }
        spec:
          selector: { matchLabels: { app: agent } }
          template:
            metadata: { labels: { app: agent } }
            spec:
              terminationGracePeriodSeconds: 2
              {{where}}
              containers: [{ name: app, image: "app:1", ports: [{ containerPort: 8080 }], readinessProbe: { periodSeconds: 1, httpGet: { path: /ready, port: 8080 } } }]
        {{Edge("agent")}}
        """;

    /// <summary>A way in from the edge: an ingress controller here dials virtual IPs.</summary>
    private static string Edge(string app) => $$"""
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: front }
        spec: { selector: { app: {{app}} }, ports: [{ port: 80, targetPort: 8080 }] }
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: front }
        spec: { defaultBackend: { service: { name: front, port: { number: 80 } } } }
        """;

    private static string Job(string name, string image, string spec, string restarts) => $$"""
        ---
        apiVersion: batch/v1
        kind: Job
        metadata: { name: {{name}} }
        spec: { {{spec}}, template: { spec: { restartPolicy: {{restarts}}, containers: [{ name: c, image: "{{image}}" }] } } }

        """;

    private static string Cron(string name, string schedule, string spec) => $$"""
        ---
        apiVersion: batch/v1
        kind: CronJob
        metadata: { name: {{name}} }
        spec: { schedule: "{{schedule}}"{{spec}}, jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: "good:1" }] } } } } }

        """;
}
