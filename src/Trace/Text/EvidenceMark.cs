using Usher.Model.Journeys;

namespace Usher.Trace.Text;

/// <summary>How what a hop says is known, as the mark that stands before each of its lines.</summary>
/// <param name="evidence">How it is known.</param>
/// <param name="ok">Whether nothing went wrong there.</param>
/// <param name="paint">The colours.</param>
internal readonly struct EvidenceMark(Evidence evidence, bool ok, Paint paint)
{
    /// <summary>The mark of a hop.</summary>
    internal EvidenceMark(HopReport hop, Paint paint)
        : this(hop.Evidence, hop.Ok, paint)
    {
    }

    /// <summary>What the marks mean, in a line.</summary>
    internal const string Legend = "● seen: the hop recorded it · ◐ measured: by the client or caller · ○ inferred";

    /// <summary>The mark of an evidence.</summary>
    internal static string Of(Evidence evidence) => evidence switch { Evidence.Seen => "●", Evidence.Measured => "◐", _ => "○" };

    /// <summary>The mark in its colour.</summary>
    public override string ToString() => (ok, evidence) switch
    {
        (false, _) => paint.Bad(Of(evidence)),
        (_, Evidence.Seen) => paint.Good(Of(evidence)),
        (_, Evidence.Measured) => paint.Warn(Of(evidence)),
        _ => paint.Dim(Of(evidence)),
    };
}
