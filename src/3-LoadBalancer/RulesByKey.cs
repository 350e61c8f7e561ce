namespace Usher.LoadBalancer;

/// <summary>The places of rules by a key that they share; those of a key in order, each once.</summary>
internal sealed class RulesByKey(StringComparer comparer) : Dictionary<string, List<int>>(comparer)
{
    /// <summary>Adds the rule at a place; rules come in order.</summary>
    /// <param name="key">The key.</param>
    /// <param name="place">The rule's.</param>
    /// <param name="most">So many are kept of a key.</param>
    internal void Add(string key, int place, int most = int.MaxValue)
    {
        if (!TryGetValue(key, out var places)) Add(key, places = []);
        if (places.Count < most && (places.Count == 0 || places[^1] != place)) places.Add(place);
    }
}
