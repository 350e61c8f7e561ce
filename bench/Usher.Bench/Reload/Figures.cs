using System.Globalization;

namespace Usher.Bench.Reload;

/// <summary>What a command measured, as <c>name=value</c> lines for a script.</summary>
internal static class Figures
{
    internal static void Print(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}={value:0.#}"));
}
