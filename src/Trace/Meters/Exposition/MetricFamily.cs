namespace Usher.Trace.Meters.Exposition;

/// <summary>What a metric is (OpenMetrics 1.0, Metric Types); in the text format 0.0.4 an info is a gauge.</summary>
public enum MetricKind
{
    /// <summary>A number that goes up and down.</summary>
    Gauge,

    /// <summary>A sum since the process began.</summary>
    Counter,

    /// <summary>Counts by upper bounds, with their sum.</summary>
    Histogram,

    /// <summary>Facts in labels; its value is 1.</summary>
    Info,
}

/// <summary>Metrics of one name.</summary>
/// <param name="Name">The name without <c>_total</c>, <c>_info</c>, <c>_bucket</c>; with its unit at the end where it has one.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Help">What it tells, in a sentence.</param>
public sealed record MetricFamily(string Name, MetricKind Kind, string Help)
{
    /// <summary>The base unit, <c>seconds</c> or <c>bytes</c>, which the name ends with; null for numbers of things.</summary>
    public string? Unit { get; init; }

    /// <summary>Its values; those of one histogram one after the other, its buckets first and in order.</summary>
    public required IReadOnlyList<MetricSample> Samples { get; init; }

    /// <summary>A family with one value that has no labels.</summary>
    public static MetricFamily Single(string name, MetricKind kind, string help, double value, string? unit = null) =>
        new(name, kind, help) { Unit = unit, Samples = [Sample(kind, value)] };

    /// <summary>A value of a family that is no histogram.</summary>
    public static MetricSample Sample(MetricKind kind, double value, params KeyValuePair<string, string>[] labels) => new(Suffix(kind), value, labels);

    /// <summary>What stands behind the name of a family that is no histogram.</summary>
    internal static string Suffix(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "_total",
        MetricKind.Info => "_info",
        _ => "",
    };
}

/// <summary>One line of an exposition.</summary>
/// <param name="Suffix">What stands behind the family's name.</param>
/// <param name="Value">The value.</param>
/// <param name="Labels">The labels in their order.</param>
public readonly record struct MetricSample(string Suffix, double Value, IReadOnlyList<KeyValuePair<string, string>> Labels);
