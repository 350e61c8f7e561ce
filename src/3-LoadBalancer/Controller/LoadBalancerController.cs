using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// The AWS Load Balancer Controller: makes load balancers, listeners, rules and target groups of Ingresses and Services (<see href="https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/"/>).
/// <list type="number">
/// <item>Which Ingresses and Services are its own, and which Ingresses share a load balancer.</item>
/// <item>For each group and each Service its objects: the load balancers of all, then what they have, with the certificates that are supposed to be in the account for the names that lead to them.</item>
/// <item>A trial of them. A group or Service with which something is wrong stays as it was.</item>
/// <item>The targets: those of its own target groups, and of the others that a TargetGroupBinding is written for.</item>
/// </list>
/// An object that would say what that of the running generation says is that one.
/// </summary>
/// <param name="trials">Who else would refuse a listener.</param>
/// <param name="forecasts">Who will make record sets.</param>
/// <param name="statuses">Who knows which certificates are issued; null where all are.</param>
internal sealed class LoadBalancerController(IEnumerable<IListenerTrial> trials, IEnumerable<IRecordSetForecast> forecasts, ICertificateStatuses? statuses = null) : IReconciler
{
    private readonly AlbSelection selection = new();

    /// <inheritdoc/>
    public bool Observes => true;

    /// <inheritdoc/>
    public IEnumerable<Resource> Reconcile(CompileContext context, DesiredState previous)
    {
        // 1.
        var before = new MadeObjects(previous);
        var groups = IngressGroup.Of(context, selection.Of(context.State), before);
        var services = NlbServices.Of(context).ToList();
        if (groups.Count + services.Count == 0 && context.State.List<TargetGroupBinding>().Count == 0) return [];

        // 2.
        var zones = LoadBalancerZones.NodeZones(context);
        var certificates = new RoadCertificates(context.State, statuses?.Pending(context));
        var leading = new LeadingNames(context, previous, forecasts);
        List<Func<Stack>> begun = [.. groups.Select(g => IngressStack(context, g, zones, certificates, leading)), .. services.Select(s => ServiceStack(context, s, zones, certificates, leading))];
        var stacks = begun.ConvertAll(finish => finish());

        // 3.
        var changed = Merged([.. stacks.Where(s => s.Errors.IsEmpty)]).Select(m => m.Made).Where(m => !before.IsAsBefore(m)).ToList();
        // A rule or a target group is nothing to those who try listeners and their certificates.
        if (changed.Count > 0) StackTrial.Of(context, stacks, changed.Exists(m => m.Value is Listener or Certificate) ? trials : []);
        stacks = stacks.ConvertAll(s => s.Errors.IsEmpty ? s : AsItWas(context, s, before));

        // 4.
        var bound = new TargetBinder(context).Bind(Merged(stacks));
        return bound.Select(m => before.Keep(m.Made, m.Targets, m.Stacks)).ToList();
    }

    private static Func<Stack> IngressStack(CompileContext context, IngressGroup group, IReadOnlyList<string> zones, RoadCertificates certificates, LeadingNames leading)
    {
        var own = context with { Errors = group.Errors };
        var check = new AnnotationCheck(group.Errors, context.Warnings);
        foreach (var member in group.Members) check.Of(member.Ingress);
        var discovery = new CertificateDiscovery(own, certificates, leading);
        var model = new GroupModel(own, group, discovery);
        var (balancer, front) = model.Balancers(zones);
        leading.Add(front is null ? [balancer] : [balancer, front.Made]);
        return () =>
        {
            var made = model.Build(balancer, front).ToList();
            return new Stack(group.Id, group.Label, [.. group.Members.Select(m => (m.Ingress.Key, m.Ingress.Origin))], group.Errors) { Made = [.. made, .. discovery.Supposed] };
        };
    }

    private static Func<Stack> ServiceStack(CompileContext context, Resource<V1Service> service, IReadOnlyList<string> zones, RoadCertificates certificates, LeadingNames leading)
    {
        var own = context with { Errors = new ErrorList() };
        new AnnotationCheck(own.Errors, context.Warnings).OfLoadBalancer(service);
        var annotations = new ControllerAnnotations(own.Errors, own.Warnings, AnnotationSource.Of(service.Key, service.Origin, service.Value.Metadata, NlbAnnotationTable.Prefix));
        var model = new ServiceModel(own, service, annotations, certificates, leading);
        var balancer = model.LoadBalancer(zones);
        leading.Add([balancer]);
        return () => new Stack($"{service.Key}", $"the load balancer of {service.Key}", [(service.Key, service.Origin)], own.Errors) { Made = [.. model.Build(balancer)] };
    }

    private static Stack AsItWas(CompileContext context, Stack stack, MadeObjects before)
    {
        var last = before.Of(stack.Id);
        // What is wrong with an annotation is found again for each rule that reads it, and told once.
        foreach (var error in stack.Errors.All.Distinct())
        {
            context.Refuse(error with { Message = $"{error.Message}; {Stack.Until(stack.Label, made: last.Count > 0)}" });
        }

        return stack with { Made = last };
    }

    /// <summary>What several stacks make is one object: a certificate that more than one supposes, with the hosts of all.</summary>
    private static IReadOnlyList<(Resource Made, IReadOnlyList<string> Stacks)> Merged(IReadOnlyList<Stack> stacks) =>
        [.. stacks.SelectMany(s => s.Made.Select(made => (Made: made, s.Id))).GroupBy(m => m.Made.Key).Select(g => (g.Select(m => m.Made).Aggregate(Merged), (IReadOnlyList<string>)[.. g.Select(m => m.Id)]))];

    private static Resource Merged(Resource one, Resource other) =>
        one.Value is Certificate first && other.Value is Certificate second ? one with { Value = SupposedCertificates.Merged(first, second) } : one;
}
