using System.Collections.Immutable;
using System.Runtime.InteropServices;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// The Ingresses of one controller → its route table, as ingress-nginx makes servers and locations of them (controller.go, location.go). What of the running
/// generation's table was made of the same parts is taken over from it; where the Ingresses that changed concern their own hosts alone, only those are looked at (<see cref="RouteUpdate"/>).
/// <list type="number">
/// <item>Read each Ingress: its annotations, rules and certificates.</item>
/// <item>What they say together of each backend, and which paths that leaves them. Canaries: find the backends that they take requests from.</item>
/// <item>Build each host's server.</item>
/// <item>Aliases, and the servers that redirect to or from www.</item>
/// </list>
/// </summary>
internal sealed class RouteCompiler(CompileContext context, ControllerImage controller, NginxConfig config, CompiledRoutes? running)
{
    private readonly Dictionary<string, ServerDraft> drafts = new(StringComparer.Ordinal);
    private readonly List<ServerDraft> withOthers = [];
    private readonly Dictionary<string, ServerPlan> others = new(StringComparer.Ordinal);
    private RoutePlan? catchAll;

    /// <summary>Compiles where only some Ingresses may have changed since the running generation; null when more has changed.</summary>
    /// <param name="gone">Those that were there.</param>
    /// <param name="come">Those that the controller serves now.</param>
    internal CompiledRoutes? Compile(IReadOnlyList<Resource<V1Ingress>> gone, IReadOnlyList<Resource<V1Ingress>> come)
    {
        var certificates = new CertificateCompiler(context, controller, running?.Standard);
        if (running is not { IsPlain: true } || Around(certificates) is null || !ReferenceEquals(Otherwise(), running.Otherwise)) return null;
        return PartList.Of(context, running, gone, come, i => Compile(i, certificates)) is { } parts ? Update(parts) : null;
    }

    internal CompiledRoutes Compile(IReadOnlyList<Resource<V1Ingress>> ingresses)
    {
        // 1.
        var certificates = new CertificateCompiler(context, controller, running?.Standard);
        var parts = PartList.Of(context, Around(certificates), ingresses, i => Compile(i, certificates));
        var otherwise = Otherwise();
        if (running is { IsPlain: true } && ReferenceEquals(otherwise, running.Otherwise) && Update(parts) is { } updated) return updated;

        // The one that comes first keeps a path that several claim.
        var ordered = IngressOrder.Of(parts.Steps.Select(s => s.Value));
        drafts.EnsureCapacity(running?.Table.Hosts.Count ?? 0);

        // 2.
        var (shared, served) = SharedBalance.Of(context, ordered, config, running?.Shared);
        foreach (var part in served)
        {
            Take(part);
            certificates.Take(part);
        }

        var (canaries, lone) = Canaries(ordered, shared);
        var before = running is not null && ReferenceEquals(otherwise, running.Otherwise) ? running : null;
        var touched = before is null ? [] : TouchedUpstreams.Of(before, config, shared, canaries);

        // 3.
        foreach (var draft in drafts.Values) draft.Finish(before?.Table.ServerOf(draft.Host) is { } had && !had.LeadsTo(touched) ? had : null, canaries, shared, otherwise);

        // 4.
        foreach (var draft in withOthers) Alias(draft, certificates);
        foreach (var draft in withOthers) Www(draft, certificates);
        catchAll ??= otherwise;
        catchAll = catchAll?.With(shared);
        if (catchAll is not null && canaries.TryGetValue(catchAll.Backend, out var canary)) catchAll = catchAll with { Canary = canary };
        return new CompiledRoutes(Table(certificates) with { Otherwise = otherwise }, config, certificates.Standard, parts.Steps, parts.Read, canaries)
        {
            Shared = shared,
            Warned = parts.Warned,
            Lone = lone,
            Told = ServerFindings.Tell(context, ServerFindings.None, drafts.Values.Select(d => (d.Host, (ServerPlan?)d.Plan))),
            IsPlain = ordered.TrueForAll(p => RouteUpdate.IsPlain(p, config)),
        };
    }

    /// <summary>The running generation's routes where what is around the Ingresses is the same.</summary>
    private CompiledRoutes? Around(CertificateCompiler certificates) =>
        running is not null && ReferenceEquals(running.Config, config) && ReferenceEquals(running.Standard, certificates.Standard) ? running : null;

    private RoutePlan? Otherwise()
    {
        var otherwise = controller.DefaultBackend is { } name ? new BackendCompiler(context).ControllersOwn(name) : null;
        return otherwise == running?.Otherwise ? running?.Otherwise : otherwise;
    }

