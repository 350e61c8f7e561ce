using Usher.Model.Journeys;

namespace Usher.Ingress;

/// <summary>Which server of nginx a host is.</summary>
internal static class ServerChoice
{
    /// <summary>So many hosts that weren't chosen are told one by one; a controller may have thousands.</summary>
    private const int Told = 20;

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

    private static void Tell<TReasons>(RouteTable table, string host, int dot, ServerPlan? found, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var others = table.Wildcards.Values.Concat(table.Hosts.Values).Where(s => !ReferenceEquals(s, found)).DistinctBy(s => s.Host).Take(Told + 1).ToList();
        foreach (var other in others.Take(Told).OrderBy(s => s.Host.StartsWith('*')).ThenBy(s => s.Host, StringComparer.Ordinal))
        {
            var covers = found is { Host: not "" } && dot > 0 && other.Host.StartsWith('*') && other.Host[1..] == host[dot..];
            reasons.Add($"host {other.Host}", false, covers ? $"covers {host} too, but an exact host comes first" : $"host is {(host.Length == 0 ? "not given" : host)}");
        }

        if (others.Count > Told) reasons.Add("further hosts", false, $"{table.Hosts.Count + table.Wildcards.Count} names of hosts are served in all");
        if (found is null) return;
        var why = found.Host.Length == 0 ? "no other host matches" : found.Host == host ? "is the request's host" : table.Hosts.Find(host) is not null ? $"has {host} as server-alias" : $"covers {host}";
        reasons.Add($"host {(found.Host.Length == 0 ? "(any)" : found.Host)}", true, why);
        if (found.RegexBy is { } by) reasons.Add($"paths of {(found.Host.Length == 0 ? "(any)" : found.Host)}", true, $"are regular expressions, without case, from the path's start: by {by}");
    }
}
