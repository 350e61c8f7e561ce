using System.Globalization;
using System.Text;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Cli.Commands;

/// <summary>The line that <c>usher up</c> prints for each request.</summary>
internal static class RequestLines
{
    /// <summary>Lines written together at most; of more requests only those that failed have theirs, since nobody reads so fast.</summary>
    private const int Together = 25;

    /// <summary>Prints until cancelled.</summary>
    internal static async Task FollowAsync(IJourneyFeed feed, CancellationToken cancellationToken)
    {
        await using var requests = feed.FollowAsync(cancellationToken).GetAsyncEnumerator(CancellationToken.None);
        var lines = new StringBuilder();
        var written = 0;
        var skipped = 0L;
        while (true)
        {
            var next = requests.MoveNextAsync();
            if (!next.IsCompleted)
            {
                Print(lines, skipped);
                (written, skipped) = (0, 0);
            }

            if (!await next) break;
            var ended = requests.Current;
            skipped += ended.Missed;
            if (written < Together || Failed(ended.Request))
            {
                lines.AppendLine(Of(ended.Request, TimeProvider.System));
                written++;
            }
            else
            {
                skipped++;
            }
        }

        Print(lines, skipped);
    }

    /// <summary>Prints what ended together in one piece, so that no other line of the road begins inside one of these.</summary>
    private static void Print(StringBuilder lines, long skipped)
    {
        if (skipped > 0) lines.AppendLine(CultureInfo.InvariantCulture, $"… {skipped} requests not shown: they come faster than anybody reads. Those that fail are");
        if (lines.Length > 0) Console.Out.Write(lines);
        lines.Clear();
    }

    /// <summary><c>14:00:00.123 200  9.8 ms GET https://api.example.com/v1/users  1-67891233-…</c>, with what went wrong behind it.</summary>
    internal static string Of(RequestRecord request, TimeProvider time)
    {
        var took = time.GetElapsedTime(request.StartedAt, request.EndedAt).TotalMilliseconds;
        var status = request.Status == 0 ? "---" : request.Status.ToString(CultureInfo.InvariantCulture);
        var problem = request.Outcome is null ? "" : $"  {request.Outcome}";
        return string.Create(CultureInfo.InvariantCulture,
            $"{request.StartedOn:HH:mm:ss.fff} {status} {took,7:0.0} ms {request.Method} {request.Url}  {request.JourneyId}{problem}");
    }

    private static bool Failed(RequestRecord request) => request.Outcome is not null || request.Status is 0 or >= 400;
}
