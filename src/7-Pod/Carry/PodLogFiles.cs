using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>The output of process pods, a file a container.</summary>
internal sealed class PodLogFiles(PodOptions options) : ILogFiles
{
    /// <inheritdoc/>
    public IEnumerable<LogFile> All(Generation generation) =>
        from pod in generation.Find<PodSnapshot>()?.Pods ?? []
        where pod.Runtime == PodRuntime.Process
        from container in pod.InitContainers.Concat(pod.Containers)
        select new LogFile(Hop.Pod, container.Name == pod.Container ? pod.Key.Short : $"{pod.Key.Short} {container.Name}", PodOutput.PathOf(options.LogDirectory, pod, container));
}
