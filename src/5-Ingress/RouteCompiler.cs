using System.Collections.Frozen;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>The Ingresses of one controller class → its route table.</summary>
internal sealed class RouteCompiler(CompileContext context)
{
    private const string NginxAnnotations = "nginx.ingress.kubernetes.io/";
    private readonly BackendCompiler backends = new(context);

    internal RouteTable Compile(IEnumerable<Resource<V1Ingress>> ingresses)
    {
        var servers = new Dictionary<string, ServerBuilder>(StringComparer.Ordinal);
        RoutePlan? defaultRoute = null;
        // By namespace and name: the one that comes first keeps a path that several claim.
        foreach (var ingress in ingresses)
        {
            Refuse(ingress);
            var own = Default(ingress);
            defaultRoute ??= own;
            var rules = ingress.Value.Spec?.Rules ?? [];
            if (rules.Count == 0 && own is null) context.Errors.Add(ingress, "spec", "has neither rules nor a defaultBackend; one of them is wanted");
            for (var i = 0; i < rules.Count; i++)
            {
                var host = Host(ingress, rules[i].Host, $"spec.rules[{i}].host");
                if (host is null) continue;
                if (!servers.TryGetValue(host, out var server)) servers.Add(host, server = new ServerBuilder(host));
                server.Default ??= own;
                var paths = rules[i].Http?.Paths ?? [];
                for (var j = 0; j < paths.Count; j++)
                {
                    if (Route(ingress, host, paths[j], $"spec.rules[{i}].http.paths[{j}]") is { } route) server.Add(route);
                }
            }
        }

        return new RouteTable(
            servers.Where(s => s.Key.Length > 0 && s.Key[0] != '*').ToFrozenDictionary(s => s.Key, s => s.Value.Build(), StringComparer.Ordinal),
            servers.Where(s => s.Key.StartsWith('*')).ToFrozenDictionary(s => s.Key[1..], s => s.Value.Build(), StringComparer.Ordinal),
            servers.TryGetValue("", out var any) ? any.Build() : null,
            defaultRoute);
    }

    private RoutePlan? Default(Resource<V1Ingress> ingress)
    {
        if (ingress.Value.Spec?.DefaultBackend is not { } backend) return null;
        return backends.Compile(ingress, backend, "spec.defaultBackend") is { } plan ? new RoutePlan(ingress.Key, "", "", PathKind.Prefix, plan) : null;
    }

    private RoutePlan? Route(Resource<V1Ingress> ingress, string host, V1HTTPIngressPath path, string field)
    {
        PathKind? kind = path.PathType switch
        {
            "Exact" => PathKind.Exact,
            "Prefix" => PathKind.Prefix,
            "ImplementationSpecific" => PathKind.ImplementationSpecific,
            _ => null,
        };
        if (kind is null) context.Errors.Add(ingress, $"{field}.pathType", $"found '{path.PathType}'; Exact, Prefix or ImplementationSpecific is wanted");
        var text = path.Path ?? (kind == PathKind.ImplementationSpecific ? "/" : "");
        if (!text.StartsWith('/')) context.Errors.Add(ingress, $"{field}.path", $"found '{text}'; an absolute path is wanted");
        var backend = path.Backend is null ? null : backends.Compile(ingress, path.Backend, $"{field}.backend");
        if (path.Backend is null) context.Errors.Add(ingress, $"{field}.backend", "is missing");
        return kind is null || backend is null ? null : new RoutePlan(ingress.Key, host, text, kind.Value, backend);
    }

    private string? Host(Resource<V1Ingress> ingress, string? written, string field)
    {
        var host = (written ?? "").ToLowerInvariant();
        var bare = host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host;
        if (host.Length == 0 || bare.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))) return host;
        context.Errors.Add(ingress, field, $"found '{written}'; a DNS name is wanted, with * only as the whole first label");
        return null;
    }

    private void Refuse(Resource<V1Ingress> ingress)
    {
        if (ingress.Value.Spec?.Tls is { Count: > 0 }) context.Errors.Add(ingress, "spec.tls", "TLS at the ingress isn't supported yet; end TLS at the load balancer");
        foreach (var name in ingress.Value.Metadata?.Annotations?.Keys.Where(a => a.StartsWith(NginxAnnotations, StringComparison.Ordinal)) ?? [])
        {
            context.Errors.Add(ingress, $"metadata.annotations.{name}", "the annotations of ingress-nginx aren't supported yet");
        }
    }

    private sealed class ServerBuilder(string host)
    {
        private readonly List<RoutePlan> routes = [];

        internal RoutePlan? Default { get; set; }

        internal void Add(RoutePlan route)
        {
            if (!routes.Exists(r => r.Path == route.Path && r.Kind == route.Kind)) routes.Add(route);
        }

        internal ServerPlan Build() => new(
            host,
            [.. routes.OrderByDescending(r => r.Kind == PathKind.Prefix ? r.Path.TrimEnd('/').Length : r.Path.Length).ThenBy(r => r.Kind)],
            Default);
    }
}
