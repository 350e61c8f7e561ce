using System.Globalization;
using k8s.Models;

namespace Usher.Pod;

/// <summary>
/// How many pods a rolling update may have too many, and how many too few (Kubernetes, Deployment, "Max Surge" and "Max Unavailable").
/// </summary>
/// <param name="Surge">Above the wanted number.</param>
/// <param name="Unavailable">Below it.</param>
internal readonly record struct Fencepost(int Surge, int Unavailable)
{
    private const string Default = "25%";

    /// <summary>
    /// Resolves percentages: the surge is rounded up, what may be unavailable is rounded down. When both come to nothing, one pod may be
    /// unavailable, or nothing could ever happen (<c>ResolveFenceposts</c>).
    /// </summary>
    public static Fencepost Of(V1DeploymentSpec spec)
    {
        var replicas = spec.Replicas ?? 1;
        if (spec.Strategy?.Type == "Recreate" || replicas == 0) return default;
        var surge = Resolve(spec.Strategy?.RollingUpdate?.MaxSurge, replicas, up: true, Default);
        var unavailable = Resolve(spec.Strategy?.RollingUpdate?.MaxUnavailable, replicas, up: false, Default);
        return new Fencepost(surge, surge == 0 && unavailable == 0 ? 1 : Math.Min(unavailable, replicas));
    }

    /// <summary>Of a DaemonSet on so many nodes: one may be unavailable unless written; both are rounded up.</summary>
    public static Fencepost Of(V1DaemonSetUpdateStrategy? strategy, int nodes) => new(
        Resolve(strategy?.RollingUpdate?.MaxSurge, nodes, up: true, "0"), Resolve(strategy?.RollingUpdate?.MaxUnavailable, nodes, up: true, "1"));

    /// <summary>A number of pods, or a percentage of them.</summary>
    public static int Resolve(IntOrString? value, int replicas, bool up, string absent)
    {
        var text = value?.Value ?? absent;
        if (!text.EndsWith('%')) return int.Parse(text, CultureInfo.InvariantCulture);
        var exact = int.Parse(text[..^1], CultureInfo.InvariantCulture) * (long)replicas;
        return (int)((up ? exact + 99 : exact) / 100);
    }
}
