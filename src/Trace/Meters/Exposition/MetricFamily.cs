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

    /// <summary>A family.</summary>
    public static MetricFamily Of(string name, MetricKind kind, string help, params IEnumerable<MetricSample> samples) => new(name, kind, help) { Samples = [.. samples] };

    /// <summary>A family with one value that has no labels.</summary>
    public static MetricFamily Single(string name, MetricKind kind, string help, double value, string? unit = null) => Of(name, kind, help, MetricSample.Of(value)) with { Unit = unit };

    /// <summary>What stands behind the name of every family of a kind.</summary>
    internal static string Suffix(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "_total",
        MetricKind.Info => "_info",
        _ => "",
    };
}

/// <summary>One line of an exposition.</summary>
/// <param name="Suffix">What a histogram has behind its name in this line; empty for others.</param>
/// <param name="Value">The value.</param>
/// <param name="Labels">The labels in their order.</param>
public readonly record struct MetricSample(string Suffix, double Value, IReadOnlyList<KeyValuePair<string, string>> Labels)
{
    /// <summary>A value of a family that is no histogram.</summary>
    public static MetricSample Of(double value, params ReadOnlySpan<(string Name, string Value)> labels) => OfHistogram("", value, labels);

    /// <summary>A value of a histogram.</summary>
    internal static MetricSample OfHistogram(string suffix, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var pairs = new KeyValuePair<string, string>[labels.Length];
        for (var i = 0; i < pairs.Length; i++) pairs[i] = new(labels[i].Name, labels[i].Value);
        return new(suffix, value, pairs);
    }
}
