namespace Usher.Trace.Text;

/// <summary>The journey's time over the columns of a line.</summary>
/// <param name="totalMs">How long the journey took; above 0.</param>
/// <param name="cells">The columns.</param>
internal readonly struct TimeScale(double totalMs, int cells)
{
    /// <summary>Where a hop worked on the request.</summary>
    private const char Working = '━';

    /// <summary>Where it waited for those behind it.</summary>
    private const char Waiting = '╌';

    /// <summary>Narrower than this nothing could be told apart.</summary>
    internal const int Narrowest = 8;

    /// <summary>The line above: where the journey begins and ends.</summary>
    public string Axis()
    {
        var end = $"{Columns.Milliseconds(totalMs)} ms";
        return $"0 {new string('─', Math.Max(0, cells - end.Length - 3))} {end}";
    }

    /// <summary>A bar, with the spaces before it; at least one column wide.</summary>
    /// <param name="startMs">Where it begins.</param>
    /// <param name="endMs">Where it ends.</param>
    /// <param name="passedOnMs">When the request was passed on, from where on the hop waited; null where it didn't.</param>
    public (string Before, string Bar) Bar(double startMs, double endMs, double? passedOnMs = null)
    {
        var from = Math.Clamp((int)(startMs / totalMs * cells), 0, cells - 1);
        var to = Math.Clamp((int)Math.Round(endMs / totalMs * cells), from + 1, cells);
        var work = passedOnMs is { } at ? Math.Clamp((int)Math.Round(at / totalMs * cells), from + 1, to) : to;
        return (new string(' ', from), new string(Working, work - from) + new string(Waiting, to - work));
    }
}
