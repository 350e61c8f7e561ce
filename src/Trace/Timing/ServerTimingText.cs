using System.Globalization;
using System.Text;

namespace Usher.Trace.Timing;

/// <summary>Writes a <c>Server-Timing</c> header's value (W3C Server Timing, section 3.2): <c>name;desc="text";dur=milliseconds, …</c>.</summary>
internal sealed class ServerTimingText
{
    private readonly StringBuilder text = new();

    /// <summary>Adds one metric, unless its time isn't known.</summary>
    /// <param name="name">A token (RFC 9110 section 5.6.2).</param>
    /// <param name="description">For people; what a quoted string of a header can't have is left out. None when empty.</param>
    /// <param name="milliseconds">How long; null for a time that isn't known.</param>
    internal void Add(string name, string description, double? milliseconds)
    {
        if (milliseconds is not { } duration) return;
        if (text.Length > 0) text.Append(", ");
        text.Append(name);
        if (description.Length > 0) text.Append(";desc=\"").Append([.. description.Where(c => c is >= ' ' and <= '~' and not ('"' or '\\'))]).Append('"');
        text.Append(";dur=").Append(duration.ToString("0.###", CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public override string ToString() => text.ToString();
}
