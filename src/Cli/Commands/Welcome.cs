using System.Net;
using k8s.Models;
using Usher.Cli.Running;
using Usher.Model.Aws;
using Usher.Model.Desired;

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
        lines.Add($"  API            {api.Url} (token in {state.RoadFile})");
        lines.Add("");
        lines.AddRange(ToTry(road, report, state));
        lines.Add("");
        foreach (var line in lines) await Console.Out.WriteLineAsync(line);
    }

    /// <summary>Commands for a host that the road has an alias for.</summary>
    private static IEnumerable<string> ToTry(Road road, RoadReport report, StateDirectory state)
    {
        var (host, balancer) = Host(road.Generation.State);
        // The name leads to one load balancer, and others may stand behind that.
        var listeners = report.Listeners.Where(l => balancer is null || l.LoadBalancer == balancer).ToList();
        // Behind a TCP listener of port 443 somebody else speaks TLS, with a certificate that this road's CA may not have signed.
        var https = listeners.Find(l => l.Protocol is "HTTPS" or "TLS") ?? listeners.Find(l => l is { Protocol: "TCP", Port: 443 }) ?? listeners.Find(l => l.Protocol != "UDP");
        if (https is null || host is null) return ["No record set leads to a load balancer; there is nothing to ask for yet."];
        var dns = IPEndPoint.Parse(report.Dns);
        var bound = IPEndPoint.Parse(https.Bound);
        var relayed = https is { Protocol: "TCP", Port: 443 };
        var scheme = relayed || https.Protocol is "HTTPS" or "TLS" ? "https" : "http";
        var url = $"{scheme}://{host}{(https.Port == (scheme == "https" ? 443 : 80) ? "" : $":{https.Port}")}/";
        var trust = relayed ? " -k" : scheme == "https" ? $" --cacert {report.CaCertificate}" : "";
        return
        [
            "Try, from another terminal:",
            $"  curl{trust} --connect-to {host}:{https.Port}:{bound.Address}:{bound.Port} {url}",
            $"  dig @{dns.Address} -p {dns.Port} {host}",
            $"  ./usher trace {(relayed ? "-k " : "")}{url}{(state.IsDefault ? "" : $" --state {state.Path}")}",
        ];
    }

    /// <summary>A name that leads to a load balancer, and the load balancer's own: one that is written, else one of an Ingress, or any, below a wildcard.</summary>
    internal static (string? Name, string? Balancer) Host(DesiredState state)
    {
        var aliases = state.All<RecordSet>().Select(r => r.Value).Where(r => r is { AliasTarget: not null, Type: "A" }).ToList();
        if (aliases.Find(r => !r.Name.StartsWith('*')) is { } written) return (written.Name.TrimEnd('.'), Balancer(state, written));
        if (aliases.Find(r => r.Name.StartsWith("*.", StringComparison.Ordinal)) is not { } wildcard) return (null, null);
        var suffix = wildcard.Name.TrimEnd('.')[1..];
        return (
            state.All<V1Ingress>().SelectMany(i => i.Value.Spec?.Rules ?? []).Select(r => r.Host)
                .FirstOrDefault(h => h is not null && !h.StartsWith('*') && h.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) ?? $"www{suffix}",
            Balancer(state, wildcard));
    }

    private static string? Balancer(DesiredState state, RecordSet alias) =>
        state.All<Model.Aws.LoadBalancer>().FirstOrDefault(b => alias.AliasTarget!.DnsName.TrimEnd('.').EndsWith(b.Value.DnsName, StringComparison.OrdinalIgnoreCase))?.Value.Name;
}
