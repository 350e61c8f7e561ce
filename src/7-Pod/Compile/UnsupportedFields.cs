using k8s.Models;

namespace Usher.Pod;

/// <summary>
/// Refuses, by name, the fields that would change what a pod does and that nothing here carries out. What it doesn't look at has no
/// effect; the README lists it.
/// </summary>
internal static class UnsupportedFields
{
    public static void Check(V1PodSpec spec, PodScene scene)
    {
        // Whatever runs in the pod's place: these change addresses, ports and readiness.
        Refuse(spec.HostNetwork == true, "hostNetwork", "a pod on its node's address isn't supported; take the field away");
        Refuse(spec.ReadinessGates is { Count: > 0 }, "readinessGates", "readiness gates aren't supported: nothing would open them");
        Refuse(spec.SchedulingGates is { Count: > 0 }, "schedulingGates", "scheduling gates aren't supported: nothing would open them");
        Refuse(spec.ActiveDeadlineSeconds is not null, "activeDeadlineSeconds", "isn't supported; take the field away");
        Refuse(spec.EphemeralContainers is { Count: > 0 }, "ephemeralContainers", "Forbidden: ephemeral containers can't be set in a manifest");

        // Only a program would notice these.
        var processes = "a process pod has no file system of its own; run it as a stand-in (--stand-in), or take the field away";
        if (spec.Volumes is { Count: > 0 }) scene.OnlyForPrograms("volumes", processes);
        if (spec.InitContainers is { Count: > 0 })
        {
            scene.OnlyForPrograms("initContainers", "init containers aren't run for process pods; do their work in the image's command, or use --stand-in");
        }

        if (spec.HostAliases is { Count: > 0 }) scene.OnlyForPrograms("hostAliases", "a process pod shares the machine's /etc/hosts; take the field away");
        if (spec.Containers.Count > 1)
        {
            scene.OnlyForPrograms("containers[1]",
                $"a process pod has one container; \"{spec.Containers[1].Name}\" is the second. Take it away, or run the pod as a stand-in (--stand-in)");
        }

        for (var i = 0; i < spec.Containers.Count; i++) Check(spec.Containers[i], $"containers[{i}]", scene);

        void Refuse(bool found, string field, string message)
        {
            if (found) scene.Error(field, message);
        }
    }

    private static void Check(V1Container container, string path, PodScene scene)
    {
        var ports = container.Ports ?? [];
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports[i].HostPort is > 0) scene.Error($"{path}.ports[{i}].hostPort", "host ports aren't supported; use a Service of type NodePort");
        }

        var files = "a process pod has no file system of its own; run it as a stand-in (--stand-in), or take the field away";
        if (container.VolumeMounts is { Count: > 0 }) scene.OnlyForPrograms($"{path}.volumeMounts", files);
        if (container.VolumeDevices is { Count: > 0 }) scene.OnlyForPrograms($"{path}.volumeDevices", files);
        if (!string.IsNullOrEmpty(container.RestartPolicy))
        {
            scene.OnlyForPrograms($"{path}.restartPolicy", "a container's own restart policy isn't supported; set the pod's");
        }

        if (container.Lifecycle?.PostStart is not null)
        {
            scene.OnlyForPrograms($"{path}.lifecycle.postStart", "postStart isn't supported; do it in the image's command");
        }

        if (container.Lifecycle?.StopSignal is { Length: > 0 } signal && signal != "SIGTERM")
        {
            scene.OnlyForPrograms($"{path}.lifecycle.stopSignal", $"\"{signal}\" isn't supported: a pod is stopped with SIGTERM");
        }

        if (container.Lifecycle?.PreStop is { Sleep: null })
        {
            scene.OnlyForPrograms($"{path}.lifecycle.preStop", "only preStop.sleep is supported: write lifecycle: { preStop: { sleep: { seconds: 5 } } }");
        }
    }
}
