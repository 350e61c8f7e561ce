using System.Net;
using Usher.Cli.Running;

namespace Usher.Cli.Commands;

/// <summary>What <c>usher up</c> says once the road runs: its addresses, and three commands to try.</summary>
internal static class Welcome
{
    internal static async Task PrintAsync(Road road, ApiServer api, StateDirectory state)
    {
        var report = RoadApi.Report(road);
        var lines = new List<string> { $"The road is up (generation {report.Generation})." };
        foreach (var l in report.Listeners)
        {
            lines.Add($"  load balancer  {l.LoadBalancer} {l.Protocol}:{l.Port} at {l.Bound}{(l.Zone is null ? "" : $" ({l.Zone})")}");
        }

        lines.Add($"  name server    {report.Dns}");
        if (report.ClusterDns is not null) lines.Add($"  cluster's DNS  {report.ClusterDns}");
        if (report.Nodes.All(n => n.Derived))
        {
            lines.Add($"  default nodes  {string.Join(", ", report.Nodes.Select(n => $"{n.InstanceId} {n.Address}"))}: no Node is written");
        }

        var (ended, lasting) = (report.Pods.Count(p => p.Phase == "Succeeded"), report.Pods.Count(p => p.Phase != "Succeeded"));
        lines.Add($"  pods           {report.Pods.Count(p => p.Ready)} of {lasting} ready{(ended == 0 ? "" : $", {ended} completed")}");
        lines.Add($"  dashboard      {api.Url}/?token={api.Token}");
        lines.Add($"  API            {api.Url} (token in {state.RoadFile})");
        if (road.Exporter is { } exporter) lines.Add($"  spans go to    {exporter.Backend}");
        lines.Add("");
        lines.AddRange(ToTry(road, report, state));
        lines.Add("");
        foreach (var line in lines) await Console.Out.WriteLineAsync(line);
    }

    /// <summary>Commands for a request that the road answers.</summary>
    private static IEnumerable<string> ToTry(Road road, RoadReport report, StateDirectory state)
    {
        if (report.Listeners.Count == 0) return ["There is no load balancer; there is nothing to ask for yet."];
        if (AnsweredRequest.Of(road.Services.GetExplainer(), road.Generation, report.Listeners) is not { } request) return ["No request was found that the road would answer; ./usher explain URL tells of one why not."];
        var dns = IPEndPoint.Parse(report.Dns);
        var (url, host, bound) = (request.Url, request.Host, request.Bound);
        var trust = request.Relayed ? " -k" : request.Scheme == "https" ? $" --cacert {report.CaCertificate}" : "";
        var at = request.Named ? "" : $" --resolve {host}:{request.Port}:{bound.Address}";
        return
        [
            request.Named ? "Try, from another terminal:" : "Try, from another terminal (no record set leads to the load balancer yet, so the address is given):",
            $"  curl{trust} --connect-to {host}:{request.Port}:{bound.Address}:{bound.Port} {url}",
            .. request.Named ? [$"  dig @{dns.Address} -p {dns.Port} {host}"] : Array.Empty<string>(),
            $"  ./usher trace {(request.Relayed ? "-k " : "")}{url}{at}{(state.IsDefault ? "" : $" --state {state.Path}")}",
        ];
    }
}
