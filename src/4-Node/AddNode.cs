using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>Registration of step 4.</summary>
public static class NodeRegistration
{
    /// <summary>
    /// Adds the worker nodes and the relays that carry Services' fronts. Wants <see cref="IServiceFronts"/>, the seam and logging registered. Takes
    /// <see cref="NodeOptions"/>. Its reconcilers make nodes, so they come before those that place pods on them.
    /// </summary>
    public static IServiceCollection AddNode(this IServiceCollection services)
    {
        services.TryAddSingleton(new NodeOptions());
        return services
            .AddSingleton<NodePorts>()
            .AddSingleton<NodeDirectory>()
            .AddSingleton<INodeDirectory>(s => s.GetRequiredService<NodeDirectory>())
            .AddSingleton<INodeActions>(s => s.GetRequiredService<NodeDirectory>())
            .AddSingleton<INodeReports, NodeReports>()
            .AddSingleton<NodeCarrier>()
            .AddSingleton<ICarrier>(s => s.GetRequiredService<NodeCarrier>())
            .AddSingleton<IReconciler, DefaultNodes>()
            .AddSingleton<IReconciler, NodeIntents>()
            .AddSingleton<IAddressClaimant, NodeClaims>()
            .AddSingleton<IHopCompiler, NodeCompiler>()
            .AddSingleton<IRoadStep, NodeStep>();
    }
}
