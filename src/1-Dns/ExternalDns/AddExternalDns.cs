using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>Registration of external-dns.</summary>
public static class ExternalDnsRegistration
{
    /// <summary>
    /// Adds external-dns. Takes every <see cref="IIngressStatus"/> and <see cref="IGatewayStatus"/>. Registered after the pods, whose work says where it runs, and after whoever makes load balancers of Ingresses and Services, which its record sets lead to.
    /// </summary>
    public static IServiceCollection AddExternalDns(this IServiceCollection services) => services
        .AddSingleton<IBuiltInImage, ExternalDnsPod>()
        .AddSingleton<ExternalDnsController>()
        .AddSingleton<IRecordSetForecast>(s => s.GetRequiredService<ExternalDnsController>())
        .AddSingleton<IReconciler>(s => s.GetRequiredService<ExternalDnsController>());
}
