using Usher.Model.Journeys;

namespace Usher.Trace;

/// <summary>What a list shows of a journey.</summary>
/// <param name="Id">Its id.</param>
/// <param name="StartedAt">When the client's first act began.</param>
/// <param name="Method">The method.</param>
/// <param name="Url">The URL, as the client sent it.</param>
/// <param name="Status">The status; null when nothing answered.</param>
/// <param name="Outcome"><c>ok</c>, or the failing hop's own code.</param>
/// <param name="AnsweredBy">The hop that produced the status; null when nothing answered.</param>
/// <param name="DurationMs">From the first act to the last byte.</param>
/// <param name="Generation">The load balancer's generation.</param>
/// <param name="Visit">The visit that a browser's request belongs to, or null.</param>
public sealed record JourneyHeadline(
    string Id, DateTimeOffset? StartedAt, string Method, string Url, int? Status, string Outcome, string? AnsweredBy, double? DurationMs, long Generation, string? Visit)
{
    /// <summary>A journey's.</summary>
    public static JourneyHeadline Of(Journey journey)
    {
        ArgumentNullException.ThrowIfNull(journey);
        return new(journey.Id, journey.StartedAt, journey.Method, journey.Url, journey.Status, journey.Outcome, journey.AnsweredBy, journey.DurationMs, journey.Generation, journey.Visit);
    }
}
