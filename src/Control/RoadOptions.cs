using Usher.Model.Aws;
using Usher.Model.Road;

namespace Usher.Control;

/// <summary>What every generation of one road has in common.</summary>
/// <param name="Scope">The account and region that AWS names belong to.</param>
/// <param name="Range">The loopback addresses that the road may use.</param>
public sealed record RoadOptions(AwsScope Scope, LoopbackRange Range)
{
    /// <summary>Account 000000000000 in us-east-1, on 127.18.0.0/16.</summary>
    public static RoadOptions Default { get; } = new(AwsScope.Default, LoopbackRange.Default);
}
