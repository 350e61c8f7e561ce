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
/// <item>Refuse what the API server refuses; what can't be carried out didn't come here (<see cref="Acceptance"/>).</item>
/// <item>Ports, probes, environment and arguments.</item>
/// </list>
/// </summary>
internal sealed class PodCompiler(PodOptions options, IEnumerable<IBuiltInImage> builtIns, IEnumerable<IClusterDns> dns) : IHopCompiler
{
    private readonly PodRuntimes runtimes = new(options, builtIns);
    private readonly IClusterDns[] dns = [.. dns];

    /// <inheritdoc/>
    public Snapshot Compile(CompileContext context)
    {
        var blame = new PodBlame(context.Errors, context.Warnings);
        var carry = PodCarryOver.Of(context.State);
        foreach (var template in carry.Templates) Compile(template, context, blame);
        return Snapshot.Of(new PodSnapshot(
            context.State.All<V1Pod>().Where(pod => !carry.LeftOut.Contains(pod.Key)).Select(pod => Settled(pod, carry, context) ?? Compile(pod, context, blame)).OfType<PodPlan>().ToList()));
    }

    // A pod that goes on as it was compiled: what people have changed since isn't its, unless it waits for that. Another of its name is none (each has references of its own).
    private static PodPlan? Settled(Resource<V1Pod> pod, PodCarryOver carry, CompileContext context) =>
        carry.Settled.Contains(pod.Key) && context.Running.Find<PodSnapshot>()?.Find(pod.Key) is { Awaits: null } plan
        && ReferenceEquals(plan.Pod.Metadata?.OwnerReferences, pod.Value.Metadata?.OwnerReferences) && (plan.Node ?? "") == (pod.Value.Spec.NodeName ?? "")
            ? plan with { Pod = pod.Value, Addresses = context.Addresses.Whole, Address = context.Addresses.Find(pod.Key) }
            : null;

    private PodPlan? Compile(Resource<V1Pod> pod, CompileContext context, PodBlame blame)
    {
        var written = Written.Of(pod, context.State);
        var scene = new PodScene(context, pod, written, blame, context.Addresses.Find(pod.Key));
        var spec = pod.Value.Spec;
        if (spec?.Containers is not { Count: > 0 } containers)
        {
            scene.Error("containers", "Required value");
            return null;
        }

        CheckNames(spec, scene);

        // 1. Who takes the pod's place.
        var builtIn = runtimes.BuiltIn(spec);
        var main = builtIn ?? containers[0];
        var runsPrograms = runtimes.RunsPrograms(spec, context.State);

        // 2. What the API server refuses, and what has no effect.
        PodFields.Check(spec, scene, runsPrograms);
        ReadinessGates.Check(spec, scene);

        // 3. The plan.
        var policy = Restart(spec, scene);
        ImmutableArray<VolumePlan> volumes = runsPrograms ? VolumeCompiler.Compile(spec, scene) : [];
        if (!runsPrograms && spec.Volumes is { Count: > 0 }) scene.NotApply("volumes");
        if (!runsPrograms && spec.HostAliases is { Count: > 0 }) scene.NotApply("hostAliases");
        var inits = builtIn is not null ? [] : (spec.InitContainers ?? []).Select((c, i) => ContainerCompiler.Compile(
            c, $"initContainers[{i}]", c.RestartPolicy == "Always" ? ContainerRole.Sidecar : ContainerRole.Init, RuntimeOf(c, context), policy, volumes, scene)).ToList();
        var apps = containers.Select((c, i) => (Container: c, Path: $"containers[{i}]")).Where(c => builtIn is null || c.Container == builtIn)
            .Select(c => ContainerCompiler.Compile(c.Container, c.Path, ContainerRole.App, builtIn is null ? RuntimeOf(c.Container, context) : PodRuntime.BuiltIn, policy, volumes, scene))
            .ToList();
        if (builtIn is not null) NotServed(spec, builtIn, scene);
        var plan = new PodPlan
        {
            Key = pod.Key,
            Pod = pod.Value,
            Node = string.IsNullOrEmpty(spec.NodeName) ? null : spec.NodeName,
            Address = scene.Address,
            Addresses = context.Addresses.Whole,
            Unschedulable = pod.Value.Status?.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" })?.Message,
            Container = main.Name ?? "",
            Image = main.Image ?? "",
            Runtime = builtIn is not null ? PodRuntime.BuiltIn : RuntimeOf(main, context),
            Ports = [.. apps.Concat(inits).Where(c => c.Role != ContainerRole.Init).SelectMany(c => c.Ports)],
            InitContainers = [.. inits],
            Containers = [.. apps],
            Volumes = volumes,
            Unmounted = scene.Unmounted,
            Grace = Grace(spec, scene),
            RestartPolicy = policy,
            Fingerprint = "",
        };
        plan = StandInPorts(plan);
        if (runsPrograms) plan = WithFiles(plan, spec, scene);
        return plan with { NotApplied = [.. scene.NotApplied], Fingerprint = Fingerprint(plan) };
    }

