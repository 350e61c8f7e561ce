using System.Text.RegularExpressions;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Gateway;

namespace Usher.Cli.Commands;

/// <summary>A host that a road may answer for.</summary>
/// <param name="Name">The host.</param>
/// <param name="Balancer">The load balancer that the name leads to; null where nothing says which.</param>
/// <param name="Named">Whether DNS knows it.</param>
internal sealed record CandidateHost(string Name, string? Balancer, bool Named);

/// <summary>The hosts and paths of a road's objects, in the order in which a person is best shown one. Whether they are answered is for others to find out.</summary>
internal sealed partial class Candidates(DesiredState state)
{
    private readonly List<string> known = [.. Known(state).Where(h => h.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>
    /// The names of record sets, or below a wildcard's one that somebody has a rule for, else any; then load balancers' own names, and the hosts of rules, to which no record set leads yet. A Service's load balancer comes after
    /// these: behind it an ingress controller may answer by them.
    /// </summary>
    internal IEnumerable<CandidateHost> Hosts()
    {
        var balancers = state.All<Model.Aws.LoadBalancer>().Select(b => b.Value).ToList();
        var sets = state.All<RecordSet>().Select(r => r.Value).Where(r => r is { AliasTarget: not null, Type: "A" } or { Type: "CNAME" }).Select(r => (Name: Bare(r.Name), Set: r)).Where(r => !r.Name.StartsWith('_')).ToList();
        foreach (var (name, set) in sets.OrderBy(r => r.Name.StartsWith('*')))
        {
            if (!name.StartsWith('*')) yield return new(name, Balancer(set), true);
            else if (name.StartsWith("*.", StringComparison.Ordinal))
            {
                foreach (var below in known.Where(h => Fits(name, h)).Select(Any).Append(Any(name)).Distinct(StringComparer.OrdinalIgnoreCase)) yield return new(below, Balancer(set), true);
            }
        }

        foreach (var balancer in balancers.Where(b => b.Service is null)) yield return new(balancer.DnsName, balancer.Name, true);
        foreach (var host in known) yield return new(Any(host), null, false);
        foreach (var balancer in balancers.Where(b => b.Service is not null)) yield return new(balancer.DnsName, balancer.Name, true);

        string? Balancer(RecordSet set) => balancers.Find(b => Bare(set.AliasTarget?.DnsName ?? (set.ResourceRecords.Count > 0 ? set.ResourceRecords[0] : "")).EndsWith(b.DnsName, StringComparison.OrdinalIgnoreCase))?.Name;
    }

    /// <summary>The paths of a host's rules, the root first.</summary>
    internal IEnumerable<string> Paths(string host) => Written(host).Where(p => Plain().IsMatch(p)).Prepend("/").Distinct(StringComparer.Ordinal);

    private IEnumerable<string> Written(string host) =>
        state.All<V1Ingress>().SelectMany(i => i.Value.Spec?.Rules ?? []).Where(r => Fits(r.Host, host)).SelectMany(r => r.Http?.Paths ?? []).Select(p => p.Path ?? "")
            .Concat(state.All<HttpRoute>().Where(r => r.Value.Spec.Hostnames.Count == 0 || r.Value.Spec.Hostnames.Any(h => Fits(h, host))).SelectMany(r => r.Value.Spec.Rules).SelectMany(r => r.Matches).Select(m => m.Path.Value ?? ""))
            .Concat(state.All<ListenerRule>().Where(r => r.Value.Conditions.Where(c => c.Field == "host-header").All(c => c.Values.Any(v => Fits(v, host))))
                .SelectMany(r => r.Value.Conditions).Where(c => c.Field == "path-pattern").SelectMany(c => c.Values).Select(v => v.TrimEnd('*')));

    private static IEnumerable<string> Known(DesiredState state) =>
        state.All<ListenerRule>().SelectMany(r => r.Value.Conditions).Where(c => c.Field == "host-header").SelectMany(c => c.Values).Where(v => v.AsSpan(1).IndexOfAny('*', '?') < 0)
            .Concat(state.All<V1Ingress>().SelectMany(i => i.Value.Spec?.Rules ?? []).Select(r => r.Host ?? ""))
            .Concat(state.All<HttpRoute>().SelectMany(r => r.Value.Spec.Hostnames))
            .Concat(state.All<Gateway>().SelectMany(g => g.Value.Spec.Listeners).Select(l => l.Hostname ?? ""));

    private static bool Fits(string? pattern, string host) =>
        string.IsNullOrEmpty(pattern) || (pattern[0] == '*' ? host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase) : pattern.Equals(host, StringComparison.OrdinalIgnoreCase));

    /// <summary>A host that a wildcard covers.</summary>
    private static string Any(string host) => host[0] == '*' ? $"any{(host.StartsWith("*.", StringComparison.Ordinal) ? "" : ".")}{host[1..]}" : host;

    private static string Bare(string name) => name.TrimEnd('.').Replace(@"\052", "*", StringComparison.Ordinal);

    [GeneratedRegex("^/[-/A-Za-z0-9._~]*$", RegexOptions.NonBacktracking)]
    private static partial Regex Plain();
}
