using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Response;

/// <summary>Registration of the response's hop.</summary>
public static class ResponseRegistration
{
    /// <summary>
    /// Adds the way back and a load balancer's logs. Wants a <see cref="TimeProvider"/>, logging, an <see cref="IGenerationSource"/>, an <see cref="IJourneyFeed"/>, an <see cref="IConnectionFeed"/> and an <see cref="IHealthCheckFeed"/>; writes logs when
    /// <see cref="AccessLogOptions"/> with a folder was registered before. The writers are <see cref="IHostedService"/>s.
    /// </summary>
    public static IServiceCollection AddResponse(this IServiceCollection services)
    {
        services.TryAddSingleton(new AccessLogOptions());
        return services
            .AddSingleton<IWayBack>(s => new WayBack(s.GetRequiredService<TimeProvider>()))
            .AddSingleton(s => new AlbAccessLog(s.GetRequiredService<TimeProvider>()))
            .AddSingleton<IEveryRequest, DeliveredRequests>()
            .AddSingleton<ILogFiles, ResponseLogFiles>()
            // Before those that write to it, so that it stops after them.
            .AddSingleton<LogDelivery>()
            .AddHostedService(s => s.GetRequiredService<LogDelivery>())
            .AddHostedService<AccessLogWriter>()
            .AddHostedService<ConnectionLogWriter>()
            .AddHostedService<NlbAccessLogWriter>()
            .AddHostedService<HealthCheckLogWriter>();
    }
}
