using Usher.Model.Journeys;

namespace Usher.Trace.Text;

/// <summary>How what a hop says is known, as the mark that stands before each of its lines.</summary>
/// <param name="hop">The hop.</param>
/// <param name="paint">The colours.</param>
internal readonly struct EvidenceMark(HopReport hop, Paint paint)
{
    /// <summary>What the marks mean, in a line.</summary>
    internal const string Legend = "● seen: the hop recorded it · ◐ measured: by the client or caller · ○ inferred";

    /// <summary>The mark of an evidence.</summary>
    internal static string Of(Evidence evidence) => evidence switch { Evidence.Seen => "●", Evidence.Measured => "◐", _ => "○" };

    /// <summary>The mark in its colour.</summary>
    public override string ToString() => (hop.Ok, hop.Evidence) switch
    {
        (false, _) => paint.Bad(Of(hop.Evidence)),
        (_, Evidence.Seen) => paint.Good(Of(hop.Evidence)),
        (_, Evidence.Measured) => paint.Warn(Of(hop.Evidence)),
        _ => paint.Dim(Of(hop.Evidence)),
    };
}
