using System.Globalization;
using Usher.Model.Journeys;

namespace Usher.Trace;

/// <summary>A filter as people write it: options of a command, or the query of a URL.</summary>
public static class JourneyFilterText
{
    /// <summary>The names that it reads.</summary>
    public static IReadOnlyList<string> Names { get; } = ["failed", "visit", "status", "hop", "path", "slower", "generation"];

    /// <summary>Reads a filter.</summary>
    /// <param name="value">What is written by a name; null where nothing is.</param>
    /// <returns>The filter, or what is wrong: the name, what was found and what is wanted.</returns>
    public static (JourneyFilter? Filter, string? Problem) Read(Func<string, string?> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var filter = new JourneyFilter { Visit = value("visit"), Path = value("path") };
        if (filter.Path is { } path && (path.Length == 0 || path[0] is not ('/' or '*') || path.Contains('?', StringComparison.Ordinal))) return Wrong("path", path, "a path without its query, beginning with / or *");
        if (value("failed") is { } failed)
        {
            if (!bool.TryParse(failed, out var flag)) return Wrong("failed", failed, "true or false");
            filter = filter with { Failed = flag };
        }

        if (value("status") is { } status)
        {
            if (StatusRange.Parse(status) is not { } ranges) return Wrong("status", status, "statuses, as 502, 5xx, 500-504 or none, with commas between");
            filter = filter with { Statuses = ranges };
        }

        if (value("hop") is { } hop)
        {
            if (Enum.GetValues<Hop>().Where(h => h.Name() == hop).Select(h => (Hop?)h).FirstOrDefault() is not { } named) return Wrong("hop", hop, $"one of {string.Join(", ", Enum.GetValues<Hop>().Select(h => h.Name()))}");
            filter = filter with { Hop = named };
        }

        if (value("slower") is { } slower)
        {
            if (Duration(slower) is not { } duration) return Wrong("slower", slower, "a duration, as 250ms or 1.5s");
            filter = filter with { SlowerThan = duration };
        }

        if (value("generation") is { } generation)
        {
            if (!long.TryParse(generation, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1) return Wrong("generation", generation, "a generation's number, from 1");
            filter = filter with { Generation = number };
        }

        return (filter, null);
    }

    private static TimeSpan? Duration(string text)
    {
        var (number, unit) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 1.0),
            _ when text.EndsWith('s') => (text[..^1], 1000.0),
            _ => ("", 0.0),
        };
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value * unit <= TimeSpan.FromDays(1).TotalMilliseconds ? TimeSpan.FromMilliseconds(value * unit) : null;
    }

    private static (JourneyFilter?, string?) Wrong(string name, string found, string wanted) => (null, $"{name} is {found}, but must be {wanted}");
}
