using System.Runtime.CompilerServices;
using k8s.Models;

namespace Usher.Pod;

/// <summary>A field that Kubernetes takes and that isn't carried out here though it would change what a pod does.</summary>
/// <param name="Field">Its path below the pod's spec.</param>
/// <param name="Message">What isn't supported, and the way out.</param>
internal sealed record UnsupportedField(string Field, string Message)
{
    /// <summary>It matters only where a program is run in the pod: a stand-in would not notice it.</summary>
    public bool OnlyForPrograms { get; init; }

    /// <summary>It matters only where this container is run as a program; null for any.</summary>
    public V1Container? Container { get; init; }
}

/// <summary>
/// Finds, in a pod's spec, the fields that would change what a pod does and that nothing here carries out. What has one isn't accepted (<see cref="Acceptance"/>). What it doesn't look at has no
/// effect; the README lists it.
/// </summary>
internal static class UnsupportedFields
{
    // Asked at every step of the controllers.
    private static readonly ConditionalWeakTable<V1PodSpec, IReadOnlyList<UnsupportedField>> Known = [];

    /// <summary>The fields of a spec.</summary>
    public static IReadOnlyList<UnsupportedField> Of(V1PodSpec spec) => Known.GetValue(spec, static s => [.. Find(s)]);

    private static IEnumerable<UnsupportedField> Find(V1PodSpec spec)
    {
        if (spec.SchedulingGates is { Count: > 0 }) yield return new UnsupportedField("schedulingGates", "scheduling gates aren't supported: nothing would open them");
        foreach (var found in (spec.InitContainers ?? []).SelectMany((c, i) => Find(spec, c, $"initContainers[{i}]", isInit: true))
            .Concat((spec.Containers ?? []).SelectMany((c, i) => Find(spec, c, $"containers[{i}]", isInit: false)))
            .Concat((spec.Volumes ?? []).SelectMany((v, i) => UnsupportedVolumes.Find(v, $"volumes[{i}]"))))
        {
            yield return found;
        }
    }

    private static IEnumerable<UnsupportedField> Find(V1PodSpec spec, V1Container container, string path, bool isInit)
    {
        foreach (var (field, host) in ProbedHosts(container))
        {
            if (!ProbeCompiler.IsOwn(host, spec)) yield return new UnsupportedField($"{path}.{field}.host", $"\"{host}\": probes of another host aren't supported; without the field the probe goes to the pod's own address");
        }

        if (container.VolumeDevices is { Count: > 0 }) yield return ForPrograms("volumeDevices", "block devices aren't supported; use volumeMounts");
        if (container.RestartPolicyRules is { Count: > 0 }) yield return ForPrograms("restartPolicyRules", "isn't supported; set the pod's restartPolicy");
        if (!isInit && !string.IsNullOrEmpty(container.RestartPolicy)) yield return ForPrograms("restartPolicy", "a container's own restart policy isn't supported; set the pod's");
        for (var i = 0; i < (container.VolumeMounts?.Count ?? 0); i++)
        {
            if (container.VolumeMounts![i].MountPropagation is not (null or "" or "None") and var propagation)
                yield return ForPrograms($"volumeMounts[{i}].mountPropagation", $"\"{propagation}\" isn't supported") with { Container = container };
        }

        for (var i = 0; i < (container.Env?.Count ?? 0); i++)
        {
            if (container.Env![i].ValueFrom?.FileKeyRef is not null) yield return ForPrograms($"env[{i}].valueFrom.fileKeyRef", "isn't supported; write the value itself") with { Container = container };
        }

        UnsupportedField ForPrograms(string field, string message) => new($"{path}.{field}", message) { OnlyForPrograms = true };
    }

    private static IEnumerable<(string Field, string? Host)> ProbedHosts(V1Container container)
    {
        foreach (var (field, probe) in new[] { ("startupProbe", container.StartupProbe), ("livenessProbe", container.LivenessProbe), ("readinessProbe", container.ReadinessProbe) })
        {
            yield return ($"{field}.httpGet", probe?.HttpGet?.Host);
            yield return ($"{field}.tcpSocket", probe?.TcpSocket?.Host);
        }

        yield return ("lifecycle.postStart.httpGet", container.Lifecycle?.PostStart?.HttpGet?.Host);
        yield return ("lifecycle.preStop.httpGet", container.Lifecycle?.PreStop?.HttpGet?.Host);
    }
}
