using Usher.Model.Desired;

namespace Usher.Model.Road;

/// <summary>What a step of a compile came to, and from what: it stays good while that does.</summary>
/// <typeparam name="T">What it makes.</typeparam>
/// <param name="Value">What it made.</param>
/// <param name="Reads">What it read.</param>
/// <param name="Warnings">What it warned of.</param>
public sealed record CompiledStep<T>(T Value, Reads Reads, IReadOnlyList<ConfigError> Warnings);