    private PodRuntime RuntimeOf(V1Container container, CompileContext context) => runtimes.Of(container, context.State);

    private static void CheckNames(V1PodSpec spec, PodScene scene)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        Check(spec.InitContainers ?? [], "initContainers");
        Check(spec.Containers, "containers");

        void Check(IList<V1Container> containers, string field)
        {
            for (var i = 0; i < containers.Count; i++)
            {
                if (string.IsNullOrEmpty(containers[i].Name)) scene.Error($"{field}[{i}].name", "Required value");
                else if (Labels.Problem(containers[i].Name) is { } problem) scene.Error($"{field}[{i}].name", problem);
                else if (!names.Add(containers[i].Name)) scene.Error($"{field}[{i}].name", $"Duplicate value: \"{containers[i].Name}\"");
                if (string.IsNullOrEmpty(containers[i].Image)) scene.Error($"{field}[{i}].image", "Required value");
            }
        }
    }

    // A pod that Usher serves itself has nothing but the container that it serves.
    private static void NotServed(V1PodSpec spec, V1Container served, PodScene scene)
    {
        for (var i = 0; i < (spec.InitContainers?.Count ?? 0); i++) scene.NotApply($"initContainers[{i}]");
        for (var i = 0; i < spec.Containers.Count; i++)
        {
            if (spec.Containers[i] != served) scene.NotApply($"containers[{i}]");
        }
    }

    // Each port is opened by one stand-in: the container that declares it, or the first that probes it; none that a process declares.
    private static PodPlan StandInPorts(PodPlan plan)
    {
        var taken = plan.AllContainers.Where(c => c.Runtime == PodRuntime.Process).SelectMany(c => c.Ports).Select(p => p.Bound).ToHashSet();
        var all = plan.AllContainers.Where(c => c is { Runtime: PodRuntime.StandIn, Role: not ContainerRole.Init }).DistinctBy(c => c.Name).ToList();
        var declared = all.ToDictionary(c => c.Name, c => c.Ports.Select(p => p.Bound).Where(taken.Add).ToList());
        var opened = all.ToDictionary(c => c.Name, c => (int[])
            [.. declared[c.Name], .. c.Probes.Select(p => PortOf(p.Action)).OfType<int>().Select(plan.Addresses.BoundPort).Where(taken.Add)]);
        var takenByUdp = plan.AllContainers.Where(c => c.Runtime == PodRuntime.Process).SelectMany(c => c.Datagrams).Select(p => p.Bound).ToHashSet();
        var datagrams = all.ToDictionary(c => c.Name, c => c.Datagrams.Where(p => takenByUdp.Add(p.Bound)).ToList());
        return plan with { InitContainers = [.. plan.InitContainers.Select(With)], Containers = [.. plan.Containers.Select(With)] };

        ContainerPlan With(ContainerPlan container) =>
            opened.TryGetValue(container.Name, out var ports) ? container with { Listens = [.. ports], Datagrams = [.. datagrams[container.Name]] } : container;
    }

    private PodPlan WithFiles(PodPlan plan, V1PodSpec spec, PodScene scene)
    {
        // Where the cluster's DNS is follows from the objects and their addresses alone.
        var cluster = ResolverCompiler.AsksCluster(spec)
            ? dns.Select(d => d.Bound(new Generation(0, scene.Context.State, scene.Context.Addresses, []))).FirstOrDefault()
            : null;
        plan = plan with { ClusterDns = cluster };
        var resolver = ResolverCompiler.Compile(spec, cluster, scene);
        var mounts = plan.AllContainers.Any(c => !c.Mounts.IsEmpty);
        if (!mounts && resolver is null && spec.HostAliases is not { Count: > 0 }) return plan;
        var mode = MountNamespaces.Allowed(options) ? MountMode.Namespace : MountMode.Folder;
        if (mode == MountMode.Namespace) return plan with { Mounting = mode, Hosts = HostsFile.Of(spec, scene), Resolver = resolver };
        if (spec.HostAliases is { Count: > 0 }) scene.NotApply("hostAliases");
        if (spec.DnsPolicy == "None") scene.NotApply("dnsPolicy");
        if (spec.DnsConfig is not null) scene.NotApply("dnsConfig");
        if (mounts) scene.NotApply("containers[*].volumeMounts[*].mountPath");
        return plan with { Mounting = mounts ? mode : null };
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

    // Resolved variables and volumes are left out: as in Kubernetes, a changed ConfigMap reaches an environment at its next start, and a volume by itself.
    private static string Fingerprint(PodPlan plan) => string.Join('\n',
    [
        plan.Address?.ToString() ?? "",
        .. plan.AllContainers.Select(c => string.Join('\0', [c.Name, c.Runtime.ToString(), .. c.Command?.Source.Value.Command ?? [], c.Command?.WorkingDirectory ?? ""])),
        SafeNames.Canonical(plan.Pod.Spec),
    ]);
}
