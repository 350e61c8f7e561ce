using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Certificates;

/// <summary>Registers the certificates' hop.</summary>
public static class CertificateServices
{
    /// <summary>
    /// Adds the compiler, the carrier, the step, <see cref="ICertificateChooser"/>, <see cref="ICertificateStatuses"/>, <see cref="ICertificateReports"/>, and <see cref="CertificateAuthority"/>, which is the <see cref="IRoadAuthority"/>.
    /// Wants <see cref="CertificateOptions"/>, the state store and logging; takes the system's clock when no <see cref="TimeProvider"/> is registered.
    /// </summary>
    public static IServiceCollection AddCertificates(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<CertificateAuthority>();
        services.AddSingleton<IRoadAuthority>(s => s.GetRequiredService<CertificateAuthority>());
        services.AddSingleton<LeafStore>();
        services.AddSingleton<IHopCompiler, CertificateCompiler>();
        services.AddSingleton<IListenerTrial, CertificateCompiler>();
        services.AddSingleton<ICertificateStatuses, CertificateStatuses>();
        services.AddSingleton<ICertificateReports, CertificateReports>();
        services.AddSingleton<ICarrier, CertificateCarrier>();
        services.AddSingleton<ICertificateChooser, CertificateChooser>();
        services.AddSingleton<IRoadStep, TlsStep>();
        return services;
    }
}
