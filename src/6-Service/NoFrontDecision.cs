using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Service;

/// <summary>A connection that came to a front after the generation that had it.</summary>
internal sealed class NoFrontDecision(long generation, ServiceFront front) : IDecision
{
    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell()
    {
        yield return new HopAccount(
            Hop.Service, front.Service.Short, $"generation {generation} has no Service at {front.Declared} any more")
        {
            Facts = new JsonObject
            {
                ["at"] = front.Kind == FrontKind.NodePort ? "node" : "clusterIP",
                ["declared"] = front.Declared.ToString(),
                ["bound"] = front.Bound.ToString(),
            },
            Ok = false,
            Outcome = "service.no-front",
        };
    }
}
