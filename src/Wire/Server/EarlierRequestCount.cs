using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Usher.Wire;

/// <summary>Counts a connection's requests, in what the connection keeps for its users: streams of one connection begin side by side.</summary>
internal static class EarlierRequestCount
{
    private static readonly object Key = new();

    /// <summary>How many requests of the connection began before this one; counts it.</summary>
    internal static int Next(HttpContext context)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items is not { } items) return 0;
        lock (items)
        {
            var earlier = items.TryGetValue(Key, out var count) ? (int)count! : 0;
            items[Key] = earlier + 1;
            return earlier;
        }
    }
}
