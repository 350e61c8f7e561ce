using System.Data.Common;
using Shop.Users.Data;

namespace Shop.Users.Api;

/// <summary>What the probes ask.</summary>
internal static class Health
{
    private const string Live = "/healthz";
    private const string Ready = "/readyz";

    // Below the probe's own limit of 1 s, so that it gets the reason.
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromMilliseconds(900);

    /// <summary>Whether this is a probe's path.</summary>
    public static bool Owns(PathString path) => path == Live || path == Ready;

    /// <summary>Maps <c>/healthz</c> (the process answers) and <c>/readyz</c> (the database does too).</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Live, () => TypedResults.Text("ok\n"));
        routes.MapGet(Ready, ReadyAsync);
    }

    private static async Task<IResult> ReadyAsync(UserStore users, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ReadyTimeout);
        try
        {
            await users.PingAsync(limit.Token);
            return TypedResults.Text("ready\n");
        }
        catch (Exception e) when (e is DbException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var why = e is DbException ? e.Message : $"no answer in {ReadyTimeout.TotalMilliseconds} ms";
            return TypedResults.Problem($"The database is not ready: {why}", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
