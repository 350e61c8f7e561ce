using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Usher.Control.State;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Control;

/// <summary>Registration of the control.</summary>
public static class ControlRegistration
{
    /// <summary>
    /// Adds the resource store, the compiler, the control of one road and the store of its state, which is opened when it is first needed. Wants
    /// <see cref="RoadOptions"/> and, for the state, <see cref="StateStoreOptions"/> registered.
    /// </summary>
    public static IServiceCollection AddControl(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        return services
            .AddSingleton<ResourceStore>()
            .AddSingleton<SqliteStateStore>()
            .AddSingleton<IStateStore>(s => s.GetRequiredService<SqliteStateStore>())
            .AddSingleton<RoadCompiler>()
            .AddSingleton<CurrentGeneration>()
            .AddSingleton<IGenerationSource>(s => s.GetRequiredService<CurrentGeneration>())
            .AddSingleton<ReconcileLoop>()
            .AddSingleton<RoadControl>()
            .AddSingleton<GenerationHistory>();
    }
}
