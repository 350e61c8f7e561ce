namespace Usher.LoadBalancer;

/// <summary>How a target compares with the others of its group, and what it gets of its share for that.</summary>
/// <param name="Anomalous">Whether it fails conspicuously more often than the others (<c>AnomalyDetection.Result</c>).</param>
/// <param name="Weight">What it gets of its share, from <see cref="AnomalyDetection.LeastWeight"/> to 1.</param>
/// <param name="Own">Its own requests in the last minute.</param>
/// <param name="Others">Those of the other targets together.</param>
internal sealed record TargetStanding(bool Anomalous, double Weight, OutcomeCount Own = default, OutcomeCount Others = default)
{
    /// <summary>As a target begins.</summary>
    internal static readonly TargetStanding Normal = new(false, 1);

    /// <summary>Whether it gets less than its share (<c>AnomalyDetection.MitigationInEffect</c>).</summary>
    internal bool Mitigated => Weight < 1;

    /// <summary><c>normal</c> or <c>anomalous</c>, as DescribeTargetHealth spells it.</summary>
    internal string Result => Anomalous ? "anomalous" : "normal";
}
