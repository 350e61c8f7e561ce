using k8s.Models;

namespace Usher.Pod;

/// <summary>
/// Refuses, by name, the fields that would change what a pod does and that nothing here carries out. What it doesn't look at has no
/// effect; the README lists it.
/// </summary>
internal static class UnsupportedFields
{
    public static void Check(V1PodSpec spec, PodScene scene, bool runsPrograms)
    {
        // Whatever runs in the pod's place: these change addresses, ports and readiness.
        Refuse(spec.HostNetwork == true, "hostNetwork", "a pod on its node's address isn't supported; take the field away");
        Refuse(spec.SchedulingGates is { Count: > 0 }, "schedulingGates", "scheduling gates aren't supported: nothing would open them");
        Refuse(spec.ActiveDeadlineSeconds is not null, "activeDeadlineSeconds", "isn't supported; take the field away");
        Refuse(spec.EphemeralContainers is { Count: > 0 }, "ephemeralContainers", "Forbidden: ephemeral containers can't be set in a manifest");

        for (var i = 0; i < (spec.InitContainers?.Count ?? 0); i++) Check(spec.InitContainers![i], $"initContainers[{i}]", scene, isInit: true, runsPrograms);
        for (var i = 0; i < spec.Containers.Count; i++) Check(spec.Containers[i], $"containers[{i}]", scene, isInit: false, runsPrograms);

        void Refuse(bool found, string field, string message)
        {
            if (found) scene.Error(field, message);
        }
    }

    private static void Check(V1Container container, string path, PodScene scene, bool isInit, bool runsPrograms)
    {
        var ports = container.Ports ?? [];
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports[i].HostPort is > 0) scene.Error($"{path}.ports[{i}].hostPort", "host ports aren't supported; use a Service of type NodePort");
        }

        OnlyForPrograms(container.VolumeDevices is { Count: > 0 }, "volumeDevices", "block devices aren't supported; use volumeMounts");
        OnlyForPrograms(container.RestartPolicyRules is { Count: > 0 }, "restartPolicyRules", "isn't supported; set the pod's restartPolicy");
        if (isInit && container.RestartPolicy is not (null or "" or "Always"))
        {
            scene.Error($"{path}.restartPolicy", $"Unsupported value: \"{container.RestartPolicy}\": supported values: \"Always\"");
        }

        OnlyForPrograms(!isInit && !string.IsNullOrEmpty(container.RestartPolicy), "restartPolicy", "a container's own restart policy isn't supported; set the pod's");

        void OnlyForPrograms(bool found, string field, string message)
        {
            if (found && runsPrograms) scene.Error($"{path}.{field}", message);
            else if (found) scene.NotApply($"{path}.{field}");
        }
    }
}
