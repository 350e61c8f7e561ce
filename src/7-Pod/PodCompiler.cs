using System.Collections.Immutable;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>
/// Pods → plans; pure. What a template has wrong is reported at the template, once.
/// <list type="number">
/// <item>What runs in the pod's place: a part of Usher, a process, or a stand-in.</item>
/// <item>Refuse what isn't carried out.</item>
/// <item>Ports, probes, environment and arguments.</item>
/// </list>
/// </summary>
internal sealed class PodCompiler(PodOptions options, IEnumerable<IBuiltInImage> builtIns) : IHopCompiler
{
    private readonly IBuiltInImage[] builtIns = [.. builtIns];

    /// <inheritdoc/>
    public Snapshot Compile(CompileContext context)
    {
        RefuseControllers(context);
        var blame = new PodBlame(context.Errors);
        return Snapshot.Of(new PodSnapshot(context.State.All<V1Pod>().Select(pod => Compile(pod, context, blame)).OfType<PodPlan>().ToList()));
    }

    private PodPlan? Compile(Resource<V1Pod> pod, CompileContext context, PodBlame blame)
    {
        var written = Written.Of(pod, context.State);
        if (pod.Value.Spec?.Containers is not { Count: > 0 } containers)
        {
            blame.Add(written, "containers", "Required value");
            return null;
        }

        for (var i = 0; i < containers.Count; i++)
        {
            if (string.IsNullOrEmpty(containers[i].Name)) blame.Add(written, $"containers[{i}].name", "Required value");
            if (string.IsNullOrEmpty(containers[i].Image)) blame.Add(written, $"containers[{i}].image", "Required value");
        }

        // 1. Who takes the pod's place.
        var builtIn = containers.FirstOrDefault(c => !string.IsNullOrEmpty(c.Image) && builtIns.Any(b => b.Serves(c)));
        var command = options.StandInOnly ? null : context.State.Find(ImageCommand.KeyOf(containers[0].Image ?? ""));
        var runtime = builtIn is not null ? PodRuntime.BuiltIn : command is null ? PodRuntime.StandIn : PodRuntime.Process;
        var main = builtIn ?? containers[0];
        var scene = new PodScene(context, pod, written, blame, context.Addresses.Find(pod.Key)) { RunsProgram = runtime == PodRuntime.Process };

        // 2. Refusals.
        UnsupportedFields.Check(pod.Value.Spec, scene);

        // 3. The plan.
        var ports = Ports(containers, context.Addresses, scene);
        var probes = containers.SelectMany((c, i) => ProbeCompiler.Compile(c, $"containers[{i}]", scene)).ToImmutableArray();
        if (runtime != PodRuntime.BuiltIn) CheckBoundPorts(ports, probes, context.Addresses, scene);
        var plan = new PodPlan
        {
            Key = pod.Key,
            Pod = pod.Value,
            Node = string.IsNullOrEmpty(pod.Value.Spec.NodeName) ? null : pod.Value.Spec.NodeName,
            Address = scene.Address,
            Addresses = context.Addresses,
            Unschedulable = pod.Value.Status?.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" })?.Message,
            Container = main.Name ?? "",
            Image = main.Image ?? "",
            Runtime = runtime,
            Ports = ports,
            Probes = probes,
            Grace = Grace(pod.Value.Spec, scene),
            PreStop = Spans.Seconds(main.Lifecycle?.PreStop?.Sleep?.Seconds ?? 0),
            RestartPolicy = Restart(pod.Value.Spec, scene),
            Fingerprint = "",
        };
        if (runtime == PodRuntime.Process) plan = WithCommand(plan, main, command!, scene);
        return plan with { NotApplied = [.. scene.NotApplied], Fingerprint = Fingerprint(plan) };
    }

    private static PodPlan WithCommand(PodPlan plan, V1Container container, Resource command, PodScene scene)
    {
        var image = (ImageCommand)command.Value;
        var variables = VariableCompiler.Compile(container, "containers[0]", scene);
        if (image.Command is not { Count: > 0 })
        {
            scene.Context.Errors.Add(command.Key, command.Origin, "command", "is empty: name the program that stands for the image, and its arguments");
            return plan;
        }

        return plan with
        {
            Variables = new PodVariables([.. variables]),
            Command = new PodCommand(
                image.Command[0],
                [.. image.Command.Skip(1), .. (container.Args ?? []).Select(a => Expansion.Expand(a, variables))],
                image.WorkingDirectory,
                new Resource<ImageCommand>(command.Key, image, command.Origin)),
        };
    }

