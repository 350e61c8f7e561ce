using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Trace.Export;
using Usher.Trace.Journeys;
using Usher.Trace.Keeping;
using Usher.Trace.Otlp;
using Usher.Trace.Timing;

namespace Usher.Trace;

/// <summary>Registration of the trace.</summary>
public static class TraceRegistration
{
    /// <summary>
    /// Adds the journey log, its feed, the book of journeys and what stores them. Wants a <see cref="TimeProvider"/>; uses the road steps, the pods'
    /// accounts, the way back and the state store where they are registered.
    /// </summary>
    public static IServiceCollection AddTrace(this IServiceCollection services)
    {
        services.TryAddSingleton(new TraceOptions());
        return services
            .AddSingleton<JourneyLog>()
            .AddSingleton<IJourneyLog>(s => s.GetRequiredService<JourneyLog>())
            .AddSingleton<IJourneyFeed>(s => s.GetRequiredService<JourneyLog>())
            .AddSingleton<IConnectionFeed>(s => s.GetRequiredService<JourneyLog>())
            .AddSingleton(s => new SpanStore(s.GetRequiredService<TraceOptions>()))
            .AddSingleton(s => new SpanIntake(s.GetRequiredService<SpanStore>(), s.GetRequiredService<TraceOptions>(), s.GetService<ISpanRelay>()))
            .AddSingleton(s => new OtlpReceiver(s.GetRequiredService<SpanIntake>()))
            .AddSingleton(s => new OtlpGrpcReceiver(s.GetRequiredService<SpanIntake>()))
            .AddSingleton(s => new StoredJourneys(s.GetService<IStateStore>()))
            .AddSingleton(s => new JourneyKeeper(
                s.GetRequiredService<JourneyLog>(), s.GetRequiredService<JourneyBook>(), s.GetRequiredService<StoredJourneys>(), s.GetService<IStateStore>(),
                s.GetRequiredService<TraceOptions>(), s.GetRequiredService<TimeProvider>(),
                s.GetService<ILogger<JourneyKeeper>>() ?? NullLogger<JourneyKeeper>.Instance))
            .AddSingleton(s => new JourneyHeadlines(
                s.GetRequiredService<JourneyLog>(), s.GetRequiredService<JourneyBook>(), s.GetRequiredService<StoredJourneys>(), s.GetRequiredService<TraceOptions>(), s.GetRequiredService<TimeProvider>()))
            .AddSingleton(s => new JourneyFollower(s.GetRequiredService<JourneyLog>(), s.GetRequiredService<JourneyBook>(), s.GetRequiredService<TimeProvider>()))
            .AddSingleton(s => new JourneyAssembler(
                s.GetService<IPodAccounts>(), s.GetService<IWayBack>(), new RoadInference(s.GetServices<IRoadStep>()), s.GetRequiredService<TimeProvider>()))
            .AddSingleton(s => new JourneyTeller(
                s.GetRequiredService<JourneyLog>(), s.GetRequiredService<SpanStore>(), s.GetRequiredService<JourneyAssembler>(), s.GetRequiredService<TimeProvider>()))
            .AddSingleton(s => new ReportedJourneys(
                s.GetRequiredService<JourneyLog>(), s.GetRequiredService<SpanStore>(), s.GetRequiredService<JourneyTeller>(), s.GetRequiredService<JourneyAssembler>(),
                s.GetRequiredService<TraceOptions>(), s.GetRequiredService<TimeProvider>()))
            .AddSingleton(s => new JourneyBook(
                s.GetRequiredService<JourneyLog>(), s.GetRequiredService<JourneyTeller>(), s.GetRequiredService<ReportedJourneys>(), s.GetRequiredService<StoredJourneys>(),
                s.GetRequiredService<TimeProvider>()));
    }

    /// <summary>Exports journeys and applications' spans to a backend, once it is started. Wants what <see cref="AddTrace"/> adds.</summary>
    public static IServiceCollection AddSpanExport(this IServiceCollection services, OtlpSettings settings) => services
        .AddSingleton(s => new SpanExporter(
            s.GetRequiredService<JourneyLog>(), s.GetRequiredService<JourneyBook>(), new OtlpSender(settings, s.GetRequiredService<TimeProvider>()), settings.Told,
            s.GetRequiredService<TraceOptions>(), s.GetRequiredService<TimeProvider>(), s.GetService<ILogger<SpanExporter>>() ?? NullLogger<SpanExporter>.Instance))
        .AddSingleton<ISpanRelay>(s => s.GetRequiredService<SpanExporter>());

    /// <summary>Lets the load balancer's answers carry <c>Server-Timing</c>. Wants what <see cref="AddTrace"/> adds; uses the pods' accounts.</summary>
    public static IServiceCollection AddServerTimings(this IServiceCollection services) => services
        .AddSingleton<IServerTimings>(s => new ServerTimings(
            s.GetRequiredService<JourneyLog>(), new Lazy<IPodAccounts?>(s.GetService<IPodAccounts>), s.GetRequiredService<TimeProvider>()));
}
