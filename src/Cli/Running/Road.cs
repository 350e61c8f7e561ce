using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Usher.Certificates;
using Usher.Control;
using Usher.Control.State;
using Usher.Dashboard;
using Usher.Dns;
using Usher.Doorway.Files;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Pod;
using Usher.Response;
using Usher.Seam;
using Usher.Trace;
using Usher.Trace.Export;
using Usher.Trace.Keeping;

namespace Usher.Cli.Running;

/// <summary>One road in this process: all its hops, and what steers them.</summary>
internal sealed class Road : IAsyncDisposable
{
    private readonly RoadSettings settings;
    private readonly ManifestSource manifests;
    private readonly IAsyncDisposable owner;
    private ManifestReload? reload;

    private Road(RoadSettings settings, IServiceProvider services, IAsyncDisposable owner)
    {
        this.settings = settings;
        manifests = new ManifestSource(settings.Paths, settings.Scope, Console.In);
        Services = services;
        this.owner = owner;
    }

    /// <summary>The hops' contracts.</summary>
    internal IServiceProvider Services { get; }

    /// <summary>Why the last saved change doesn't run; empty when it does.</summary>
    internal IReadOnlyList<ConfigError> Refused => reload?.Refused ?? [];

    /// <summary>What became of the saves that were read.</summary>
    internal Reloads Reloads => reload?.Reloads ?? Reloads.None;

    /// <summary>What exports journeys; null where nothing does.</summary>
    internal SpanExporter? Exporter => Services.GetService<SpanExporter>();

    private WebApplication? Api { get; init; }

    /// <summary>The running generation.</summary>
    internal Generation Generation => Services.GetRequiredService<IGenerationSource>().Current;

    /// <summary>Composes a road that runs, with its API. Nothing is started yet.</summary>
    /// <param name="settings">What the command line says.</param>
    /// <param name="state">Where what it keeps is.</param>
    /// <param name="instead">Registers what takes the place of the road's own parts, as a measurement does.</param>
    internal static Road Compose(RoadSettings settings, StateDirectory state, Action<IServiceCollection>? instead = null)
    {
        Road? road = null;
        var app = ApiServer.Build(settings.ApiPort, services =>
        {
            Common(services, settings, state)
                .AddSingleton<OtlpAddress>()
                .AddSingleton(state)
                .AddSingleton<IPodEnvironment, PodEnvironment>()
                .AddRoad()
                .AddSingleton(new DashboardOptions { Refused = () => road?.Refused ?? [] })
                .AddDashboard();
            if (settings.ServerTiming) services.AddServerTimings();
            if (settings.Otlp is { } otlp) services.AddSpanExport(otlp);
            // The last registration of a part is the one that others get.
            instead?.Invoke(services);
        });
        return road = new Road(settings, app.Services, app) { Api = app };
    }

    /// <summary>Composes a road that is only decided: nothing is started, and every pod counts as ready.</summary>
    internal static Road ComposeToExplain(RoadSettings settings, StateDirectory state)
    {
        var provider = Explaining(settings, state).BuildServiceProvider();
        return new Road(settings, provider, provider);
    }

    /// <summary>All hops without their API and processes.</summary>
    internal static IServiceCollection Explaining(RoadSettings settings, StateDirectory state) => Common(new ServiceCollection(), settings, state).AddRoad().AddAssumedPods();

    /// <summary>Starts the road's API, which pods send their spans to; they start after it.</summary>
    internal Task<ApiServer?> StartApiAsync(ErrorList errors, CancellationToken cancellationToken) =>
        ApiServer.StartAsync(Api ?? throw new InvalidOperationException("this road was composed to be explained"), this, settings.ApiPort, errors, cancellationToken);

    /// <summary>Loads the manifests and brings the road in line with them. False when anything is wrong; the errors say what.</summary>
    internal async Task<bool> ApplyAsync(ErrorList errors, CancellationToken cancellationToken)
    {
        var loaded = manifests.Load(errors);
        if (await ApplyAsync(loaded, errors, cancellationToken) is null) return false;
        Services.GetRequiredService<JourneyKeeper>().Start();
        Exporter?.Start();
        return true;
    }

    /// <summary>Follows the manifests from now on; ends when cancelled.</summary>
    internal Task ReloadAsync(IReloadObserver observer, CancellationToken cancellationToken)
    {
        reload = new ManifestReload(manifests, ApplyAsync, observer, Services.GetTime());
        return reload.RunAsync(cancellationToken);
    }