    private static ImmutableArray<PodPort> Ports(IList<V1Container> containers, AddressPlan addresses, PodScene scene)
    {
        var ports = new List<PodPort>();
        for (var i = 0; i < containers.Count; i++)
        {
            for (var j = 0; j < (containers[i].Ports?.Count ?? 0); j++)
            {
                var port = containers[i].Ports[j];
                var field = $"containers[{i}].ports[{j}]";
                if (port.ContainerPort is < 1 or > 65535)
                {
                    scene.Error($"{field}.containerPort", $"Invalid value: {port.ContainerPort}: must be between 1 and 65535, inclusive");
                }
                else if (!string.IsNullOrEmpty(port.Name) && ports.Exists(p => p.Name == port.Name))
                {
                    scene.Error($"{field}.name", $"Duplicate value: \"{port.Name}\"");
                }
                else if (port.Protocol is null or "" or "TCP")
                {
                    ports.Add(new PodPort(port.Name ?? "", port.ContainerPort, addresses.BoundPort(port.ContainerPort)));
                }
                else if (port.Protocol is not ("UDP" or "SCTP"))
                {
                    scene.Error($"{field}.protocol", $"Unsupported value: \"{port.Protocol}\": supported values: \"SCTP\", \"TCP\", \"UDP\"");
                }
            }
        }

        return [.. ports];
    }

    private static void CheckBoundPorts(ImmutableArray<PodPort> ports, ImmutableArray<ProbePlan> probes, AddressPlan addresses, PodScene scene)
    {
        var declared = ports.Select(p => p.Port).Concat(probes.Select(p => PortOf(p.Action)).OfType<int>()).Distinct();
        foreach (var clash in declared.GroupBy(addresses.BoundPort).Where(g => g.Count() > 1))
        {
            scene.Error("containers[0].ports",
                $"ports {string.Join(" and ", clash)} are both bound at {clash.Key} on this machine (ports below 1024 are bound {AddressPlan.PrivilegedOffset} higher);"
                + " move one of them, or bind real ports (--real-ports)");
        }
    }

    /// <summary>The declared port that a probe goes to; null for one that has none.</summary>
    internal static int? PortOf(ProbeAction action) => action switch
    {
        HttpAction http => http.Port,
        TcpAction tcp => tcp.Port,
        GrpcAction grpc => grpc.Port,
        _ => null,
    };

    private static TimeSpan Grace(V1PodSpec spec, PodScene scene)
    {
        var seconds = spec.TerminationGracePeriodSeconds ?? 30;
        if (seconds < 0) scene.Error("terminationGracePeriodSeconds", $"Invalid value: {seconds}: must be greater than or equal to 0");
        return Spans.Seconds(seconds);
    }

    private static RestartPolicy Restart(V1PodSpec spec, PodScene scene)
    {
        switch (spec.RestartPolicy)
        {
            case null or "" or "Always": return RestartPolicy.Always;
            case "OnFailure": return RestartPolicy.OnFailure;
            case "Never": return RestartPolicy.Never;
        }

        scene.Error("restartPolicy", $"Unsupported value: \"{spec.RestartPolicy}\": supported values: \"Always\", \"OnFailure\", \"Never\"");
        return RestartPolicy.Always;
    }

    // Resolved variables are left out: as in Kubernetes, a changed ConfigMap reaches a pod at its next start.
    private static string Fingerprint(PodPlan plan) => string.Join('\n',
        plan.Runtime, plan.Address, plan.Command?.Program, string.Join('\0', plan.Command?.Source.Value.Command ?? []), plan.Command?.WorkingDirectory,
        SafeNames.Canonical(plan.Pod.Spec));

    private static void RefuseControllers(CompileContext context)
    {
        Refuse<V1StatefulSet>();
        Refuse<V1DaemonSet>();
        Refuse<V1ReplicationController>();
        Refuse<V1Job>();
        Refuse<V1CronJob>();

        void Refuse<T>() where T : class
        {
            foreach (var found in context.State.All<T>())
            {
                context.Errors.Add(found, "kind", $"a {found.Key.Kind}'s pods aren't run here; write a Deployment or a Pod in its place");
            }
        }
    }
}
