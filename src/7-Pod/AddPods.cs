using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>Registration of the pods' hop.</summary>
public static class PodRegistration
{
    /// <summary>
    /// Adds step 7. Wants <see cref="PodOptions"/> and an <see cref="IGenerationSource"/>; takes every <see cref="IBuiltInImage"/> and
    /// <see cref="IPodEnvironment"/> and <see cref="IPodAdmission"/> that is registered, and <see cref="IPodConditions"/> where they are. Gives <see cref="IPodDirectory"/>, <see cref="IPodReadiness"/>,
    /// <see cref="IRollouts"/>, <see cref="ISchedules"/>, <see cref="IPodAccounts"/> and <see cref="ILogFiles"/>.
    /// </summary>
    public static IServiceCollection AddPods(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        return services
            .AddSingleton<IReconciler, PodReconciler>()
            .AddSingleton<IAddressClaimant, PodClaims>()
            .AddSingleton<IHopCompiler, PodCompiler>()
            .AddSingleton<PodDirectory>()
            .AddSingleton<IPodDirectory>(s => s.GetRequiredService<PodDirectory>())
            .AddSingleton<PodReadiness>()
            .AddSingleton<IPodReadiness>(s => s.GetRequiredService<PodReadiness>())
            .AddSingleton<IRollouts, Rollouts>()
            .AddSingleton<ISchedules, Schedules>()
            .AddSingleton<IPodAccounts, PodAccounts>()
            .AddSingleton<ILogFiles, PodLogFiles>()
            .AddSingleton<IRoadStep, PodStep>()
            .AddSingleton<Warden>()
            .AddSingleton<IPodLauncher, PodLauncher>()
            .AddSingleton<IProber, Prober>()
            .AddSingleton<PodCarrier>()
            .AddSingleton<ICarrier>(s => s.GetRequiredService<PodCarrier>());
    }

    /// <summary>Puts <see cref="AssumedPods"/> in the living directory's place, for explanations from files. Call it after <see cref="AddPods"/>.</summary>
    public static IServiceCollection AddAssumedPods(this IServiceCollection services) => services
        .AddSingleton<AssumedPods>()
        .AddSingleton<IPodDirectory>(s => s.GetRequiredService<AssumedPods>());
}
