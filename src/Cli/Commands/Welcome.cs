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
        var (host, balancer, named) = Host(road.Generation.State);
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
        var at = named ? "" : $" --resolve {host}:{https.Port}:{bound.Address}";
        return
        [
            named ? "Try, from another terminal:" : "Try, from another terminal (no record set leads to the load balancer yet, so the address is given):",
            $"  curl{trust} --connect-to {host}:{https.Port}:{bound.Address}:{bound.Port} {url}",
            .. named ? [$"  dig @{dns.Address} -p {dns.Port} {host}"] : Array.Empty<string>(),
            $"  ./usher trace {(relayed ? "-k " : "")}{url}{at}{(state.IsDefault ? "" : $" --state {state.Path}")}",
        ];
    }

    /// <summary>
    /// A name that leads to a load balancer, the load balancer's own, and whether DNS knows the name: one that is written, else one of an Ingress, or any, below a wildcard. Without a record set, one that a load
    /// balancer made of Ingresses answers to, by their hosts or, where they want none, by its own; else that of one made of a Service.
    /// </summary>
    internal static (string? Name, string? Balancer, bool Named) Host(DesiredState state)
    {
        var aliases = state.All<RecordSet>().Select(r => r.Value).Where(r => r is { AliasTarget: not null, Type: "A" }).ToList();
        if (aliases.Find(r => !r.Name.StartsWith('*')) is { } written) return (written.Name.TrimEnd('.'), Balancer(state, written), true);
        if (aliases.Find(r => r.Name.StartsWith("*.", StringComparison.Ordinal)) is not { } wildcard) return OfIngresses(state);
        var suffix = wildcard.Name.TrimEnd('.')[1..];
        return (
            state.All<V1Ingress>().SelectMany(i => i.Value.Spec?.Rules ?? []).Select(r => r.Host)
                .FirstOrDefault(h => h is not null && !h.StartsWith('*') && h.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) ?? $"www{suffix}",
            Balancer(state, wildcard), true);
    }

    private static (string? Name, string? Balancer, bool Named) OfIngresses(DesiredState state)
    {
        foreach (var balancer in state.All<Model.Aws.LoadBalancer>())
        {
            var listeners = state.All<Listener>().Where(l => l.Value.LoadBalancerArn == balancer.Value.LoadBalancerArn).ToList();
            var rules = state.All<ListenerRule>().Where(r => r.Value.Ingress is not null && listeners.Exists(l => l.Value.ListenerArn == r.Value.ListenerArn)).ToList();
            if (rules.Count == 0 && !listeners.Exists(l => l.Value.Ingress is not null)) continue;
            var open = rules.Count == 0 || rules.Exists(r => r.Value.Conditions.All(c => c.Field != "host-header"));
            var host = open ? null : rules.SelectMany(r => r.Value.Conditions).Where(c => c.Field == "host-header").SelectMany(c => c.Values).FirstOrDefault(h => h.AsSpan().IndexOfAny('*', '?') < 0);
            return host is null ? (balancer.Value.DnsName, balancer.Value.Name, true) : (host, balancer.Value.Name, false);
        }

        return OfServices(state);
    }

    /// <summary>Behind the Service of an ingress controller the hosts of Ingresses are answered, behind any other Service every name.</summary>
    private static (string? Name, string? Balancer, bool Named) OfServices(DesiredState state)
    {
        var balancers = state.All<Model.Aws.LoadBalancer>().Where(b => b.Value.Service is not null).ToList();
        var first = balancers.Find(b => IsIngressController(state, b.Value.Service!.Value)) ?? balancers.FirstOrDefault();
        if (first is null) return (null, null, false);
        var host = !IsIngressController(state, first.Value.Service!.Value) ? null
            : state.All<V1Ingress>().SelectMany(i => i.Value.Spec?.Rules ?? []).Select(r => r.Host).FirstOrDefault(h => h is { Length: > 0 } && !h.StartsWith('*'));
        return host is null ? (first.Value.DnsName, first.Value.Name, true) : (host, first.Value.Name, false);
    }

    private static bool IsIngressController(DesiredState state, ResourceKey service) =>
        state.Find<V1Service>(service.Namespace, service.Name)?.Value.Spec is { } spec
        && state.All<V1Pod>().Any(p => p.Key.Namespace == service.Namespace
            && LabelSelectors.Selects(spec, p.Value)
            && p.Value.Spec.Containers.Any(c => c.Image?.Contains("ingress-nginx/controller", StringComparison.Ordinal) == true));

    private static string? Balancer(DesiredState state, RecordSet alias) =>
        state.All<Model.Aws.LoadBalancer>().FirstOrDefault(b => alias.AliasTarget!.DnsName.TrimEnd('.').EndsWith(b.Value.DnsName, StringComparison.OrdinalIgnoreCase))?.Value.Name;
}
