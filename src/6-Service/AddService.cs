using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>Registration of step 6.</summary>
public static class ServiceRegistration
{
    /// <summary>
    /// Adds Services, their virtual IPs, fronts and endpoints. Wants <see cref="IPodDirectory"/> registered; takes <see cref="ServiceOptions"/>. Its reconcilers read Services
    /// and Endpoints only, so their place among the others doesn't matter.
    /// </summary>
    public static IServiceCollection AddService(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new ServiceOptions());
        return services
            .AddSingleton<EndpointTable>()
            .AddSingleton<AffinityTable>()
            .AddSingleton<KubeProxies>()
            .AddSingleton<ICarrier, ServiceCarrier>()
            .AddSingleton<ServiceFronts>()
            .AddSingleton<IServiceFronts>(s => s.GetRequiredService<ServiceFronts>())
            .AddSingleton<IServiceEndpoints, ServiceEndpoints>()
            .AddSingleton<IServiceReports, ServiceReports>()
            .AddSingleton<IReconciler, ServiceReconciler>()
            .AddSingleton<IReconciler, EndpointsMirror>()
            .AddSingleton<IAddressClaimant, ServiceClaims>()
            .AddSingleton<IHopCompiler, ServiceCompiler>()
            .AddSingleton<IRoadStep, ServiceStep>();
    }
}
