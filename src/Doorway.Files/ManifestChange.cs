namespace Usher.Doorway.Files;

/// <summary>What may have been saved.</summary>
/// <param name="Whole">A file that was closed or moved there once and is likely whole, while nothing else happened; null for any other save, which is quiet by now.</param>
/// <param name="Touched">What something happened to, as absolute paths; null for anything.</param>
public sealed record ManifestChange(string? Whole, IReadOnlySet<string>? Touched);
