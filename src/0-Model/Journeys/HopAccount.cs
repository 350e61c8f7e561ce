using System.Text.Json.Nodes;

namespace Usher.Model.Journeys;

/// <summary>What a hop says of one decision, in words and facts. Made when somebody asks, by replaying the decision.</summary>
/// <param name="Hop">Which hop.</param>
/// <param name="Name">The object: the load balancer's name, the node's, the Service's as <c>namespace/name</c>.</param>
/// <param name="Decision">The choice in one line.</param>
public sealed record HopAccount(Hop Hop, string Name, string Decision)
{
    /// <summary>The facts, by the names that a journey's JSON uses.</summary>
    public JsonObject Facts { get; init; } = [];

    /// <summary>Every candidate, and why it won or lost.</summary>
    public IReadOnlyList<Reason> Reasons { get; init; } = [];

    /// <summary>False when the hop could not pass the request on as it should have.</summary>
    public bool Ok { get; init; } = true;

    /// <summary>The hop's own code of a failure (<c>load-balancer.503.no-registered-target</c>), or null.</summary>
    public string? Outcome { get; init; }
}

/// <summary>
/// A decision that a hop took, with everything it read: the snapshot, the living state, the request's facts and the draw.
/// </summary>
public interface IDecision
{
    /// <summary>Decides again from what was recorded, with reasons, and tells the result. One account for each hop that it covers.</summary>
    IEnumerable<HopAccount> Tell();
}

/// <summary>A decision about a connection, of a hop that reads nothing of what it carries: nobody is answered by it.</summary>
public interface IConnectionDecision : IDecision;

/// <summary>A decision that knows what went wrong, and tells it when somebody asks instead of while the request waits.</summary>
public interface IProblemTeller
{
    /// <summary>What went wrong and the way out, for a person; null when nothing did.</summary>
    string? Problem { get; }
}