    /// <summary>The running generation's routes with what changed; null when that concerns other hosts.</summary>
    private CompiledRoutes? Update(PartList parts)
    {
        if (parts.Changed is not { } changed || !changed.All(c => c.Now is null || RouteUpdate.IsPlain(c.Now, config))) return null;
        var table = RouteUpdate.Of(running!, config, changed);
        var told = ServerFindings.Tell(context, running!.Told, RouteUpdate.Hosts(changed).Select(host => (host, table.ServerOf(host))));
        return running with { Table = table, Parts = parts.Steps, Read = parts.Read, Warned = parts.Warned, Told = told };
    }

    private CompiledStep<IngressPart> Compile(Resource<V1Ingress> ingress, CertificateCompiler certificates) =>
        context.Run(part => new PartCompiler(part, config, certificates).Compile(ingress, () => PartList.Find(running?.Parts, ingress.Key)?.Value));

    private void Take(IngressPart part)
    {
        if (part.IsCatchAll) catchAll ??= part.Default;
        foreach (var rule in part.Rules)
        {
            ref var draft = ref CollectionsMarshal.GetValueRefOrAddDefault(drafts, rule.Host, out var known);
            if (!known) draft = new ServerDraft(rule.Host);
            draft!.Add(part);
            if (part.HasOtherHosts && !draft.HasOthers)
            {
                draft.HasOthers = true;
                withOthers.Add(draft);
            }
        }
    }

    /// <summary>The canary of each backend, and canaries of nothing.</summary>
    private (IReadOnlyDictionary<BackendPlan, CanaryPlan> ByBackend, IReadOnlyList<UnservedIngress> Lone) Canaries(IReadOnlyList<IngressPart> parts, IReadOnlyDictionary<string, SharedUpstream> shared)
    {
        var merge = new CanaryMerge(context, shared);
        foreach (var part in parts)
        {
            foreach (var path in part.CanaryPaths)
            {
                var draft = path.Host is null ? null : drafts.GetValueOrDefault(path.Host);
                merge.Add(part, path, path.Path is null ? catchAll : draft?.Find(path.Path, path.Kind), path.Path is null || draft is not null);
            }
        }

        return (merge.Finish(running?.Canaries), merge.Lone);
    }

    private void Alias(ServerDraft server, CertificateCompiler certificates)
    {
        foreach (var (alias, ingress) in server.Aliases)
        {
            if (!drafts.ContainsKey(alias) && others.TryAdd(alias, server.Plan)) certificates.Alias(server.Host, alias);
            else if ((drafts.GetValueOrDefault(alias)?.Plan ?? others[alias]).Host != server.Host)
                context.Warnings.Add(ingress, IngressAnnotations.Field("server-alias"), $"{alias} is a host of its own in another rule or alias, so it isn't one of {server.Host}");
        }
    }

    private void Www(ServerDraft server, CertificateCompiler certificates)
    {
        if (server.Www is not { } ingress || server.Host.Length == 0 || server.Host[0] == '*') return;
        var from = server.Host.StartsWith("www.", StringComparison.Ordinal) ? server.Host[4..] : $"www.{server.Host}";
        if (!drafts.ContainsKey(from) && others.TryAdd(from, ServerPlan.Redirecting(from, new WwwRedirect(ingress.Key, server.Host), running?.Table.ServerOf(from)))) certificates.Alias(server.Host, from);
        else context.Warnings.Add(ingress, IngressAnnotations.Field("from-to-www-redirect"), $"{from} is a host of its own in another rule, so it isn't redirected to {server.Host}");
    }

    private RouteTable Table(CertificateCompiler certificates)
    {
        var before = running?.Table ?? RouteTable.Empty;
        var (hosts, wildcards) = (new List<KeyValuePair<string, ServerPlan>>(drafts.Count + others.Count), new List<KeyValuePair<string, ServerPlan>>());
        var (readsHeaders, asksClients, smallest) = (config.ReadsHeaders || catchAll?.ReadsHeaders == true, false, SmallestBody(catchAll));
        foreach (var (host, plan) in drafts.Values.Select(d => KeyValuePair.Create(d.Host, d.Plan)).Concat(others))
        {
            if (host.StartsWith('*')) wildcards.Add(new(host[1..], plan));
            else if (host.Length > 0) hosts.Add(new(host, plan));
            readsHeaders |= plan.ReadsHeaders;
            asksClients |= plan.ClientCertificate is not null;
            smallest = Math.Min(smallest, plan.SmallestBody);
        }

        return new RouteTable(before.Hosts.Next(hosts), before.Wildcards.Next(wildcards), drafts.GetValueOrDefault("")?.Plan, catchAll)
        {
            Certificates = certificates.Build(before.Certificates),
            ReadsHeaders = readsHeaders,
            AsksClients = asksClients,
            SmallestBody = smallest,
        };
    }

    /// <summary>The smallest body that a route refuses; none by one without a limit.</summary>
    internal static long SmallestBody(RoutePlan? route) => route is { Rules.Proxy.MaxBody: > 0 and var size } ? size : long.MaxValue;
}
