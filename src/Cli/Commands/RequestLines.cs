using System.Globalization;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Cli.Commands;

/// <summary>The line that <c>usher up</c> prints for each request.</summary>
internal static class RequestLines
{
    internal static void Print(EndedRequest ended)
    {
        if (ended.Missed > 0) Console.WriteLine($"… {ended.Missed} requests not shown: they came faster than lines can be printed");
        Console.WriteLine(Of(ended.Request, TimeProvider.System));
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
