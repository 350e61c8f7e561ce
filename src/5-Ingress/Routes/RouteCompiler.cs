using System.Collections.Frozen;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// The Ingresses of one controller → its route table, as ingress-nginx makes servers and locations of them (controller.go, location.go).
/// <list type="number">
/// <item>Read each Ingress's annotations; make its servers and their paths.</item>
/// <item>Canaries: find the backends that they take requests from.</item>
/// <item>Aliases, and the servers that redirect to or from www.</item>
/// <item>Build the servers.</item>
/// </list>
/// </summary>
internal sealed class RouteCompiler(CompileContext context, ControllerImage controller, NginxConfig config)
{
    private readonly BackendCompiler backends = new(context);
    private readonly Dictionary<string, ServerBuilder> servers = new(StringComparer.Ordinal);
    private readonly List<(Resource<V1Ingress> Ingress, CanaryRule Rule)> canaries = [];
    private readonly CertificateCompiler certificates = new(context, controller);
    private RoutePlan? catchAll;

    internal RouteTable Compile(IEnumerable<Resource<V1Ingress>> ingresses)
    {
        // 1. By namespace and name: the one that comes first keeps a path that several claim.
        foreach (var ingress in ingresses) Add(ingress, IngressAnnotations.Read(context, ingress, config, backends));

        // 2.
        var taken = Canaries();

        // 3.
        var otherwise = controller.DefaultBackend is { } name ? backends.ControllersOwn(name) : null;
        var plans = servers.ToDictionary(s => s.Key, s => s.Value.Build(taken, otherwise), StringComparer.Ordinal);
        foreach (var server in servers.Values) Alias(server, plans);
        foreach (var server in servers.Values.Where(s => s.Www is not null)) Www(server, plans);

        // 4.
        catchAll ??= otherwise;
        if (catchAll is not null && taken.TryGetValue(catchAll.Backend, out var canary)) catchAll = catchAll with { Canary = canary };
        RoutePlan?[] all = [catchAll, .. plans.Values.SelectMany(p => p.Routes.Append(p.Default!))];
        return new RouteTable(
            plans.Where(s => s.Key.Length > 0 && s.Key[0] != '*').ToFrozenDictionary(StringComparer.Ordinal),
            plans.Where(s => s.Key.StartsWith('*')).ToFrozenDictionary(s => s.Key[1..], s => s.Value, StringComparer.Ordinal),
            plans.GetValueOrDefault(""),
            catchAll)
        {
            Certificates = certificates.Build(),
            ReadsHeaders = config.ReadsHeaders || all.Any(r => r?.ReadsHeaders == true),
            SmallestBody = all.OfType<RoutePlan>().Select(r => r.Rules.Proxy.MaxBody).Where(size => size > 0).DefaultIfEmpty(long.MaxValue).Min(),
        };
    }

    private void Add(Resource<V1Ingress> ingress, IngressAnnotations annotations)
    {
        var rules = ingress.Value.Spec?.Rules ?? [];
        if (annotations.Canary is { } canary)
        {
            canaries.Add((ingress, canary));
            return;
        }

        certificates.Add(ingress);
        var own = Default(ingress, annotations);
        if (rules.Count == 0) catchAll ??= own;
        if (rules.Count == 0 && ingress.Value.Spec?.DefaultBackend is null) context.Errors.Add(ingress, "spec", "has neither rules nor a defaultBackend; one of them is wanted");
        for (var i = 0; i < rules.Count; i++)
        {
            if (HostName.Of(rules[i].Host) is not { } host)
            {
                context.Errors.Add(ingress, $"spec.rules[{i}].host", $"found '{rules[i].Host}'; {HostName.Wanted}");
                continue;
            }

            if (!servers.TryGetValue(host, out var server)) servers.Add(host, server = new ServerBuilder(context, host));
            server.Take(ingress, annotations, own);
            var paths = rules[i].Http?.Paths ?? [];
            for (var j = 0; j < paths.Count; j++)
            {
                var field = $"spec.rules[{i}].http.paths[{j}]";
                if (Route(ingress, annotations, host, paths[j], field) is { } route) server.Add(route, ingress, annotations, $"{field}.path");
            }
        }
    }

    private RoutePlan? Default(Resource<V1Ingress> ingress, IngressAnnotations annotations)
    {
        if (ingress.Value.Spec?.DefaultBackend is not { } backend) return null;
        return backends.Compile(ingress, backend, "spec.defaultBackend") is { } plan
            ? new RoutePlan(ingress.Key, "", "", PathKind.Prefix, plan) { Rules = annotations.Rules, Vhost = Vhost(ingress, annotations, plan) }
            : null;
    }

    private RoutePlan? Route(Resource<V1Ingress> ingress, IngressAnnotations annotations, string host, V1HTTPIngressPath path, string field)
    {
        var kind = Kind(path);
        if (kind is null) context.Errors.Add(ingress, $"{field}.pathType", $"found '{path.PathType}'; Exact, Prefix or ImplementationSpecific is wanted");
        var text = Text(path, kind);
        if (!text.StartsWith('/')) context.Errors.Add(ingress, $"{field}.path", $"found '{text}'; an absolute path is wanted");
        var backend = path.Backend is null ? null : backends.Compile(ingress, path.Backend, $"{field}.backend");
        if (path.Backend is null) context.Errors.Add(ingress, $"{field}.backend", "is missing");
        return kind is null || backend is null
            ? null
            : new RoutePlan(ingress.Key, host, text, kind.Value, backend) { Rules = annotations.Rules, Vhost = Vhost(ingress, annotations, backend) };
    }

