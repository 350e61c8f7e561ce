using System.Collections.Immutable;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>What is found when hosts' servers are made of several Ingresses: conflicts, and paths that are left out. By host, and told again for as long as the server stays.</summary>
internal static class ServerFindings
{
    internal static readonly ImmutableSortedDictionary<string, ImmutableArray<ConfigError>> None = ImmutableSortedDictionary.Create<string, ImmutableArray<ConfigError>>(StringComparer.Ordinal);

    /// <summary>Tells what was found of all servers.</summary>
    /// <param name="context">Where it is told.</param>
    /// <param name="before">What was found before.</param>
    /// <param name="made">The servers that may be others now; null for a host that has none any more.</param>
    /// <returns>What is found now.</returns>
    internal static ImmutableSortedDictionary<string, ImmutableArray<ConfigError>> Tell(
        CompileContext context, ImmutableSortedDictionary<string, ImmutableArray<ConfigError>> before, IEnumerable<(string Host, ServerPlan? Server)> made)
    {
        var found = before.ToBuilder();
        foreach (var (host, server) in made)
        {
            if (server is { Told.IsEmpty: false }) found[host] = server.Told;
            else found.Remove(host);
        }

        foreach (var error in found.Values.SelectMany(all => all)) context.Warnings.Add(error);
        return found.ToImmutable();
    }
}
