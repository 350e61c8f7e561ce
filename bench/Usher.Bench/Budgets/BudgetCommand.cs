using System.Globalization;
using Usher.Bench.Road;

namespace Usher.Bench.Budgets;

/// <summary><c>budgets [--write]</c>: measures, and compares with <c>bench/budgets.json</c> or writes it.</summary>
internal static class BudgetCommand
{
    /// <summary>What a cost may be above its budget before the command fails.</summary>
    private const double Tolerance = 0.10;

    /// <returns>0; 1 when a budget is exceeded.</returns>
    internal static async Task<int> RunAsync(bool write)
    {
        SocketThreads.UseOne();
        var file = new BudgetFile(Checkout.At("bench/budgets.json"));
        var costs = await AllCosts.MeasureAsync(Effort.Full);
        if (write) file.Write(costs);
        Console.WriteLine($"{"hop",-14} {"what",-11} {"bytes",8} {"budget",8}   client and backend");
        foreach (var cost in costs)
        {
            var verdict = file.IsExceeded(cost, Tolerance) ? "  EXCEEDED" : "";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{cost.Hop,-14} {cost.What,-11} {cost.Bytes,8:0} {file.Of(cost)?.ToString(CultureInfo.InvariantCulture) ?? "none",8}   {cost.Others,8:0}{verdict}"));
        }

        return costs.Any(c => file.IsExceeded(c, Tolerance)) ? 1 : 0;
    }
}
