using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Trace.Tests;

/// <summary>A decision that tells what it was given.</summary>
internal sealed class TestDecision(params HopAccount[] accounts) : IDecision
{
    public IEnumerable<HopAccount> Tell() => accounts.Select(a => a with { Facts = (JsonObject)a.Facts.DeepClone() });
}
