using Microsoft.Extensions.Logging;
using Usher.Dashboard.Map;
using Usher.Dashboard.Targets;
using Usher.Model.Contracts;
using Usher.Model.Road;
using Usher.Trace;

namespace Usher.Dashboard.Live;

/// <summary>
/// Looks at the road once a second: for the targets' history and the hops' rates; the map is drawn when a page asks for it. It reads, and nothing waits for it.
/// </summary>
public sealed partial class RoadWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly JourneyLog log;
    private readonly RoadFactsReader reader;
    private readonly ITargetHealth health;
    private readonly IGenerationSource generations;
    private readonly TimeProvider time;
    private readonly ILogger<RoadWatch> logger;
    private readonly RateHistory rates = new();
    private readonly BackgroundLoop loop;
    private volatile Lazy<RoadPicture> picture;

    /// <summary>A watch that isn't started.</summary>
    public RoadWatch(JourneyLog log, RoadFactsReader reader, ITargetHealth health, IGenerationSource generations, TimeProvider time, ILogger<RoadWatch> logger)
    {
        this.log = log;
        this.reader = reader;
        this.health = health;
        this.generations = generations;
        this.time = time;
        this.logger = logger;
        picture = new(Draw);
        loop = new BackgroundLoop(Interval, time, Look);
    }

    /// <summary>Raised after each look. Handlers must not wait.</summary>
    public event Action? Looked;

    /// <summary>How the targets' health changed.</summary>
    public TargetHistory Targets { get; } = new();

    /// <summary>The road since the last look: drawn when it is first asked for, and once for all who ask.</summary>
    public RoadPicture Picture => picture.Value;

    /// <summary>Begins to look. Once.</summary>
    public void Start() => loop.Start();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => loop.DisposeAsync();

    private void Look()
    {
        try
        {
            rates.Add(log.Meters.Read());
            Targets.Add(health.All(generations.Current), time.GetUtcNow());
            picture = new(Draw);
            Looked?.Invoke();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The pages show less; the road goes on.
            CannotLook(logger, e.Message);
        }
    }

    private RoadPicture Draw()
    {
        var (facts, now) = (reader.Read(), rates.Current);
        return new RoadPicture(facts, now, RoadMap.Of(facts, now));
    }

    [LoggerMessage(9101, LogLevel.Warning, "The dashboard can't look at the road: {Why}")]
    private static partial void CannotLook(ILogger logger, string why);
}

/// <summary>The road at one time.</summary>
/// <param name="Facts">What the hops report.</param>
/// <param name="Rates">What they do.</param>
/// <param name="Stations">Both as a map, in the order of the road.</param>
public sealed record RoadPicture(RoadFacts Facts, Rates Rates, IReadOnlyList<Station> Stations);
