using System.Collections.Immutable;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>One container of a pod → its plan.</summary>
internal static class ContainerCompiler
{
    /// <summary>Compiles a container.</summary>
    /// <param name="container">As written.</param>
    /// <param name="path">Its field below the pod's spec.</param>
    /// <param name="role">When it runs.</param>
    /// <param name="runtime">What runs in its place.</param>
    /// <param name="policy">The pod's restart policy.</param>
    /// <param name="volumes">The pod's volumes.</param>
    /// <param name="scene">The pod.</param>
    public static ContainerPlan Compile(
        V1Container container, string path, ContainerRole role, PodRuntime runtime, RestartPolicy policy, IReadOnlyList<VolumePlan> volumes, PodScene scene)
    {
        var runs = runtime == PodRuntime.Process;
        if (role == ContainerRole.Init) CheckInit(container, path, scene);
        if (!runs && role == ContainerRole.Init) scene.NotApply(path);
        if (!runs && container.VolumeMounts is { Count: > 0 }) scene.NotApply($"{path}.volumeMounts");
        var plan = new ContainerPlan
        {
            Name = container.Name ?? "",
            Image = container.Image ?? "",
            Role = role,
            Runtime = runtime,
            Ports = Ports(container, path, scene),
            Datagrams = [.. (container.Ports ?? []).Where(p => p.Protocol == "UDP" && p.ContainerPort is >= 1 and <= 65535)
                .Select(p => new PodPort(p.Name ?? "", p.ContainerPort, scene.Context.Addresses.BoundPort(p.ContainerPort)))],
            Probes = role == ContainerRole.Init ? [] : [.. ProbeCompiler.Compile(container, path, scene, runs)],
            PostStart = HookCompiler.Compile(container.Lifecycle?.PostStart, container, $"{path}.lifecycle.postStart", scene, runs),
            PreStop = HookCompiler.Compile(container.Lifecycle?.PreStop, container, $"{path}.lifecycle.preStop", scene, runs),
            StopSignal = HookCompiler.StopSignal(container.Lifecycle, $"{path}.lifecycle.stopSignal", scene, runs),
            RestartPolicy = role switch
            {
                ContainerRole.Sidecar => RestartPolicy.Always,
                // One that succeeded isn't run again.
                ContainerRole.Init => policy == RestartPolicy.Never ? RestartPolicy.Never : RestartPolicy.OnFailure,
                _ => policy,
            },
        };
        return runs ? WithCommand(plan, container, path, volumes, scene) : plan;
    }

    private static ContainerPlan WithCommand(ContainerPlan plan, V1Container container, string path, IReadOnlyList<VolumePlan> volumes, PodScene scene)
    {
        var found = scene.Context.State.Find(ImageCommand.KeyOf(plan.Image))!;
        var image = (ImageCommand)found.Value;
        var variables = VariableCompiler.Compile(container, path, scene);
        plan = plan with { Variables = new PodVariables([.. variables]), ConfigError = scene.TakeAwaited(), Mounts = MountCompiler.Compile(container, path, volumes, variables, scene) };
        if (image.Command is not { Count: > 0 })
        {
            scene.Context.Errors.Add(found.Key, found.Origin, "command", "is empty: name the program that stands for the image, and its arguments");
            return plan;
        }

        return plan with
        {
            Command = new PodCommand(
                image.Command[0],
                [.. image.Command.Skip(1), .. (container.Args ?? []).Select(a => Expansion.Expand(a, variables))],
                image.WorkingDirectory,
                new Resource<ImageCommand>(found.Key, image, found.Origin)),
        };
    }

    // Of an init container that runs to its end.
    private static void CheckInit(V1Container container, string path, PodScene scene)
    {
        foreach (var (name, set) in new[]
        {
            ("lifecycle", container.Lifecycle is not null), ("livenessProbe", container.LivenessProbe is not null),
            ("readinessProbe", container.ReadinessProbe is not null), ("startupProbe", container.StartupProbe is not null),
        })
        {
            if (set) scene.Error($"{path}.{name}", "Forbidden: may not be set for init containers without restartPolicy=Always");
        }
    }

    private static ImmutableArray<PodPort> Ports(V1Container container, string path, PodScene scene)
    {
        var ports = new List<PodPort>();
        for (var j = 0; j < (container.Ports?.Count ?? 0); j++)
        {
            var port = container.Ports![j];
            var field = $"{path}.ports[{j}]";
            if (port.ContainerPort is < 1 or > 65535)
            {
                scene.Error($"{field}.containerPort", $"Invalid value: {port.ContainerPort}: must be between 1 and 65535, inclusive");
            }
            else if (!string.IsNullOrEmpty(port.Name) && !scene.PortNames.Add(port.Name))
            {
                scene.Error($"{field}.name", $"Duplicate value: \"{port.Name}\"");
            }
            else if (port.Protocol is null or "" or "TCP")
            {
                ports.Add(new PodPort(port.Name ?? "", port.ContainerPort, scene.Context.Addresses.BoundPort(port.ContainerPort)));
            }
            else if (port.Protocol is not ("UDP" or "SCTP"))
            {
                scene.Error($"{field}.protocol", $"Unsupported value: \"{port.Protocol}\": supported values: \"SCTP\", \"TCP\", \"UDP\"");
            }
        }

        return [.. ports];
    }
}
