using System.Collections.Immutable;
using System.Text.RegularExpressions;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>One Ingress → what it brings to its controller's routes, whatever the others say.</summary>
internal sealed class PartCompiler(CompileContext context, NginxConfig config, CertificateCompiler certificates)
{
    // What a controller finds wrong, and an API server doesn't: this Ingress's matter, and nobody else's.
    private readonly ErrorList refused = new();

    private CompileContext Refusing => field ??= context with { Errors = refused };

    private BackendCompiler Backends => field ??= new(Refusing);

    /// <summary>
    /// Compiles. An Ingress that isn't accepted stays as it last was, as ingress-nginx's admission webhook would leave it in the cluster; one that never was is denied or left out, as the controller does without that webhook
    /// (annotations.go: some annotations that can't be read deny the location).
    /// </summary>
    /// <param name="ingress">The Ingress.</param>
    /// <param name="before">What it brought to the running generation; null for nothing.</param>
    internal IngressPart Compile(Resource<V1Ingress> ingress, Func<IngressPart?> before)
    {
        var part = Make(ingress);
        if (refused.IsEmpty) return part;
        var what = string.Join("; ", refused.All.Select(e => $"{e.Field}: {e.Message}"));
        if (before() is { IsAccepted: true } last && !ReferenceEquals(last.Ingress, ingress))
        {
            Refuse("The Ingress isn't accepted, and stays in service as it last was");
            var again = Quiet();
            var old = again.Make(last.Ingress);
            return (again.refused.IsEmpty ? old : last) with { Written = ingress, Refusal = $"isn't accepted as it is written now, so that what it said before is served: {what}" };
        }

        if (!part.Annotations.IsInvalid && refused.All.All(e => AnnotationTable.Denies(e.Field)))
        {
            Refuse("The Ingress isn't accepted: its locations are there, and answer 503");
            var why = string.Join("; ", refused.All.Select(e => e.ToString()));
            return part with
            {
                IsAccepted = false, Refusal = $"isn't accepted: {what}", Default = part.Default is { } standard ? standard with { Denied = why } : null,
                Rules = [.. part.Rules.Select(r => r with { Paths = [.. r.Paths.Select(p => p with { Route = p.Route with { Denied = why } })] })],
            };
        }

        Refuse("The Ingress isn't accepted, and nothing serves it");
        return new IngressPart(ingress, new IngressAnnotations(LocationRules.Default with { Balance = config.Balance })) { IsAccepted = false, Refusal = $"isn't accepted: {what}" };
    }

    private void Refuse(string what)
    {
        foreach (var error in refused.All) context.Warnings.Add(error with { Message = $"{error.Message}{(error.Message.EndsWith('?') ? "" : ".")} {what}", NotAccepted = true });
    }

    /// <summary>One that tells nobody.</summary>
    private PartCompiler Quiet() => new(context with { Warnings = new ErrorList(), Errors = new ErrorList() }, config, certificates);

    private IngressPart Make(Resource<V1Ingress> ingress)
    {
        var annotations = IngressAnnotations.Read(Refusing, ingress, config, Backends);
        var rules = ingress.Value.Spec?.Rules ?? [];
        if (annotations.Canary is not null) return new IngressPart(ingress, annotations) { CanaryPaths = [.. CanaryPaths(ingress, rules)], OrdinaryRules = [.. Quiet().Rules(ingress, annotations, rules)] };
        var certified = certificates.Of(context, ingress);
        var own = Default(ingress, annotations);
        if (rules.Count == 0 && ingress.Value.Spec?.DefaultBackend is null) context.Errors.Add(ingress, "spec", "has neither rules nor a defaultBackend; one of them is wanted");
        return new IngressPart(ingress, annotations) { Default = own, IsCatchAll = rules.Count == 0, Rules = [.. Rules(ingress, annotations, rules)], Certificates = certified };
    }

    /// <summary>What becomes of a path's requests; null where it stays. Where an Ingress makes its own paths regular expressions, each has to be one.</summary>
    private RewriteRule? Rewrite(Resource<V1Ingress> ingress, IngressAnnotations annotations, RoutePlan route, string field)
    {
        var target = annotations.RewriteTarget is { } written && Octets.Of(written) != route.Path ? written : null;
        if (target is null && !annotations.UseRegex) return null;
        if (PathPattern.Compile(route.Path, RegexOptions.IgnoreCase) is not { } pattern)
        {
            refused.Add(ingress, $"{field}.path", $"found '{route.Written}'; {PathPattern.Problem(route.Path)}");
            return null;
        }

        if (target is null) return null;
        var rewrite = RewriteRule.Compile(target, pattern, out var problem);
        if (rewrite is null) refused.Add(ingress, IngressAnnotations.Field("rewrite-target"), $"found '{target}'; {problem}");
        else if (rewrite.Missing is { } missing)
            context.Warnings.Add(ingress, IngressAnnotations.Field("rewrite-target"), $"${missing} of '{target}' names a capture that the path {route.Written} of {field} hasn't: it is empty, as in nginx, so that whatever the path takes loses what was to stand there");
        return rewrite;
    }

