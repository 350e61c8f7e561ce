using System.CommandLine;
using System.Globalization;
using Usher.Cli.Client;
using Usher.Cli.Running;
using Usher.Model.Contracts;

namespace Usher.Cli.Commands;

/// <summary><c>usher status</c>: how the running road is.</summary>
internal static class StatusCommand
{
    internal static Command Create()
    {
        var api = CommonOptions.Api();
        var state = CommonOptions.State();
        var conditions = new Option<bool>("--conditions") { Description = "Tell the status conditions of Gateways, routes and policies instead, as kubectl describe does." };
        var command = new Command("status", "Tell how the running road is: listeners, targets, nodes, Services, Gateways and routes, workloads, pods, warnings.") { api, state, conditions };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var road = await RoadClient.Find(parsed.GetValue(api), parsed.GetValue(state)).RoadAsync(cancellationToken);
            if (parsed.GetValue(conditions))
            {
                await DescribeAsync(road);
                return ExitCodes.Ok;
            }

            await Console.Out.WriteLineAsync($"generation {road.Generation}, name server {road.Dns}{(road.ClusterDns is null ? "" : $", cluster's DNS {road.ClusterDns}")}");
            foreach (var l in road.Listeners) await Console.Out.WriteLineAsync($"listener  {l.LoadBalancer} {l.Protocol}:{l.Port}  {l.Bound}{(l.Zone is null ? "" : $", {l.Zone}")}{(l.OutOfDns is null ? "" : $", out of DNS: {l.OutOfDns}")}");
            foreach (var t in road.Targets) await Console.Out.WriteLineAsync($"target    {t}");
            foreach (var k in road.KeySets) await Console.Out.WriteLineAsync($"keys      {k.Endpoint}  {Keys(k)}");
            foreach (var n in road.Nodes) await Console.Out.WriteLineAsync($"node      {n}");
            foreach (var s in road.Services) await Console.Out.WriteLineAsync($"service   {s}");

            foreach (var c in road.Conditions) await Console.Out.WriteLineAsync($"status    {c}");
            foreach (var w in road.Workloads)
            {
                // A Job's pods are to end, and not to be ready.
                var pods = w.Kind == "Job" ? "" : $"{w.Ready}/{w.Desired} ready, {w.Updated} up to date, {w.Available} available: ";
                await Console.Out.WriteLineAsync($"workload  {w.Kind} {w.Name}  {pods}{w.Message}");
            }

            foreach (var c in road.CronJobs) await Console.Out.WriteLineAsync($"cronjob   {c}");
            foreach (var p in road.Pods)
            {
                await Console.Out.WriteLineAsync($"pod       {p.Name}  {p.Address}  {p.Status}, {(p.Ready ? "ready" : p.Phase == "Succeeded" ? "done" : "not ready")}{(p.Containers is "1/1" or "0/1" ? "" : $" ({p.Containers})")}{(p.ReadinessGates is null ? "" : $", {p.ReadinessGates} readiness gates open")}, {p.Restarts} restarts, {Runtime(p.Runtime)}{(p.Message is null ? "" : $": {p.Message}")}");
            }

            foreach (var warning in road.Warnings) await Console.Out.WriteLineAsync($"warning   {warning}");
            foreach (var error in road.NotAccepted) await Console.Out.WriteLineAsync($"not accepted  {error}");
            foreach (var error in road.Refused) await Console.Out.WriteLineAsync($"refused   {error}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task DescribeAsync(RoadReport road)
    {
        foreach (var of in road.Conditions.GroupBy(c => (c.Kind, c.Name)))
        {
            var slash = of.Key.Name.IndexOf('/', StringComparison.Ordinal);
            await Console.Out.WriteLineAsync($"Name:         {of.Key.Name[(slash + 1)..]}");
            if (slash > 0) await Console.Out.WriteLineAsync($"Namespace:    {of.Key.Name[..slash]}");
            await Console.Out.WriteLineAsync($"Kind:         {of.Key.Kind}\nStatus:");
            foreach (var part in of)
            {
                if (part.Part.Length > 0) await Console.Out.WriteLineAsync($"  {part.Part}:");
                foreach (var (name, value) in part.Fields) await Console.Out.WriteLineAsync($"    {name}: {value}");
                await Console.Out.WriteLineAsync("    Conditions:");
                foreach (var line in part.Described()) await Console.Out.WriteLineAsync(line);
            }

            await Console.Out.WriteLineAsync();
        }

        if (road.Conditions.Count == 0) await Console.Out.WriteLineAsync("No object of this road has status conditions; those of the Gateway API have.");
    }

    private static string Keys(KeySetReport keys) =>
        (keys.FetchedAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"{keys.Keys} keys, fetched {at:yyyy-MM-dd HH:mm:ss} UTC") : "not fetched")
        + (keys.Problem is null ? "" : $"{(keys.FetchedAt is null ? "" : ", and not again")}: {keys.Problem}");

    /// <summary>What runs in a pod's place, in a journey's words; as it came, where the road is of another version and knows more.</summary>
    private static string Runtime(string runtime) => Enum.TryParse<PodRuntime>(runtime, out var known) ? known.Name() : runtime;
}
