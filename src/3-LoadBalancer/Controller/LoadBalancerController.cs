using System.Runtime.CompilerServices;
using System.Text.Json;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// The AWS Load Balancer Controller: makes load balancers, listeners, rules and target groups of Ingresses (<see href="https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/"/>).
/// <list type="number">
/// <item>Which Ingresses are its own, and which of them share a load balancer.</item>
/// <item>For each group its objects.</item>
/// <item>The certificates that it supposes to be in the account.</item>
/// </list>
/// An object that would say what that of the running generation says is that one.
/// </summary>
internal sealed class LoadBalancerController : IReconciler
{
    // What a made object says, as text.
    private static readonly ConditionalWeakTable<object, string> Said = [];

    /// <inheritdoc/>
    public bool Observes => true;

    /// <inheritdoc/>
    public IEnumerable<Resource> Reconcile(CompileContext context, DesiredState previous)
    {
        // 1.
        var classes = new AlbClasses(context.State);
        var own = context.State.All<V1Ingress>().Where(classes.Has).ToList();
        if (own.Count == 0) return [];
        // What is wrong with an annotation is found again for each rule that reads it, and told once.
        var inner = context with { Errors = new ErrorList() };
        foreach (var ingress in own) AnnotationCheck.Of(inner, ingress);

        // 2.
        var (discovery, targets, zones) = (new CertificateDiscovery(inner), new ServiceTargets(inner), LoadBalancerZones.NodeZones(inner));
        var made = IngressGroup.Of(inner, own).SelectMany(g => new GroupModel(inner, g, discovery, targets).Build(zones)).ToList();

        // 3.
        made.AddRange(discovery.Supposed);
        foreach (var error in inner.Errors.All.Distinct()) context.Errors.Add(error);
        return made.Select(m => Kept(m, previous)).ToList();
    }

    private static Resource Kept(Resource made, DesiredState previous)
    {
        var says = JsonSerializer.Serialize(made.Value, made.Value.GetType());
        if (previous.Find(made.Key)?.Value is { } had && Said.TryGetValue(had, out var said) && said == says) return made with { Value = had };
        Said.Add(made.Value, says);
        return made;
    }
}