    private IEnumerable<PartRule> Rules(Resource<V1Ingress> ingress, IngressAnnotations annotations, IList<V1IngressRule> rules)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            if (HostName.Of(rules[i].Host) is not { } host)
            {
                context.Errors.Add(ingress, $"spec.rules[{i}].host", $"found '{rules[i].Host}'; {HostName.Wanted}");
                continue;
            }

            var paths = rules[i].Http?.Paths ?? [];
            var compiled = ImmutableArray.CreateBuilder<PartPath>(paths.Count);
            var skipped = ImmutableArray<SkippedPath>.Empty;
            for (var j = 0; j < paths.Count; j++)
            {
                if (Route(ingress, annotations, host, paths[j], $"spec.rules[{i}].http.paths[{j}]") is not { } route)
                {
                    if (ResourceBackend.Of(paths[j].Backend) is { } resource && WrittenPath.Kind(paths[j]) is { } kind) skipped = skipped.Add(new SkippedPath(RoutePlan.LabelOf(ingress.Key, host, WrittenPath.Text(paths[j], kind), kind), $"its backend is {resource}, and no Service: ingress-nginx skips the path"));
                    continue;
                }

                compiled.Add(new PartPath(route with { Rewrite = Rewrite(ingress, annotations, route, $"spec.rules[{i}].http.paths[{j}]") }, i, j));
            }

            yield return new PartRule(host, compiled.DrainToImmutable(), skipped);
        }
    }

    private IEnumerable<CanaryPath> CanaryPaths(Resource<V1Ingress> ingress, IList<V1IngressRule> rules)
    {
        if (ingress.Value.Spec?.DefaultBackend is { } backend && Backends.Compile(ingress, backend, BackendCompiler.DefaultBackend) is { } standard) yield return new CanaryPath(null, null, null, standard, BackendCompiler.DefaultBackend);
        for (var i = 0; i < rules.Count; i++)
        {
            var paths = rules[i].Http?.Paths ?? [];
            for (var j = 0; j < paths.Count; j++)
            {
                var field = $"spec.rules[{i}].http.paths[{j}]";
                if (paths[j].Backend is null || Backends.Compile(ingress, paths[j].Backend, $"{field}.backend") is not { } plan) continue;
                yield return new CanaryPath(HostName.Of(rules[i].Host), WrittenPath.Text(paths[j], WrittenPath.Kind(paths[j])), WrittenPath.Kind(paths[j]), plan, field);
            }
        }
    }

    private RoutePlan? Default(Resource<V1Ingress> ingress, IngressAnnotations annotations)
    {
        if (ingress.Value.Spec?.DefaultBackend is not { } backend) return null;
        return Backends.Compile(ingress, backend, BackendCompiler.DefaultBackend) is { } plan
            ? new RoutePlan(ingress.Key, "", "", PathKind.Prefix, plan) { Rules = annotations.Rules, Vhost = Vhost(ingress, annotations, plan) }
            : null;
    }

    private RoutePlan? Route(Resource<V1Ingress> ingress, IngressAnnotations annotations, string host, V1HTTPIngressPath path, string field)
    {
        var kind = WrittenPath.Kind(path);
        if (kind is null) context.Errors.Add(ingress, $"{field}.pathType", $"found '{path.PathType}'; Exact, Prefix or ImplementationSpecific is wanted");
        var text = WrittenPath.Text(path, kind);
        if (config.StrictPathTypes && kind is PathKind.Exact or PathKind.Prefix && !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/'))
            refused.Add(ingress, $"{field}.path", $"path {path.Path} cannot be used with pathType {path.PathType}: letters, digits and . _ - / are, and anything else, a regular expression too, wants ImplementationSpecific (strict-validate-path-type of the controller's ConfigMap is true unless it says false)");
        var backend = path.Backend is null ? null : Backends.Compile(ingress, path.Backend, $"{field}.backend");
        if (path.Backend is null) context.Errors.Add(ingress, $"{field}.backend", "is missing");
        return kind is null || backend is null
            ? null
            : new RoutePlan(ingress.Key, host, text, kind.Value, backend) { Rules = annotations.Rules, Vhost = Vhost(ingress, annotations, backend) };
    }

    /// <summary>The Host header towards the backend, with the variables that a location of ingress-nginx sets.</summary>
    private string? Vhost(Resource<V1Ingress> ingress, IngressAnnotations annotations, BackendPlan backend)
    {
        var vhost = annotations.Vhost?
            .Replace("$service_name", backend.ServiceName, StringComparison.Ordinal).Replace("$service_port", backend.PortText, StringComparison.Ordinal)
            .Replace("$namespace", ingress.Key.Namespace, StringComparison.Ordinal).Replace("$ingress_name", ingress.Key.Name, StringComparison.Ordinal);
        if (vhost?.Contains('$', StringComparison.Ordinal) != true) return vhost is null ? null : Octets.Of(vhost);
        refused.Add(ingress, IngressAnnotations.Field("upstream-vhost"), $"found '{annotations.Vhost}'; of variables, $service_name, $service_port, $namespace and $ingress_name are supported");
        return null;
    }
}
