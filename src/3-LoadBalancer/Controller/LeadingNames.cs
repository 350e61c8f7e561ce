using System.Text.RegularExpressions;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// The names that lead to the controller's load balancers: those of the record sets that are written, and of those that will be made once the load balancers are there, directly or by way of other names. All load balancers are added before anybody
/// asks.
/// </summary>
/// <param name="context">What is compiled.</param>
/// <param name="previous">The running generation's state.</param>
/// <param name="forecasts">Who will make record sets.</param>
internal sealed partial class LeadingNames(CompileContext context, DesiredState previous, IEnumerable<IRecordSetForecast> forecasts)
{
    private readonly List<Resource> balancers = [];
    private ILookup<string, string>? byTarget;

    internal void Add(IEnumerable<Resource<Model.Aws.LoadBalancer>> made) => balancers.AddRange(made.Select(b => b.Untyped));

    /// <summary>Those that a certificate can have which lead to one of a load balancer's own names, ordered.</summary>
    internal IReadOnlyList<string> To(IReadOnlyList<string> dnsNames)
    {
        byTarget ??= Written().Concat(Coming()).SelectMany(r => Targets(r).Select(t => (Target: Bare(t), Name: Bare(r.Name)))).ToLookup(r => r.Target, r => r.Name, StringComparer.Ordinal);
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var next = new Queue<string>(dnsNames.Select(Bare));
        while (next.TryDequeue(out var name))
        {
            foreach (var leading in byTarget[name].Where(found.Add)) next.Enqueue(leading);
        }

        return [.. found.Where(n => Host().IsMatch(n))];
    }

    private IEnumerable<RecordSet> Written() => context.State.All<RecordSet>().Select(r => r.Value);

    private IEnumerable<RecordSet> Coming()
    {
        var unheard = context with { State = context.State.With(balancers), Errors = new ErrorList(), Warnings = new ErrorList(), Due = new DueTimes() };
        return forecasts.SelectMany(f => f.Of(unheard, previous));
    }

    private static IEnumerable<string> Targets(RecordSet set) => set.AliasTarget is { } alias ? [alias.DnsName] : set.Type == "CNAME" ? set.ResourceRecords : [];

    /// <summary>A name as it is compared: the console writes <c>dualstack.</c> in front of a load balancer's, and Route 53 an asterisk as <c>\052</c>.</summary>
    private static string Bare(string name)
    {
        var bare = name.TrimEnd('.').Replace(@"\052", "*", StringComparison.Ordinal).ToLowerInvariant();
        return bare.StartsWith("dualstack.", StringComparison.Ordinal) ? bare["dualstack.".Length..] : bare;
    }

    [GeneratedRegex(@"^(\*\.)?([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])$", RegexOptions.NonBacktracking)]
    private static partial Regex Host();
}
