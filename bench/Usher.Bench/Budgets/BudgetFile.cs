using System.Text.Json;

namespace Usher.Bench.Budgets;

/// <summary>The budgets, in bytes, by hop and by what is done: <c>bench/budgets.json</c>.</summary>
internal sealed class BudgetFile(string path)
{
    /// <summary>How much a new budget leaves above what was measured.</summary>
    private const double Room = 1.15;

    /// <summary>Objects take multiples of this many bytes.</summary>
    private const int Step = 8;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private Dictionary<string, Dictionary<string, long>> budgets = File.Exists(path)
        ? JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, long>>>(File.ReadAllText(path))!
        : [];

    /// <summary>The budget of a cost; null when the file has none.</summary>
    internal long? Of(Cost cost) => budgets.TryGetValue(cost.Hop, out var hop) && hop.TryGetValue(cost.What, out var bytes) ? bytes : null;

    /// <summary>Whether a cost is above its budget by more than a share of it. A cost without a budget is.</summary>
    internal bool IsExceeded(Cost cost, double share) => Of(cost) is not { } budget || cost.Bytes > budget * (1 + share);

    /// <summary>Makes what was measured the budget, with some room.</summary>
    internal void Write(IEnumerable<Cost> costs)
    {
        budgets = costs.GroupBy(c => c.Hop).ToDictionary(hop => hop.Key, hop => hop.ToDictionary(c => c.What, Budget));
        File.WriteAllText(path, JsonSerializer.Serialize(budgets, Indented) + "\n");
    }

    private static long Budget(Cost cost) => Math.Max(1, (long)Math.Ceiling(cost.Bytes * Room / Step)) * Step;
}
