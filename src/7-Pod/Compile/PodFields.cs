using k8s.Models;

namespace Usher.Pod;

/// <summary>What the API server refuses in a pod's spec and no other part of its compiler looks at, and what has no effect though somebody may rely on it.</summary>
internal static class PodFields
{
    public static void Check(V1PodSpec spec, PodScene scene, bool runsPrograms)
    {
        if (spec.EphemeralContainers is { Count: > 0 }) scene.Error("ephemeralContainers", "Forbidden: ephemeral containers can't be set in a manifest");
        if (spec.ActiveDeadlineSeconds is { } deadline and (< 1 or > int.MaxValue)) scene.Error("activeDeadlineSeconds", $"Invalid value: {deadline}: must be between 1 and 2147483647, inclusive");
        if (spec.HostNetwork == true) scene.Warn("hostNetwork", "has no effect: the pod has an address of its own, and nothing listens for it at its node's; a Service of type NodePort does");
        for (var i = 0; i < (spec.InitContainers?.Count ?? 0); i++) Check(spec, spec.InitContainers![i], $"initContainers[{i}]", scene, isInit: true, runsPrograms);
        for (var i = 0; i < spec.Containers.Count; i++) Check(spec, spec.Containers[i], $"containers[{i}]", scene, isInit: false, runsPrograms);
    }

    private static void Check(V1PodSpec spec, V1Container container, string path, PodScene scene, bool isInit, bool runsPrograms)
    {
        for (var i = 0; i < (container.Ports?.Count ?? 0); i++)
        {
            var (port, field) = (container.Ports![i], $"{path}.ports[{i}].hostPort");
            if (port.HostPort is null or 0) continue;
            if (port.HostPort is < 1 or > 65535) scene.Error(field, $"Invalid value: {port.HostPort}: must be between 1 and 65535, inclusive");
            else if (spec.HostNetwork == true && port.HostPort != port.ContainerPort) scene.Error(field, $"Invalid value: {port.HostPort}: must match `containerPort` when `hostNetwork` is true");
            else if (spec.HostNetwork != true) scene.Warn(field, $"has no effect: nothing listens at port {port.HostPort} of the node; a Service of type NodePort does, and the pod has its own address");
        }

        if (isInit && container.RestartPolicy is not (null or "" or "Always"))
        {
            scene.Error($"{path}.restartPolicy", $"Unsupported value: \"{container.RestartPolicy}\": supported values: \"Always\"");
        }

        // A stand-in would not notice them; what runs programs and has them isn't accepted.
        if (runsPrograms) return;
        if (container.VolumeDevices is { Count: > 0 }) scene.NotApply($"{path}.volumeDevices");
        if (container.RestartPolicyRules is { Count: > 0 }) scene.NotApply($"{path}.restartPolicyRules");
        if (!isInit && !string.IsNullOrEmpty(container.RestartPolicy)) scene.NotApply($"{path}.restartPolicy");
    }
}
