using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>Registration of step 4.</summary>
public static class NodeRegistration
{
    /// <summary>
    /// Adds the worker nodes and the relays that carry Services' fronts. Wants <see cref="IServiceFronts"/>, the seam and logging registered. Its
    /// reconciler makes nodes, so it comes before those that place pods on them.
    /// </summary>
    public static IServiceCollection AddNode(this IServiceCollection services) => services
        .AddSingleton<NodePorts>()
        .AddSingleton<INodeReports, NodeReports>()
        .AddSingleton<NodeCarrier>()
        .AddSingleton<ICarrier>(s => s.GetRequiredService<NodeCarrier>())
        .AddSingleton<IReconciler, DefaultNodes>()
        .AddSingleton<IAddressClaimant, NodeClaims>()
        .AddSingleton<IHopCompiler, NodeCompiler>()
        .AddSingleton<IRoadStep, NodeStep>();
}
