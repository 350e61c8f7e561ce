using Microsoft.Extensions.DependencyInjection;
using Usher.Trace;

namespace Usher.Cli;

/// <summary>The services that commands ask for by name.</summary>
internal static class ServiceLookup
{
    internal static TimeProvider GetTime(this IServiceProvider services) => services.GetRequiredService<TimeProvider>();

    internal static Explainer GetExplainer(this IServiceProvider services) => services.GetRequiredService<Explainer>();
}
