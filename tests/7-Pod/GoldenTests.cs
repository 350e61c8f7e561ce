using System.Globalization;
using System.Text;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Pod.Tests;

/// <summary>
/// Each folder of <c>tests/Golden/7-pod</c> is a case: <c>cluster.yaml</c>, then <c>cluster-2.yaml</c> and so on as the changes that follow it, and
/// what is derived and planned from them, <c>expected.txt</c>. <c>UPDATE_GOLDEN=1</c> writes the expectations anew.
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Cases => [.. Directory.GetDirectories(Root).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    private static string Root { get; } = Find(AppContext.BaseDirectory);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var folder = Path.Combine(Root, name);
        var road = new TestRoad(18) { BuiltIns = { new ControllerImage() } };
        var told = new StringBuilder();
        foreach (var file in Directory.GetFiles(folder, "cluster*.yaml").OrderBy(f => f.Length).ThenBy(f => f, StringComparer.Ordinal))
        {
            var errors = new ErrorList();
            var next = road.Next(File.ReadAllText(file), errors, "/srv");
            told.Append(CultureInfo.InvariantCulture, $"== {Path.GetFileName(file)}\n");
            Tell(told, next);
            foreach (var error in errors.All) told.Append(CultureInfo.InvariantCulture, $"error {error}\n");
            if (errors.IsEmpty) road.Publish(next);
        }

        var expected = Path.Combine(folder, "expected.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(expected, told.ToString());
        Assert.Equal(File.ReadAllText(expected), told.ToString());
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
            told.Append(CultureInfo.InvariantCulture, $"  {pod.Runtime} {pod.Image}, restart {pod.RestartPolicy}, grace {pod.Grace.TotalSeconds} s, preStop {pod.PreStop.TotalSeconds} s\n");
            told.Append(CultureInfo.InvariantCulture, $"  labels {string.Join(", ", (pod.Pod.Metadata.Labels ?? new Dictionary<string, string>()).Select(l => $"{l.Key}={l.Value}"))}\n");
            foreach (var port in pod.Ports) told.Append(CultureInfo.InvariantCulture, $"  port {port.Port} bound {port.Bound} {port.Name}\n");
            if (pod.Command is { } command) told.Append(CultureInfo.InvariantCulture, $"  runs {command.Program} {string.Join(' ', command.Arguments)} in {command.WorkingDirectory}\n");
            foreach (var (key, value) in pod.Variables.Reveal()) told.Append(CultureInfo.InvariantCulture, $"  env {key}={value}\n");
            foreach (var probe in pod.Probes)
            {
                told.Append(CultureInfo.InvariantCulture,
                    $"  {probe.Kind} {What(probe.Action)}: delay {probe.InitialDelay.TotalSeconds}, period {probe.Period.TotalSeconds}, timeout {probe.Timeout.TotalSeconds}, success {probe.SuccessThreshold}, failure {probe.FailureThreshold}\n");
            }

            if (!pod.NotApplied.IsEmpty) told.Append(CultureInfo.InvariantCulture, $"  not applied {string.Join(", ", pod.NotApplied)}\n");
        }
    }

    private static string What(ProbeAction action) => action switch
    {
        HttpAction http => $"GET {http.Path} :{http.Port}{string.Concat(http.Headers.Select(h => $" {h.Key}: {h.Value}"))}",
        TcpAction tcp => $"TCP :{tcp.Port}",
        GrpcAction grpc => $"gRPC :{grpc.Port} '{grpc.Service}'",
        _ => "exec, taken to pass",
    };

    private static string Find(string folder)
    {
        while (!File.Exists(Path.Combine(folder, "Usher.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "tests", "Golden", "7-pod");
    }

    private sealed class ControllerImage : IBuiltInImage
    {
        public bool Serves(V1Container container) => container.Image.Contains("ingress-nginx/controller", StringComparison.Ordinal);

        public Task<IRunningPod> StartAsync(PodStart start, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
