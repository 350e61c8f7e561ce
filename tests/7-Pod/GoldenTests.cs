using System.Globalization;
using System.Net;
using System.Text;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Tests;

namespace Usher.Pod.Tests;

/// <summary>
/// Each folder of <c>tests/Golden/7-pod</c> is a case: <c>cluster.yaml</c>, then <c>cluster-2.yaml</c> and so on as the changes that follow it, and
/// what is derived and planned from them, <c>expected.txt</c>. <c>UPDATE_GOLDEN=1</c> writes the expectations anew.
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Cases => Golden.Cases("7-pod");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var folder = Golden.Folder("7-pod", name);
        // The same wherever the test runs.
        var road = new TestRoad(18) { BuiltIns = { new ControllerImage() } };
        road.Options = road.Options with { MountNamespaces = true };
        if (name.StartsWith("dns", StringComparison.Ordinal)) road.Dns = new IPEndPoint(IPAddress.Parse("127.18.16.1"), name == "dns" ? 53 : 8053);
        var told = new StringBuilder();
        foreach (var file in Directory.GetFiles(folder, "cluster*.yaml").OrderBy(f => f.Length).ThenBy(f => f, StringComparer.Ordinal))
        {
            var errors = new ErrorList();
            var warnings = new ErrorList();
            var next = road.Next(File.ReadAllText(file), errors, "/srv", warnings);
            told.Append(CultureInfo.InvariantCulture, $"== {Path.GetFileName(file)}\n");
            Tell(told, next);
            foreach (var error in errors.All) told.Append(CultureInfo.InvariantCulture, $"error {error}\n");
            foreach (var warning in warnings.All) told.Append(CultureInfo.InvariantCulture, $"{(warning.NotAccepted ? "not accepted" : "warning")} {warning}\n");
            if (errors.IsEmpty) road.Publish(next);
        }

        Golden.Check(Path.Combine(folder, "expected.txt"), told.ToString());
    }

    private static void Tell(StringBuilder told, Usher.Model.Road.Generation generation)
    {
        foreach (var set in generation.State.All<V1ReplicaSet>())
        {
            told.Append(CultureInfo.InvariantCulture, $"{set.Key} replicas {set.Value.Spec.Replicas} of {set.Value.Metadata.OwnerReferences?[0].Name ?? "nobody"}\n");
        }

        foreach (var pod in generation.Get<PodSnapshot>().Pods)
        {
            var place = pod.Node is null ? $"Pending: {pod.Unschedulable}" : $"on {pod.Node}, {pod.Address?.Declared} bound {pod.Address?.Bound}";
            told.Append(CultureInfo.InvariantCulture, $"{pod.Key} {place}\n");
            told.Append(CultureInfo.InvariantCulture, $"  {pod.Runtime} {pod.Image}, restart {pod.RestartPolicy}, grace {pod.Grace.TotalSeconds} s\n");
            told.Append(CultureInfo.InvariantCulture, $"  labels {string.Join(", ", (pod.Pod.Metadata.Labels ?? new Dictionary<string, string>()).Select(l => $"{l.Key}={l.Value}"))}\n");
            foreach (var volume in pod.Volumes) Tell(told, volume);
            foreach (var line in (pod.Hosts ?? "").Split('\n').SkipWhile(l => !l.StartsWith("# Entries", StringComparison.Ordinal))) told.Append(CultureInfo.InvariantCulture, $"  hosts {line}\n");
            if (pod.Unmounted is not null) told.Append(CultureInfo.InvariantCulture, $"  waits: {pod.Unmounted}\n");
            if (pod.ClusterDns is not null) told.Append(CultureInfo.InvariantCulture, $"  cluster DNS {pod.ClusterDns}\n");
            foreach (var line in (pod.Resolver ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)) told.Append(CultureInfo.InvariantCulture, $"  resolv {line}\n");
            foreach (var container in pod.AllContainers) Tell(told, container);
            if (!pod.NotApplied.IsEmpty) told.Append(CultureInfo.InvariantCulture, $"  not applied {string.Join(", ", pod.NotApplied)}\n");
        }
    }

    private static void Tell(StringBuilder told, VolumePlan volume)
    {
        told.Append(CultureInfo.InvariantCulture, $"  volume {volume.Name} {volume switch { ClaimVolume claim => $"claim {claim.Claim}", EmptyVolume => "empty", _ => "files" }}\n");
        if (volume is not FilesVolume { Files: var files }) return;
        foreach (var (path, file) in files)
        {
            told.Append(CultureInfo.InvariantCulture, $"    {Convert.ToString(file.Mode, 8)} {path}: {Encoding.UTF8.GetString(file.Reveal()).Replace("\n", "\\n", StringComparison.Ordinal)}\n");
        }
    }

    private static void Tell(StringBuilder told, ContainerPlan container)
    {
        told.Append(CultureInfo.InvariantCulture, $"  {container.Role} {container.Name}: {container.Runtime} {container.Image}, restart {container.RestartPolicy}\n");
        foreach (var port in container.Ports) told.Append(CultureInfo.InvariantCulture, $"    port {port.Port} bound {port.Bound} {port.Name}\n");
        foreach (var port in container.Datagrams) told.Append(CultureInfo.InvariantCulture, $"    port {port.Port}/UDP bound {port.Bound} {port.Name}\n");
        if (container.ConfigError is { } error) told.Append(CultureInfo.InvariantCulture, $"    waits: {error}\n");
        if (!container.Listens.IsEmpty) told.Append(CultureInfo.InvariantCulture, $"    listens {string.Join(", ", container.Listens)}\n");
        if (container.Command is { } command) told.Append(CultureInfo.InvariantCulture, $"    runs {command.Program} {string.Join(' ', command.Arguments)} in {command.WorkingDirectory}\n");
        foreach (var (key, value) in container.Variables.Reveal()) told.Append(CultureInfo.InvariantCulture, $"    env {key}={value}\n");
        foreach (var mount in container.Mounts) told.Append(CultureInfo.InvariantCulture, $"    mounts {mount.Volume}/{mount.SubPath} at {mount.Path}{(mount.ReadOnly ? ", read-only" : "")}\n");
        foreach (var probe in container.Probes)
        {
            told.Append(CultureInfo.InvariantCulture,
                $"    {probe.Kind} {What(probe.Action)}: delay {probe.InitialDelay.TotalSeconds}, period {probe.Period.TotalSeconds}, timeout {probe.Timeout.TotalSeconds}, success {probe.SuccessThreshold}, failure {probe.FailureThreshold}\n");
        }

        if (container.PostStart is { } start) told.Append(CultureInfo.InvariantCulture, $"    postStart {What(start)}\n");
        if (container.PreStop is { } stop) told.Append(CultureInfo.InvariantCulture, $"    preStop {What(stop)}\n");
        if (container.StopSignal != Signals.Terminate) told.Append(CultureInfo.InvariantCulture, $"    stopSignal {container.StopSignal}\n");
    }

    private static string What(ProbeAction action) => action switch
    {
        HttpAction http => $"GET {http.Scheme} {http.Path} :{http.Port}{string.Concat(http.Headers.Select(h => $" {h.Key}: {h.Value}"))}",
        TcpAction tcp => $"TCP :{tcp.Port}",
        GrpcAction grpc => $"gRPC :{grpc.Port} '{grpc.Service}'",
        ExecAction exec => $"exec {string.Join(' ', exec.Command)}",
        SleepAction sleep => $"sleep {sleep.Span.TotalSeconds}",
        _ => action.ToString()!,
    };

    private sealed class ControllerImage : IBuiltInImage
    {
        public bool Serves(V1Container container) => container.Image.Contains("ingress-nginx/controller", StringComparison.Ordinal);

        public Task<IRunningPod> StartAsync(PodStart start, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
