using System.Globalization;

namespace Usher.Trace.Meters.Exposition;

/// <summary>In which of its two formats an exposition is written.</summary>
public enum ExpositionFormat
{
    /// <summary>Prometheus' text format 0.0.4.</summary>
    Text,

    /// <summary>OpenMetrics 1.0.</summary>
    OpenMetrics,
}

/// <summary>The formats as HTTP names them.</summary>
public static class ExpositionFormats
{
    private const string OpenMetricsType = "application/openmetrics-text";

    /// <summary>The Content-Type.</summary>
    public static string ContentType(this ExpositionFormat format) =>
        format == ExpositionFormat.OpenMetrics ? $"{OpenMetricsType}; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>
    /// The format that an Accept header prefers (RFC 9110 §12.5.1). OpenMetrics only where it is named, in version 1.0.0 or without a version, and isn't liked less than text: whoever takes anything, a browser or curl, gets text.
    /// </summary>
    public static ExpositionFormat Preferred(string accept)
    {
        ArgumentNullException.ThrowIfNull(accept);
        var (open, text) = (0.0, 0.0);
        foreach (var part in accept.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var words = part.Split(';', StringSplitOptions.TrimEntries);
            var quality = Parameter(words, "q") is { } q ? double.TryParse(q, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : 0 : 1;
            if (words[0].Equals(OpenMetricsType, StringComparison.OrdinalIgnoreCase))
            {
                if (Parameter(words, "version") is null or "1.0.0") open = Math.Max(open, quality);
            }
            else if (words[0].Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            {
                text = Math.Max(text, quality);
            }
        }

        return open > 0 && open >= text ? ExpositionFormat.OpenMetrics : ExpositionFormat.Text;
    }

    private static string? Parameter(string[] words, string name) =>
        words.Skip(1).Select(w => w.Split('=', 2, StringSplitOptions.TrimEntries)).FirstOrDefault(p => p.Length == 2 && p[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1].Trim('"');
}
