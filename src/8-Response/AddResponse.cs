using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Usher.Model.Contracts;

namespace Usher.Response;

/// <summary>Registration of the response's hop.</summary>
public static class ResponseRegistration
{
    /// <summary>
    /// Adds the way back and the access log. Wants a <see cref="TimeProvider"/>, logging and an <see cref="IJourneyFeed"/>; writes a log when
    /// <see cref="AccessLogOptions"/> with a folder was registered before. The writer is an <see cref="IHostedService"/>.
    /// </summary>
    public static IServiceCollection AddResponse(this IServiceCollection services)
    {
        services.TryAddSingleton(new AccessLogOptions());
        return services
            .AddSingleton<IWayBack>(s => new WayBack(s.GetRequiredService<TimeProvider>()))
            .AddSingleton(s => new AlbAccessLog(s.GetRequiredService<TimeProvider>()))
            .AddHostedService<AccessLogWriter>();
    }
}
