using System.Globalization;
using Usher.Model.Desired;
using Usher.Model.Journeys;

namespace Usher.Ingress;

/// <summary>Which server of nginx a host is.</summary>
internal static class ServerChoice
{
    /// <summary>So many hosts that weren't chosen are told one by one.</summary>
    private const int MostTold = 5;

    /// <summary>Of more hosts than these only the number is told; a controller may have thousands.</summary>
    private const int MostCompared = 100;

    /// <summary>An exact host, else a wildcard of one label, else the rules without a host; null when there are none.</summary>
    internal static ServerPlan? Of<TReasons>(RouteTable table, string host, TReasons reasons) where TReasons : struct, IReasonSink
    {
        // nginx takes a name's final dot off.
        if (host.EndsWith('.')) host = host[..^1];
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        var found = table.Hosts.Find(host)
            ?? (dot > 0 && table.Wildcards.Count > 0 ? table.Wildcards.Find(host[dot..]) : null)
            ?? table.AnyHost;
        if (TReasons.Wanted) Tell(table, host, dot, found, reasons);
        return found;
    }

    /// <summary>The one that was found first, then what is nearest to it; the rest by its number.</summary>
    private static void Tell<TReasons>(RouteTable table, string host, int dot, ServerPlan? found, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (found is not null)
        {
            var name = found.Host.Length == 0 ? "(any)" : found.Host;
            var why = found.Host.Length == 0 ? "no other host matches" : found.Host == host ? "is the request's host" : table.Hosts.Find(host) is not null ? $"has {host} as server-alias" : $"covers {host}";
            reasons.Add($"host {name}", true, why);
            if (found.RegexBy is { } by) reasons.Add($"paths of {name}", true, $"are regular expressions, without case, from the path's start: by {by}");
        }

        var covering = dot > 0 && table.Wildcards.Count > 0 ? table.Wildcards.Find(host[dot..]) : null;
        if (ReferenceEquals(covering, found)) covering = null;
        if (covering is not null) reasons.Add($"host {covering.Host}", false, $"covers {host} too, but an exact host comes first", notable: !covering.Parts.Any(p => found!.Parts.Contains(p)));
        var names = table.Hosts.Count + table.Wildcards.Count - (found is { Host.Length: > 0 } ? 1 : 0) - (covering is null ? 0 : 1);
        if (names <= MostCompared)
        {
            var others = Others(table, host).Where(s => !ReferenceEquals(s, found) && !ReferenceEquals(s, covering)).ToList();
            var told = others.Count <= MostTold ? others.Count : MostTold - 1;
            foreach (var other in others.Take(told)) reasons.Add($"host {other.Host}", false, host.Length == 0 ? "host is not given" : $"host is {host}");
            names = others.Count - told;
        }

        if (names > 0) reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{names:N0} other {(names == 1 ? "host" : "hosts")}"), false, host.Length == 0 ? "host is not given" : $"{(names == 1 ? "isn't" : "none is")} {host}");
    }

    /// <summary>All servers, the likest first: what the name may be a slip of, then by how many labels of their ends are the same.</summary>
    private static IEnumerable<ServerPlan> Others(RouteTable table, string host)
    {
        var all = table.Hosts.Values.Concat(table.Wildcards.Values).DistinctBy(s => s.Host).ToList();
        var near = NearestWord.Of(host, all.Select(s => s.Host).Where(h => h != host));
        return all.OrderBy(s => s.Host != near).ThenByDescending(s => Common(s.Host, host)).ThenBy(s => s.Host.StartsWith('*')).ThenBy(s => s.Host, StringComparer.Ordinal);
    }

    private static int Common(string one, string other) => one.Split('.').Reverse().Zip(other.Split('.').Reverse()).TakeWhile(pair => pair.First == pair.Second).Count();
}
