using System.Globalization;
using System.Text;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Cli.Commands;

/// <summary>The line that <c>usher up</c> prints for each request.</summary>
internal static class RequestLines
{
    /// <summary>Prints until cancelled. Lines of requests that ended together are written together.</summary>
    internal static async Task FollowAsync(IJourneyFeed feed, CancellationToken cancellationToken)
    {
        await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        await using var requests = feed.FollowAsync(cancellationToken).GetAsyncEnumerator(CancellationToken.None);
        while (true)
        {
            var next = requests.MoveNextAsync();
            if (!next.IsCompleted) await output.FlushAsync(CancellationToken.None);
            if (!await next) break;
            var ended = requests.Current;
            if (ended.Missed > 0) await output.WriteLineAsync($"… {ended.Missed} requests not shown: they came faster than lines can be printed");
            await output.WriteLineAsync(Of(ended.Request, TimeProvider.System));
        }
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
}
