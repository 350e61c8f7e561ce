using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>What runs in the place of a pod's containers.</summary>
/// <param name="options">How this road runs its pods; null for one that only derives them.</param>
/// <param name="builtIns">The images that Usher serves itself.</param>
internal sealed class PodRuntimes(PodOptions? options, IEnumerable<IBuiltInImage> builtIns)
{
    private readonly IBuiltInImage[] builtIns = [.. builtIns];

    /// <summary>The container that Usher serves itself, in whose pod nothing else runs; null for none.</summary>
    public V1Container? BuiltIn(V1PodSpec spec) => (spec.Containers ?? []).FirstOrDefault(c => !string.IsNullOrEmpty(c.Image) && builtIns.Any(b => b.Serves(c)));

    /// <summary>What runs in the place of a container of any other pod.</summary>
    public PodRuntime Of(V1Container container, DesiredState state) =>
        options?.StandInOnly != false || state.Find(ImageCommand.KeyOf(container.Image ?? "")) is null ? PodRuntime.StandIn : PodRuntime.Process;

    /// <summary>Whether any program is run in a pod.</summary>
    public bool RunsPrograms(V1PodSpec spec, DesiredState state) =>
        BuiltIn(spec) is null && (spec.InitContainers ?? []).Concat(spec.Containers ?? []).Any(c => Of(c, state) == PodRuntime.Process);
}
