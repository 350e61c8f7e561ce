using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Contracts;
using Usher.Model.Road;
using Usher.Seam;

namespace Usher.LoadBalancer;

/// <summary>Registration of the load balancers' hop.</summary>
public static class LoadBalancerRegistration
{
    /// <summary>Adds hop 3. Wants <see cref="SeamParts"/>, <see cref="ICertificateChooser"/>, logging, and a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddLoadBalancer(this IServiceCollection services) => services
        .AddSingleton<TargetTable>()
        .AddSingleton<TargetHealthGates>()
        .AddSingleton<IPodConditions>(s => s.GetRequiredService<TargetHealthGates>())
        .AddSingleton<HealthCheckFeed>()
        .AddSingleton<IHealthCheckFeed>(s => s.GetRequiredService<HealthCheckFeed>())
        .AddSingleton<HealthChecks>()
        .AddSingleton<KeyFetch>()
        .AddSingleton<KeySources>()
        .AddSingleton<IKeySets>(s => s.GetRequiredService<KeySources>())
        .AddSingleton<TokenCheck>()
        .AddSingleton<LoadBalancerService>()
        .AddSingleton(s => new ListenerParts(
            s.GetRequiredService<SeamParts>(), s.GetRequiredService<ICertificateChooser>(), s.GetRequiredService<LoadBalancerService>()))
        .AddSingleton<IHopCompiler, LoadBalancerCompiler>()
        .AddSingleton<IAddressClaimant, LoadBalancerClaims>()
        .AddSingleton<IRoadStep, NetworkStep>()
        .AddSingleton<IRoadStep, LoadBalancerStep>()
        .AddSingleton<NetworkListeners>()
        .AddSingleton<ITargetHealth, TargetHealthView>()
        // A Network Load Balancer may stand in front of an Application Load Balancer, and so stops first.
        .AddSingleton<ICarrier, NetworkCarrier>()
        .AddSingleton<ICarrier, LoadBalancerCarrier>();

    /// <summary>Adds the AWS Load Balancer Controller. It reads nodes, Services with their NodePorts and pods, so it comes after those who make these. Takes every <see cref="IRecordSetForecast"/>.</summary>
    public static IServiceCollection AddLoadBalancerController(this IServiceCollection services) => services
        .AddSingleton<IPodAdmission, GateInjection>()
        .AddSingleton<IReconciler, LoadBalancerController>();

    /// <summary>Gives load balancers a node in each zone of the worker nodes; so it comes after those who make these.</summary>
    public static IServiceCollection AddLoadBalancerZones(this IServiceCollection services) => services.AddSingleton<IReconciler, LoadBalancerZones>();
}
