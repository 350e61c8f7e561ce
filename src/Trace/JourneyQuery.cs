namespace Usher.Trace;

/// <summary>Which journeys are wanted.</summary>
/// <param name="Limit">How many at most, the newest first.</param>
/// <param name="Failed">Only those whose outcome isn't <c>ok</c>.</param>
/// <param name="Visit">Only those of one visit of a browser; null for all.</param>
public sealed record JourneyQuery(int Limit = 50, bool Failed = false, string? Visit = null);
