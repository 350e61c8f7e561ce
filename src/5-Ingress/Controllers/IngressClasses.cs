using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// Which controllers serve an Ingress (Kubernetes documentation, Ingress class; ingress-nginx, Multiple controllers): by <c>spec.ingressClassName</c>, else by the
/// old annotation, else by the default class, else by a controller that takes those without one.
/// </summary>
internal sealed class IngressClasses(CompileContext context)
{
    /// <summary>Class names of controllers that Usher doesn't run: an Ingress of theirs is left to them, with or without an IngressClass object.</summary>
    private static readonly HashSet<string> Others =
    [
        "nlb", "traefik", "haproxy", "kong", "istio", "contour", "cilium", "gce", "gce-internal", "azure-application-gateway", "webapprouting.kubernetes.azure.com", "apisix", "ambassador",
        "openshift-default", "higress", "tailscale", "cloudflare-tunnel", "voyager", "pomerium", "skipper", "emissary",
    ];

    private readonly IngressClassObjects classes = new(context.State);
    private readonly List<UnservedIngress> unserved = [];

    /// <summary>Those of which it was said that no controller here serves them.</summary>
    internal IReadOnlyList<UnservedIngress> Unserved => unserved;

    /// <summary>Whether a controller serves an Ingress.</summary>
    internal bool Serves(ControllerImage controller, Resource<V1Ingress> ingress)
    {
        if (controller.Namespace is { } only && only != ingress.Key.Namespace) return false;
        if (ClassOf(ingress) is { } name)
        {
            return classes.Find(name) is { } found && (found.Value.Spec?.Controller == controller.Class || (controller.ByName && name == controller.IngressClass));
        }

        return IngressClassObjects.Legacy(ingress) is { } annotation ? annotation.Length == 0 || annotation == controller.IngressClass : controller.WithoutClass;
    }

    /// <summary>
    /// Says of an Ingress that no controller here serves why that is so: a warning where another controller would; where none could, that it isn't accepted. True when what is wrong
    /// in it is to be told all the same: it is for ingress-nginx, which only no pod runs, or its class is a slip.
    /// </summary>
    internal bool Report(Resource<V1Ingress> ingress, IReadOnlyList<ControllerImage> running)
    {
        var legacy = ClassOf(ingress) is null ? IngressClassObjects.Legacy(ingress) : null;
        var field = legacy is not null ? $"metadata.annotations.{IngressClassObjects.LegacyAnnotation}" : "spec.ingressClassName";
        switch (ClassOf(ingress) ?? legacy)
        {
            case null:
                Say(ingress, "spec", $"names no ingressClassName and no IngressClass is the default, so no controller would serve it; {Known()}", refused: true);
                return true;
            // The load balancers' matter.
            case var name when classes.IsAlb(name):
                return false;
            case var name when classes.Find(name) is { } found:
                var wanted = found.Value.Spec?.Controller;
                var ours = running.Any(c => c.Class == wanted);
                Say(ingress, field, ours
                    ? $"IngressClass {name} is for '{wanted}', but no controller here takes this Ingress: {Arguments(running, legacy)}"
                    : wanted == ControllerImage.NginxClass
                        ? $"IngressClass {name} is for '{wanted}', and no pod here runs that controller, so nothing serves this Ingress: the controller's own manifests (helm template, deploy.yaml) belong to the road too"
                        : $"IngressClass {name} is for the controller '{wanted}', which Usher doesn't run, so nothing serves this Ingress here");
                return wanted == ControllerImage.NginxClass;
            case var name when Others.Contains(name):
                Say(ingress, field, $"class '{name}' belongs to a controller that Usher doesn't run, so nothing serves this Ingress here");
                return false;
            case var name:
                // What the very name is of, a controller's argument or class, isn't an IngressClass for that.
                var near = NearestWord.Of(name, classes.Names.Concat(running.Select(c => c.IngressClass)).Concat(Others).Append(IngressClassObjects.AlbName).Where(n => n != name));
                Say(ingress, field, $"found '{name}'; there is no such IngressClass; {Known()}{(near is null ? "" : $". Did you mean {near}?")}", refused: true);
                return true;
        }
    }

    private void Say(Resource<V1Ingress> ingress, string field, string why, bool refused = false)
    {
        if (refused) context.Refuse(ingress, field, why);
        else context.Warnings.Add(ingress, field, why);
        unserved.Add(new UnservedIngress(ingress, $"nothing serves it: {field}: {why}"));
    }

    private string? ClassOf(Resource<V1Ingress> ingress) =>
        ingress.Value.Spec?.IngressClassName ?? (IngressClassObjects.Legacy(ingress) is null ? classes.Default?.Key.Name : null);

    private static string Arguments(IReadOnlyList<ControllerImage> running, string? legacy) => legacy is null
        ? "look at their --watch-namespace"
        : $"the old annotation is compared with --ingress-class, which is {string.Join(", ", running.Select(c => c.IngressClass).Distinct(StringComparer.Ordinal))}";

    private string Known() => classes.Names.Count == 0 ? $"no IngressClass is written here; one with spec.controller {ControllerImage.NginxClass} comes with ingress-nginx's manifests" : $"there are {string.Join(", ", classes.Names.Order(StringComparer.Ordinal))}";
}
