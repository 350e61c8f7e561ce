using System.Collections.Immutable;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>A controller's route table, and the parts that the next one is made of as far as they stay.</summary>
/// <param name="Table">The table.</param>
/// <param name="Config">What the controller's ConfigMap says.</param>
/// <param name="Standard">What is shown where nothing else is.</param>
/// <param name="Parts">Each Ingress's, by namespace and name.</param>
/// <param name="Read">What all of them together read, roughly.</param>
/// <param name="Canaries">The backends that canaries take requests from.</param>
internal sealed record CompiledRoutes(
    RouteTable Table, NginxConfig Config, CertificatePlan Standard, SharedList<CompiledStep<IngressPart>> Parts, Reads Read,
    IReadOnlyDictionary<BackendPlan, CanaryPlan> Canaries)
{
    /// <summary>The controller's own default backend, or null.</summary>
    public RoutePlan? Otherwise => Table.Otherwise;

    /// <summary>What the Ingresses say together of backends.</summary>
    public IReadOnlyDictionary<string, SharedUpstream> Shared { get; init; } = SharedBalance.None;

    /// <summary>The parts that something was warned of.</summary>
    public required IReadOnlyList<CompiledStep<IngressPart>> Warned { get; init; }

    /// <summary>Canaries of nothing.</summary>
    public IReadOnlyList<UnservedIngress> Lone { get; init; } = [];

    /// <summary>The Ingresses of this controller's that aren't served as they are written.</summary>
    internal IEnumerable<UnservedIngress> Unserved => Warned.Where(s => s.Value.Refusal is not null).Select(s => new UnservedIngress(s.Value.Written, s.Value.Refusal!)).Concat(Lone);

    /// <summary>What was found when the servers were made, by host.</summary>
    public required ImmutableSortedDictionary<string, ImmutableArray<ConfigError>> Told { get; init; }

    /// <summary>Whether each Ingress concerns the hosts of its own rules alone.</summary>
    public bool IsPlain { get; init; }
}
