using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Usher.Model.Road;

namespace Usher.Control;

/// <summary>Registration of the control.</summary>
public static class ControlRegistration
{
    /// <summary>Adds the store, the compiler and the control of one road. Wants <see cref="RoadOptions"/> registered.</summary>
    public static IServiceCollection AddControl(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        return services
            .AddSingleton<ResourceStore>()
            .AddSingleton<RoadCompiler>()
            .AddSingleton<CurrentGeneration>()
            .AddSingleton<IGenerationSource>(s => s.GetRequiredService<CurrentGeneration>())
            .AddSingleton<ReconcileLoop>()
            .AddSingleton<RoadControl>();
    }
}
