using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>Registration of the cluster's DNS.</summary>
public static class ClusterDnsRegistration
{
    /// <summary>
    /// Adds CoreDNS' part. Wants what <see cref="DnsRegistration.AddDns"/> wants, and <see cref="IServiceEndpoints"/>. Registered after the pods, so that its sockets
    /// are bound before pods start and closed after they are gone.
    /// </summary>
    public static IServiceCollection AddClusterDns(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton<IClusterDns, ClusterDnsPlace>()
            .AddSingleton<IClusterNames, ClusterNames>()
            .AddSingleton<IAddressClaimant, ClusterDnsClaims>()
            .AddSingleton<IHopCompiler, ClusterDnsCompiler>()
            .AddSingleton<ICarrier, ClusterDnsCarrier>();
    }
}