    /// <summary>The backends that canaries take requests from: those of the paths that they repeat, wherever else such a backend is used (mergeAlternativeBackends).</summary>
    private Dictionary<BackendPlan, CanaryPlan> Canaries()
    {
        var taken = new Dictionary<BackendPlan, CanaryPlan>();
        foreach (var (ingress, rule) in canaries)
        {
            if (ingress.Value.Spec?.DefaultBackend is { } backend && backends.Compile(ingress, backend, "spec.defaultBackend") is { } standard) Take(taken, catchAll?.Backend, rule, standard, ingress, "spec.defaultBackend");
            var rules = ingress.Value.Spec?.Rules ?? [];
            for (var i = 0; i < rules.Count; i++)
            {
                var paths = rules[i].Http?.Paths ?? [];
                for (var j = 0; j < paths.Count; j++)
                {
                    var field = $"spec.rules[{i}].http.paths[{j}]";
                    if (paths[j].Backend is null || backends.Compile(ingress, paths[j].Backend, $"{field}.backend") is not { } plan) continue;
                    var primary = HostName.Of(rules[i].Host) is { } host && servers.TryGetValue(host, out var server) ? server.Find(Text(paths[j], Kind(paths[j])), Kind(paths[j])) : null;
                    Take(taken, primary?.Backend, rule, plan, ingress, field);
                }
            }
        }

        return taken;
    }

    private void Take(Dictionary<BackendPlan, CanaryPlan> taken, BackendPlan? primary, CanaryRule rule, BackendPlan canary, Resource<V1Ingress> ingress, string field)
    {
        if (primary is null) context.Warnings.Add(ingress, field, "is a canary of nothing: no other Ingress has this host, path and pathType, so it takes no request");
        else if (primary.Front == canary.Front) context.Warnings.Add(ingress, field, $"is a canary of itself: {primary.Label} is the other Ingress's backend too");
        else if (!taken.TryAdd(primary, new CanaryPlan(rule, canary)) && taken[primary].Rule.Ingress != ingress.Key)
            context.Warnings.Add(ingress, field, $"is a second canary of {primary.Label}, after {taken[primary].Rule.Ingress.Namespace}/{taken[primary].Rule.Ingress.Name}; ingress-nginx takes one");
    }

    private void Alias(ServerBuilder server, Dictionary<string, ServerPlan> plans)
    {
        foreach (var (alias, ingress) in server.Aliases)
        {
            if (plans.TryAdd(alias, plans[server.Host])) certificates.Alias(server.Host, alias);
            else if (plans[alias].Host != server.Host)
                context.Warnings.Add(ingress, IngressAnnotations.Field("server-alias"), $"{alias} is a host of its own in another rule or alias, so it isn't one of {server.Host}");
        }
    }

    private void Www(ServerBuilder server, Dictionary<string, ServerPlan> plans)
    {
        var from = server.Host.StartsWith("www.", StringComparison.Ordinal) ? server.Host[4..] : $"www.{server.Host}";
        if (server.Host.Length == 0 || server.Host[0] == '*') return;
        if (plans.TryAdd(from, new ServerPlan(from, [], null) { Www = new WwwRedirect(server.Www!.Key, server.Host) })) certificates.Alias(server.Host, from);
        else context.Warnings.Add(server.Www!, IngressAnnotations.Field("from-to-www-redirect"), $"{from} is a host of its own in another rule, so it isn't redirected to {server.Host}");
    }

    /// <summary>The Host header towards the backend, with the variables that a location of ingress-nginx sets.</summary>
    private string? Vhost(Resource<V1Ingress> ingress, IngressAnnotations annotations, BackendPlan backend)
    {
        var vhost = annotations.Vhost?
            .Replace("$service_name", backend.Front.Service.Name, StringComparison.Ordinal).Replace("$service_port", $"{backend.Front.Declared.Port}", StringComparison.Ordinal)
            .Replace("$namespace", ingress.Key.Namespace, StringComparison.Ordinal).Replace("$ingress_name", ingress.Key.Name, StringComparison.Ordinal);
        if (vhost?.Contains('$', StringComparison.Ordinal) != true) return vhost;
        context.Errors.Add(ingress, IngressAnnotations.Field("upstream-vhost"), $"found '{annotations.Vhost}'; of variables, $service_name, $service_port, $namespace and $ingress_name are supported");
        return null;
    }

    private static PathKind? Kind(V1HTTPIngressPath path) => path.PathType switch
    {
        "Exact" => PathKind.Exact,
        "Prefix" => PathKind.Prefix,
        "ImplementationSpecific" => PathKind.ImplementationSpecific,
        _ => null,
    };

    private static string Text(V1HTTPIngressPath path, PathKind? kind) => path.Path ?? (kind == PathKind.ImplementationSpecific ? "/" : "");
}
