using Usher.Model.Desired;

namespace Usher.Doorway.Files.Manifests;

/// <summary>What is found while documents are read.</summary>
/// <param name="errors">Collects all errors.</param>
/// <param name="said">What was said already: see <see cref="SayOnce"/>.</param>
internal sealed class Reading(ErrorList errors, HashSet<string> said)
{
    /// <summary>Collects all errors.</summary>
    internal ErrorList Errors { get; } = errors;

    /// <summary>The objects so far.</summary>
    private List<Manifest> Found { get; } = [];

    /// <summary><c>; something</c> the first time, nothing afterwards: what is long and the same for many errors is said in one.</summary>
    internal string SayOnce(string something) => said.Add(something) ? $"; {something}" : "";

    internal void Add(Manifest manifest) => Found.Add(manifest);

    /// <summary>The objects since the last time.</summary>
    internal Manifest[] Take()
    {
        Manifest[] taken = [.. Found];
        Found.Clear();
        return taken;
    }
}
