using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>Registration of step 1.</summary>
public static class DnsRegistration
{
    /// <summary>
    /// Adds the name server. Wants <see cref="DnsOptions"/>, <see cref="IGenerationSource"/>, <see cref="Model.Journeys.IJourneyLog"/> and logging registered.
    /// </summary>
    public static IServiceCollection AddDns(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton<DnsServerAddress>()
            .AddSingleton<IHopCompiler, DnsCompiler>()
            .AddSingleton<ICarrier, DnsCarrier>()
            .AddSingleton<IRoadNames, RoadNames>()
            .AddSingleton<IRoadStep, DnsStep>();
    }
}