    /// <summary>Loads and compiles the manifests without starting anything.</summary>
    internal Generation? Compile(ErrorList errors)
    {
        var loaded = manifests.Load(errors);
        var desired = new DesiredState(loaded.Resources);
        if (!errors.IsEmpty) Services.GetRequiredService<RoadCompiler>().CheckEach(desired, Generation.None, errors);
        if (!errors.IsEmpty) return null;
        var generation = Services.GetRequiredService<RoadCompiler>().Compile(desired, Generation.None, errors);
        if (!errors.IsEmpty) return null;
        Services.GetRequiredService<AssumedPods>().Assume(generation);
        return generation;
    }

    /// <summary>Waits until pods are ready and targets healthy, as far as waiting helps.</summary>
    /// <param name="patience">The longest wait for pods.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What isn't ready, a line each.</returns>
    internal async Task<IReadOnlyList<string>> WhenReadyAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var time = Services.GetRequiredService<TimeProvider>();
        var readiness = Services.GetRequiredService<IPodReadiness>();
        var began = time.GetTimestamp();
        var pods = await readiness.WhenSettledAsync(patience, cancellationToken);
        // Controllers may make more pods once those are ready.
        while (pods.Count == 0 && Rollouts.Any(r => r is { Done: false, Failed: false } && r.Key.Kind != "Job") && time.GetElapsedTime(began) < patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
            pods = await readiness.WhenSettledAsync(patience, cancellationToken);
        }

        var problems = pods.Select(p => $"pod {p.Key.Short} is not ready: {p.Message ?? p.Phase}").ToList();
        var started = time.GetTimestamp();
        // The load balancers' controller registers the pods that just became ready; what stops it is told by the loop.
        await Services.GetRequiredService<RoadControl>().StepAsync(new ErrorList(), cancellationToken);
        // With pods that aren't ready targets may never pass; one look is enough then.
        var limit = problems.Count == 0 ? TimeSpan.FromSeconds(20) : TimeSpan.FromSeconds(3);
        while (Targets().Any(t => t.State == "initial") && time.GetElapsedTime(started) < limit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
        }

        // Every node's kube-proxy hears of the last endpoints a moment later.
        while (Services.GetRequiredService<IServiceReports>().NotYetProgrammed(Generation).Count > 0 && time.GetElapsedTime(started) < limit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
        }

        problems.AddRange(Targets().Where(t => t.State != "healthy").Select(t => $"target {t.Target} of {t.TargetGroup} is {t.State}: {t.Description}"));
        return problems;
    }

    /// <summary>Drains and stops, the edge first.</summary>
    internal async Task StopAsync(TimeSpan drain)
    {
        using var limit = new CancellationTokenSource(drain);
        await Services.GetRequiredService<RoadControl>().StopAsync(limit.Token);
        await Task.WhenAll(Services.GetRequiredService<JourneyKeeper>().StopAsync(), Exporter?.StopAsync() ?? Task.CompletedTask);
    }

    public ValueTask DisposeAsync() => owner.DisposeAsync();

    /// <summary>How far the workloads are.</summary>
    internal IReadOnlyList<RolloutStatus> Rollouts => Services.GetRequiredService<IRollouts>().Current;

    private IReadOnlyList<TargetHealthReport> Targets() => Services.GetRequiredService<ITargetHealth>().All(Generation);

    private async Task<Generation?> ApplyAsync(LoadedManifests loaded, ErrorList errors, CancellationToken cancellationToken)
    {
        var control = Services.GetRequiredService<RoadControl>();
        if (errors.IsEmpty) return await control.ApplyAsync(FilesDoorway.Name, loaded.Resources, errors, cancellationToken);
        await control.CheckEachAsync(FilesDoorway.Name, loaded.Resources, errors, cancellationToken);
        return null;
    }

    private static IServiceCollection Common(IServiceCollection services, RoadSettings settings, StateDirectory state) => services
        .AddSingleton(TimeProvider.System)
        .AddLogging(log => log.AddProvider(new DiagnosticsLog()))
        .AddSingleton(new RoadOptions(settings.Scope, settings.Range))
        .AddSingleton(new DnsOptions(new IPEndPoint(IPAddress.Loopback, settings.DnsPort)))
        .AddSingleton(new StateStoreOptions(state.Path))
        .AddSingleton(new CertificateOptions(state.Path))
        .AddSingleton(new PodOptions(settings.StandIn, Path.Combine(state.Path, "logs", "pods"))
        {
            Folder = Path.Combine(state.Path, "pods"),
            ClaimFolder = Path.Combine(state.Path, "volumes"),
        })
        .AddSingleton(new AccessLogOptions { Directory = Path.Combine(state.Path, "logs") })
        .AddControl()
        .AddSingleton<NodeControl>()
        .AddSeam(settings.Express)
        .AddSingleton(settings.Trace)
        .AddTrace()
        .AddSingleton<Explainer>();
}
