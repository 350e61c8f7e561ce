using System.Globalization;
using Usher.Cli.Running;
using Usher.Control;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Cli.Commands;

/// <summary>What <c>usher up</c> prints when manifests are saved.</summary>
/// <param name="warned">The warnings that were printed already.</param>
internal sealed class ReloadLines(IReadOnlyList<ConfigError> warned) : IReloadObserver
{
    /// <summary>So many objects are named; the rest is counted.</summary>
    private const int Named = 5;

    private IReadOnlyList<ConfigError> warned = warned;

    public void Applied(Generation generation, ResourceChanges changes, TimeSpan took)
    {
        Report.Warnings(generation.Warnings.Except(warned));
        warned = generation.Warnings;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"generation {generation.Number} runs after {took.TotalMilliseconds:0} ms: {Of(changes)}"));
    }

    public void Refused(ErrorList errors)
    {
        foreach (var error in errors.All) Console.Error.WriteLine(error);
        Console.Error.WriteLine($"usher: the change was refused with {Report.Count(errors)}; the road goes on as it was");
    }

    public void Warn(string message) => Console.Error.WriteLine($"usher: {message}");

    /// <summary><c>changed Deployment shop/users; added Ingress shop/new, Service shop/new</c>.</summary>
    internal static string Of(ResourceChanges changes) => changes.IsEmpty
        ? "no object changed"
        : string.Join("; ", new[] { ("changed", changes.Changed), ("added", changes.Added), ("removed", changes.Removed) }
            .Where(part => part.Item2.Count > 0)
            .Select(part => $"{part.Item1} {FirstFew.Of(part.Item2, Named)}"));
}
