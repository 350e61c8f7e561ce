using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>Registration of the seam.</summary>
public static class SeamRegistration
{
    /// <summary>Adds the seam between hops. Wants a generation source, a journey log and a <see cref="TimeProvider"/>; logging where there is some.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="express">True for express links: hops of this process are reached without a socket.</param>
    public static IServiceCollection AddSeam(this IServiceCollection services, bool express = false) => services
        .AddSingleton(s => new LinkTable(express, s.GetRequiredService<TimeProvider>()))
        .AddSingleton(s => new UpstreamPool(new UpstreamPoolOptions
        {
            TimeProvider = s.GetRequiredService<TimeProvider>(), Dialer = s.GetRequiredService<LinkTable>(), TakenUnseen = TimeSpan.FromMilliseconds(1),
        }))
        .AddSingleton(s => new SeamParts(
            s.GetRequiredService<IGenerationSource>(), s.GetRequiredService<IJourneyLog>(),
            s.GetRequiredService<UpstreamPool>(), s.GetRequiredService<TimeProvider>())
        {
            Links = s.GetRequiredService<LinkTable>(), Timings = s.GetService<IServerTimings>(), ClosedPorts = [.. s.GetServices<IClosedPorts>()],
            Logging = s.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
        });
}
