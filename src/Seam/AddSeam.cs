using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>Registration of the seam.</summary>
public static class SeamRegistration
{
    /// <summary>Adds the seam between hops. Wants a generation source, a journey log and a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddSeam(this IServiceCollection services) => services
        .AddSingleton(s => new UpstreamPool(new UpstreamPoolOptions { TimeProvider = s.GetRequiredService<TimeProvider>() }))
        .AddSingleton(s => new SeamParts(
            s.GetRequiredService<IGenerationSource>(), s.GetRequiredService<IJourneyLog>(),
            s.GetRequiredService<UpstreamPool>(), s.GetRequiredService<TimeProvider>()));
}
