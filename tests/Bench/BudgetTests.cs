using System.Runtime.CompilerServices;
using Usher.Bench.Budgets;
using Usher.Bench.Road;

namespace Usher.Bench.Tests;

/// <summary>The budgets of <c>bench/budgets.json</c>, with fewer calls and more tolerance than the command has. Bytes only: a test never asserts a time.</summary>
public sealed class BudgetTests
{
    private const double Tolerance = 0.25;

    /// <summary>Before the platform that runs the tests uses a socket.</summary>
    [ModuleInitializer]
    internal static void Begin() => SocketThreads.UseOne();

    [Fact]
    public async Task No_hop_allocates_more_than_its_budget()
    {
        var file = new BudgetFile(Checkout.At("bench/budgets.json"));

        var costs = await AllCosts.MeasureAsync(Effort.Quick);

        Assert.Equal(13, costs.Count);
        Assert.Empty(costs.Where(c => file.IsExceeded(c, Tolerance)).Select(c => $"{c.Hop} {c.What}: {c.Bytes:0} bytes, budget {file.Of(c)}"));
    }
}
