using System.Globalization;
using System.Text;

namespace Usher.Trace.Meters.Exposition;

/// <summary>
/// Writes metrics in Prometheus' text format 0.0.4 (Prometheus documentation, Exposition formats) or in OpenMetrics 1.0, which differ in the name that TYPE and HELP have of a counter, in units, in what is escaped, and in the end.
/// </summary>
public static class ExpositionText
{
    /// <summary>The text of these families, in their order.</summary>
    public static string Of(IEnumerable<MetricFamily> families, ExpositionFormat format)
    {
        ArgumentNullException.ThrowIfNull(families);
        var open = format == ExpositionFormat.OpenMetrics;
        var text = new StringBuilder();
        foreach (var family in families)
        {
            // 0.0.4 knows no families: what its lines are called is the name. One without values is told too, so that who looks finds what there may be.
            var lines = family.Name + MetricFamily.Suffix(family.Kind);
            var name = open ? family.Name : lines;
            text.Append("# HELP ").Append(name).Append(' ').Append(Escaped(family.Help, quotes: open)).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(TypeOf(family.Kind, open)).Append('\n');
            if (open && family.Unit is { } unit) text.Append("# UNIT ").Append(name).Append(' ').Append(unit).Append('\n');
            foreach (var sample in family.Samples) Write(text, lines, sample);
        }

        return open ? text.Append("# EOF\n").ToString() : text.ToString();
    }

    /// <summary>A number as both formats have it.</summary>
    internal static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static void Write(StringBuilder text, string name, in MetricSample sample)
    {
        text.Append(name).Append(sample.Suffix);
        for (var i = 0; i < sample.Labels.Count; i++)
        {
            var (label, value) = sample.Labels[i];
            text.Append(i == 0 ? '{' : ',').Append(label).Append("=\"").Append(Escaped(value, quotes: true)).Append('"');
        }

        if (sample.Labels.Count > 0) text.Append('}');
        text.Append(' ').Append(Number(sample.Value)).Append('\n');
    }

    private static string TypeOf(MetricKind kind, bool open) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        MetricKind.Info when open => "info",
        _ => "gauge",
    };

    private static string Escaped(string text, bool quotes)
    {
        if (text.AsSpan().IndexOfAny('\\', '\n', '"') < 0) return text;
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
