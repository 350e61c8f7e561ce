using System.Globalization;
using Usher.Dashboard.Map;
using Usher.Trace;

namespace Usher.Dashboard.Parts;

/// <summary>How the pages say numbers, times and signals.</summary>
public static class Words
{
    /// <summary>A signal in a word: colour alone tells nobody who doesn't see it.</summary>
    public static string Of(Signal signal) => signal switch { Signal.Good => "good", Signal.Warning => "impaired", Signal.Bad => "failing", _ => "idle" };

    /// <summary>A signal's class.</summary>
    public static string Class(Signal signal) => signal switch { Signal.Good => "good", Signal.Warning => "warn", Signal.Bad => "bad", _ => "idle" };

    /// <summary>How a journey ended, as a class.</summary>
    public static string Class(string outcome, int? status) => outcome == "ok" ? "good" : status is >= 400 and < 500 ? "warn" : "bad";

    /// <summary>A status in a list; a dash where there was none.</summary>
    public static string Status(int? status) => status?.ToString(CultureInfo.InvariantCulture) ?? "–";

    /// <summary>Who answered, or why nobody did as asked.</summary>
    public static string? By(JourneyHeadline journey) => journey.Outcome == "ok" ? journey.AnsweredBy : journey.Outcome;

    /// <summary>So many a second.</summary>
    public static string Rate(double value) => value.ToString(value < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);

    /// <summary>A part of a whole, in percent.</summary>
    public static string Share(double value) => value is > 0 and < 0.001 ? "< 0.1 %" : value.ToString(value < 0.1 ? "0.0 %" : "0 %", CultureInfo.InvariantCulture);

    /// <summary>A duration.</summary>
    public static string Time(TimeSpan? value) => value is not { } time ? "–" : time.TotalMilliseconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0} µs"),
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms"),
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
    };

    /// <summary>A moment, in UTC.</summary>
    public static string Clock(DateTimeOffset? at) => at?.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture) ?? "";

    /// <summary>How long ago or ahead: <c>3 min</c>, <c>2 d</c>.</summary>
    public static string Span(TimeSpan span) => Math.Abs(span.TotalSeconds) switch
    {
        < 90 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
        < 5400 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
        < 129600 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0} d"),
    };
}
