using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// Ingresses of the controller's that have a request's host, and no rule for it at the listener that it came to: who asks why the default rule answered may have meant them. Looked for when somebody asks.
/// </summary>
internal static class IngressesElsewhere
{
    private const int Most = 3;

    /// <summary>Each with the reason, three at most.</summary>
    internal static IReadOnlyList<string> Of(Generation road, ListenerPlan listener, RequestFacts facts)
    {
        if (facts.Host.Length == 0) return [];
        var classes = new AlbClasses(road.State);
        return
        [
            .. road.State.All<V1Ingress>().Where(i => HostOf(i.Value, facts.Host) is not null && classes.Has(i) && !HasRule(listener, i.Key, facts)).Take(Most)
                .Select(i => $"{i.Key} has host {HostOf(i.Value, facts.Host)}, and {Why(road, listener, i, facts)}"),
        ];
    }

    private static string Why(Generation road, ListenerPlan listener, Resource<V1Ingress> ingress, RequestFacts facts)
    {
        if (Refused(road, ingress) is { } refused) return $"isn't accepted: {refused.Object}: {refused.Field}: {refused.Message}";
        var there = road.Get<LoadBalancerSnapshot>().Listeners.Where(l => HasRule(l, ingress.Key, facts)).DistinctBy(l => l.Arn).ToList();
        if (there.FindAll(l => l.LoadBalancerArn == listener.LoadBalancerArn) is { Count: > 0 } own) return $"its rules are at {Labels(own)}, by its listen-ports, and not at {listener.Label}";
        if (there.Count > 0) return $"its rules are at another load balancer, {there[0].LoadBalancerName} {Labels(there.FindAll(l => l.LoadBalancerArn == there[0].LoadBalancerArn))}";
        var told = road.Warnings.FirstOrDefault(w => !w.NotAccepted && w.Object == ingress.Key.ToString() && w.Field.EndsWith($"/{ListenPorts.Name}", StringComparison.Ordinal));
        return told?.Message ?? "no listener has a rule of it";
    }

    /// <summary>What keeps an Ingress, or the group that it is in, from being accepted; null when nothing does.</summary>
    private static ConfigError? Refused(Generation road, Resource<V1Ingress> ingress)
    {
        if (!road.Warnings.Any(w => w.NotAccepted)) return null;
        var label = Label(road, ingress);
        string[] ends = [Stack.Until(label, made: true), Stack.Until(label, made: false), IngressGroup.InNone(ingress.Key.ToString())];
        return road.Warnings.FirstOrDefault(w => w.NotAccepted && (ends.Any(e => w.Message.EndsWith(e, StringComparison.Ordinal))
            || (w.Object == ingress.Key.ToString() && (w.Message.EndsWith(IngressGroup.InNone("it"), StringComparison.Ordinal) || w.Message.EndsWith(IngressGroup.NotOfClass, StringComparison.Ordinal)))));
    }

    private static string Label(Generation road, Resource<V1Ingress> ingress)
    {
        var unheard = new CompileContext(road.State, road.Addresses, AwsScope.Default, new ErrorList());
        var name = new ClassParams(unheard).Of(ingress, out _)?.Value.Spec?.Group?.Name ?? AnnotationSource.Of(ingress.Key, ingress.Origin, ingress.Value.Metadata, AlbAnnotationTable.Prefix).Said.GetValueOrDefault("group.name");
        return IngressGroup.LabelOf(name, ingress.Key.Short);
    }

    /// <summary>The host of a rule, as it is written, that a request's is; null when none is.</summary>
    private static string? HostOf(V1Ingress ingress, string host) => (ingress.Spec?.Rules ?? []).Select(r => r.Host)
        .FirstOrDefault(h => h is { Length: > 0 } && (h[0] == '*' ? host.EndsWith(h[1..], StringComparison.OrdinalIgnoreCase) : h.Equals(host, StringComparison.OrdinalIgnoreCase)));

    private static bool HasRule(ListenerPlan listener, ResourceKey ingress, RequestFacts facts) =>
        listener.Rules.Any(r => !r.IsDefault && r.Ingress == ingress && r.Conditions.OfType<HostCondition>().All(c => c.Holds(facts)));

    private static string Labels(IEnumerable<ListenerPlan> listeners) => string.Join(" and ", listeners.Select(l => l.Label));
}
