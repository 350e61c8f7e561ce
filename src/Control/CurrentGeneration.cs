using Usher.Model.Road;

namespace Usher.Control;

/// <summary>The running generation. Published with one write, which every hop sees at its next request.</summary>
public sealed class CurrentGeneration : IGenerationSource
{
    private volatile Generation current = Generation.None;

    /// <inheritdoc/>
    public Generation Current => current;

    internal void Publish(Generation generation) => current = generation;
}
