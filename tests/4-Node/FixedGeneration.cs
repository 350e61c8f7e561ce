using Usher.Model.Road;

namespace Usher.Node.Tests;

/// <summary>A road that doesn't change.</summary>
internal sealed class FixedGeneration(Generation generation) : IGenerationSource
{
    public Generation Current => generation;
}
