using OpenTelemetry;

namespace Shop.Users.Data;

/// <summary>Creates the schema while the server starts, and tries again while the database is away. Until then the pod isn't ready.</summary>
internal sealed partial class SchemaSetup(IDatabase database, TimeProvider time, ILogger<SchemaSetup> log) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // It belongs to no request, so it has no spans.
        using var untraced = SuppressInstrumentationScope.Begin();
        for (var pause = FirstPause; !stoppingToken.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await database.CreateSchemaAsync(time.GetUtcNow(), stoppingToken);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                NotYet(log, pause.TotalSeconds, e.Message);
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The database can't be prepared, trying again in {Seconds} s: {Problem}")]
    private static partial void NotYet(ILogger log, double seconds, string problem);
}
