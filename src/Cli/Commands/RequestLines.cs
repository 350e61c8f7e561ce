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
        // What ended before the cancellation still comes.
        await foreach (var ended in feed.FollowAsync(cancellationToken).WithCancellation(CancellationToken.None)) Print(ended);
    }

    /// <summary>Prints what ended together in one piece, so that no other line of the road begins inside one of these.</summary>
    private static void Print(in EndedRequests ended)
    {
        var lines = new StringBuilder();
        var written = 0;
        foreach (var request in ended.Requests)
        {
            if (written >= Together && !request.IsFailed) continue;
            lines.AppendLine(Of(request, TimeProvider.System));
            written++;
        }

        var skipped = ended.Missed + ended.PassedOver + ended.Requests.Count - written;
        if (skipped > 0) lines.AppendLine(CultureInfo.InvariantCulture, $"… {skipped} requests not shown: they come faster than anybody reads. Those that fail are");
        Console.Out.Write(lines);
    }

    /// <summary><c>14:00:00.123 200  9.8 ms GET https://api.example.com/v1/users  1-67891233-…</c>, with the client's own trace and what went wrong behind it.</summary>
    internal static string Of(RequestRecord request, TimeProvider time)
    {
        var took = time.GetElapsedTime(request.StartedAt, request.EndedAt).TotalMilliseconds;
        var status = request.Status == 0 ? "---" : request.Status.ToString(CultureInfo.InvariantCulture);
        var problem = request.Outcome is null ? "" : $"  {request.Outcome}";
        // The journey's id has the trace's digits, unless the client brought a trace.
        var trace = request.TraceId is { } id && id != TraceRoot.TraceIdOf(request.JourneyId) ? $"  trace {id}" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{request.StartedOn:HH:mm:ss.fff} {status} {took,7:0.0} ms {request.Method} {request.Url}  {request.JourneyId}{trace}{problem}");
    }
}
