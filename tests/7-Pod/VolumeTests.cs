using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Contracts;

namespace Usher.Pod.Tests;

/// <summary>Volumes of real processes, at their mountPaths where this machine allows it and as folders anywhere.</summary>
public sealed class VolumeTests : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("usher-volume-").FullName;
    private readonly Warden warden = new();
    private readonly PodDirectory directory = new();
    private readonly Prober prober = new(TimeProvider.System);
    private readonly List<PodWorker> workers = [];

    public static TheoryData<bool> Modes => MountNamespaces.Allowed(new PodOptions(false, "")) ? [true, false] : [false];

    [Fact]
    public void This_machine_allows_mount_namespaces_or_the_test_of_them_is_named_as_left_out() =>
        Assert.SkipUnless(MountNamespaces.Allowed(new PodOptions(false, "")), "this machine allows no mount namespaces");

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_container_finds_its_volumes_and_may_write_to_those_that_are_not_configuration(bool mounted)
    {
        var road = Road(mounted);
        var worker = await Start(road, Manifests("a=1", "exec 2>&1; cat $VOLUME_CONFIG/app.conf $VOLUME_TOKEN/token; echo kept > $VOLUME_DATA/kept && echo x > $VOLUME_CACHE/x && cat $VOLUME_CACHE/x;"
            + " echo no > $VOLUME_CONFIG/app.conf; echo done; exec sleep 1000"));

        await Wait.Until(() => Log(road).Contains("done", StringComparison.Ordinal), "the program is done");
        Assert.StartsWith("a=1\nsecret\nx\n", Log(road), StringComparison.Ordinal);
        if (mounted) Assert.Contains("Read-only file system", Log(road), StringComparison.Ordinal);
        var pod = road.Pod("a");
        Assert.Equal(mounted ? MountMode.Namespace : MountMode.Folder, pod.Mounting);
        var folders = new PodFolders(road.Options, TimeProvider.System);
        var own = folders.Of(pod);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(own));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{own}/volumes/token/..data/token"));
        }

        await worker.StopAsync(CancellationToken.None);
        Assert.False(Directory.Exists(own));
        Assert.Equal("kept\n", await File.ReadAllTextAsync($"{road.Options.ClaimFolder}/shop/data/kept", TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_changed_ConfigMap_reaches_the_volume_of_a_running_pod(bool mounted)
    {
        var road = Road(mounted);
        var worker = await Start(road, Manifests("a=1", "while :; do cat $VOLUME_CONFIG/app.conf; sleep 0.05; done"));
        await Wait.Until(() => Log(road).Contains("a=1", StringComparison.Ordinal), "it reads the first");
        var pid = Status.ProcessId;

        road.Publish(Manifests("a=2", "while :; do cat $VOLUME_CONFIG/app.conf; sleep 0.05; done"), folder);
        Assert.Equal(worker.Plan.Fingerprint, road.Pod("a").Fingerprint);
        worker.Plan = road.Pod("a");

        await Wait.Until(() => Log(road).EndsWith("a=2\n", StringComparison.Ordinal), "it reads the second");
        Assert.DoesNotContain("No such file", Log(road), StringComparison.Ordinal);
        Assert.Equal(pid, Status.ProcessId);
    }

    [Fact]
    public async Task Mounts_are_at_their_paths_in_the_container_and_nowhere_else()
    {
        Assert.SkipUnless(MountNamespaces.Allowed(new PodOptions(false, "")), "this machine allows no mount namespaces");
        var road = Road(mounted: true);
        var worker = await Start(road, Manifests("a=1",
            "cat /usher-test/app.conf /etc/usher-test/token /usher-files/one.conf; echo new > /etc/usher-written; cat /etc/usher-written; grep -c usher-alias /etc/hosts; id -u; pwd; echo done; exec sleep 1000",
            "- { name: config, mountPath: /usher-test }\n      - { name: token, mountPath: /etc/usher-test }\n      - { name: config, mountPath: /usher-files/one.conf, subPath: app.conf }\n      - { name: cache, mountPath: /etc/usher-test/within }"));

        await Wait.Until(() => Log(road).Contains("done", StringComparison.Ordinal), "the program is done");
        Assert.Equal($"a=1\nsecret\na=1\nnew\n1\n{await Uid()}\n{folder}\ndone\n", Log(road));
        Assert.False(Directory.Exists("/usher-test") || Directory.Exists("/usher-files") || Directory.Exists("/etc/usher-test") || File.Exists("/etc/usher-written"));

        // A command sees what the container sees, and a file by its subPath stays as it was.
        road.Publish(Manifests("a=2", "x", "- { name: config, mountPath: /usher-test }"), folder);
        worker.Plan = worker.Plan with { Volumes = road.Pod("a").Volumes };
        var running = (ICommandRunner)launcher!.Last!;
        Assert.True((await running.RunAsync(["sh", "-c", "grep a=2 /usher-test/app.conf && grep a=1 /usher-files/one.conf && test -d /etc/usher-test/within"], TestContext.Current.CancellationToken)).Success);
        Assert.StartsWith("exec: \"no-such-program\": ", (await running.RunAsync(["no-such-program"], TestContext.Current.CancellationToken)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_mounted_may_hide_where_it_comes_from()
    {
        Assert.SkipUnless(MountNamespaces.Allowed(new PodOptions(false, "")), "this machine allows no mount namespaces");
        // The pod's own folders lie below the second and the third.
        var road = Road(mounted: true);
        await Start(road, Manifests("a=1", "echo shared > $VOLUME_DATA/shared; cat $VOLUME_CONFIG/app.conf; echo done; exec sleep 1000",
            $"- {{ name: config, mountPath: {folder}/within/config }}\n      - {{ name: cache, mountPath: {folder}/run }}\n      - {{ name: data, mountPath: {folder}/claims }}"));
        await Wait.Until(() => Log(road).Contains("done", StringComparison.Ordinal), "the program is done");
        Assert.Equal("a=1\ndone\n", Log(road));
        Assert.Equal("shared\n", await File.ReadAllTextAsync($"{road.Options.ClaimFolder}/shop/data/shared", TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists($"{folder}/within"));
    }

    [Fact]
    public async Task A_container_asks_the_clusters_DNS_where_it_is_at_its_own_port()
    {
        Assert.SkipUnless(MountNamespaces.Allowed(new PodOptions(false, "")), "this machine allows no mount namespaces");
        var road = Road(mounted: true);
        road.Dns = new System.Net.IPEndPoint(System.Net.IPAddress.Parse("127.18.16.1"), 53);
        await Start(road, TestRoad.Image("sh -c cat /etc/resolv.conf; echo $CLUSTER_DNS; exec sleep 1000") + TestRoad.OnePod("ports: []"));
        await Wait.Until(() => Log(road).EndsWith(":53\n", StringComparison.Ordinal), "the program is done");
        // The machine's own servers come after the cluster's.
        Assert.StartsWith("search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 127.18.16.1\noptions ndots:5\n", Log(road), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subPath_that_the_configuration_does_not_have_is_named()
    {
        var error = await Assert.ThrowsAsync<LaunchException>(() => Start(Road(mounted: false), Manifests("a=1", "true", "- { name: config, mountPath: /x, subPath: nothing }")));
        Assert.Equal("failed to prepare subPath for volumeMount \"config\": the volume has no nothing", error.Message);
    }

    [Fact]
    public void What_a_road_left_behind_that_was_killed_is_removed_and_claims_are_kept()
    {
        var road = Road(mounted: false);
        var left = Directory.CreateDirectory($"{road.Options.Folder}/shop_gone/volumes/token");
        Directory.CreateDirectory($"{road.Options.ClaimFolder}/shop/data");
        road.Publish(Manifests("a=1", "true"));
        new PodFolders(road.Options, TimeProvider.System).SetUp(road.Pod("a"));
        Assert.False(left.Exists && Directory.Exists(left.FullName));
        Assert.True(Directory.Exists($"{road.Options.Folder}/shop_a/volumes/config"));
        Assert.True(Directory.Exists($"{road.Options.ClaimFolder}/shop/data"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in workers) await worker.StopAsync(new CancellationToken(canceled: true));
        warden.Dispose();
        prober.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private WatchedLauncher? launcher;

    private PodStatus Status => directory.Current.Values.Single();

    private TestRoad Road(bool mounted)
    {
        var road = new TestRoad();
        road.Options = road.Options with { LogDirectory = folder, Folder = $"{folder}/run", ClaimFolder = $"{folder}/claims", MountNamespaces = mounted };
        return road;
    }

    private async Task<PodWorker> Start(TestRoad road, string yaml)
    {
        road.Publish(yaml, folder);
        launcher = new WatchedLauncher(new PodLauncher(road.Options, [], [], warden, TimeProvider.System));
        var worker = new PodWorker(road.Pod("a"), new PodTools(launcher, prober, directory, TimeProvider.System, NullLogger.Instance));
        await worker.StartAsync(TestContext.Current.CancellationToken);
        workers.Add(worker);
        return worker;
    }

    private static async Task<string> Uid()
    {
        using var id = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("id", ["-u"]) { RedirectStandardOutput = true })!;
        return (await id.StandardOutput.ReadToEndAsync()).Trim();
    }

    private static string Log(TestRoad road)
    {
        var path = PodOutput.PathOf(road.Options.LogDirectory, road.Pod("a"));
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }

    private static string Manifests(string content, string script, string mounts = "- { name: config, mountPath: /usher-config }\n      - { name: token, mountPath: /usher-token }"
        + "\n      - { name: cache, mountPath: /usher-cache }\n      - { name: data, mountPath: /usher-data }") => $$"""
        {{TestRoad.Image($"sh -c {script}")}}{{TestRoad.Node}}apiVersion: v1
        kind: ConfigMap
        metadata: { name: config, namespace: shop }
        data: { app.conf: "{{content}}\n" }
        ---
        apiVersion: v1
        kind: Secret
        metadata: { name: token, namespace: shop }
        stringData: { token: "secret\n" }
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: { name: data, namespace: shop }
        spec: { accessModes: [ReadWriteOnce] }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: a, namespace: shop }
        spec:
          terminationGracePeriodSeconds: 5
          hostAliases: [{ ip: 127.0.0.1, hostnames: [usher-alias] }]
          volumes:
            - { name: config, configMap: { name: config } }
            - { name: token, secret: { secretName: token } }
            - { name: cache, emptyDir: {} }
            - { name: data, persistentVolumeClaim: { claimName: data } }
          containers:
          - name: c
            image: app:1
            volumeMounts:
              {{mounts}}
        """.Replace("\n      - ", "\n              - ", StringComparison.Ordinal);

    /// <summary>Remembers the container that was launched last.</summary>
    private sealed class WatchedLauncher(PodLauncher launcher) : IPodLauncher
    {
        public IRunningPod? Last { get; private set; }

        public void SetUp(PodPlan pod) => launcher.SetUp(pod);

        public void Refresh(PodPlan pod) => launcher.Refresh(pod);

        public void TearDown(PodPlan pod) => launcher.TearDown(pod);

        public async Task<IRunningPod> LaunchAsync(PodPlan pod, ContainerPlan container, CancellationToken cancellationToken) =>
            Last = await launcher.LaunchAsync(pod, container, cancellationToken);
    }
}
