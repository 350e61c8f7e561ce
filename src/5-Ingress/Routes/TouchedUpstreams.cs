namespace Usher.Ingress;

/// <summary>The upstreams of which the Ingresses together say something else than in the running generation: how their endpoints are chosen, or which canary they have. Only servers that lead to one of them are made anew for it.</summary>
internal static class TouchedUpstreams
{
    /// <summary>Finds them.</summary>
    /// <param name="running">The running generation's routes.</param>
    /// <param name="config">What the controller's ConfigMap says.</param>
    /// <param name="shared">What the Ingresses say together of backends.</param>
    /// <param name="canaries">The canary of each backend.</param>
    internal static HashSet<string> Of(CompiledRoutes running, NginxConfig config, IReadOnlyDictionary<string, SharedUpstream> shared, IReadOnlyDictionary<BackendPlan, CanaryPlan> canaries)
    {
        var touched = new HashSet<string>(StringComparer.Ordinal);
        if (!ReferenceEquals(shared, running.Shared))
        {
            foreach (var name in running.Shared.Keys.Union(shared.Keys))
            {
                if (!IsSame(running.Shared.GetValueOrDefault(name), shared.GetValueOrDefault(name), config)) touched.Add(name);
            }
        }

        if (!ReferenceEquals(canaries, running.Canaries))
        {
            foreach (var backend in running.Canaries.Keys.Union(canaries.Keys))
            {
                if (running.Canaries.GetValueOrDefault(backend) != canaries.GetValueOrDefault(backend)) touched.Add(backend.Upstream);
            }
        }

        return touched;
    }

    // Where nothing is said of it, an Ingress that stays says what the ConfigMap does.
    private static bool IsSame(SharedUpstream? was, SharedUpstream? now, NginxConfig config) => was is null || now is null ? (was ?? now)!.Balance == config.Balance : was == now;
}
