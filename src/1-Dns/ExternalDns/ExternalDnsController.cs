using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// external-dns (<see href="https://kubernetes-sigs.github.io/external-dns/latest/"/>): makes record sets of Services, Ingresses and the Gateway API's routes in the hosted zones, where a pod of the road runs it.
/// <list type="number">
/// <item>Which pods run one, and what each is told. Without one, annotations that nobody reads are told of.</item>
/// <item>What the sources of each want.</item>
/// <item>What that makes in the zones.</item>
/// </list>
/// A record set that would say what that of the running generation says is that one.
/// </summary>
internal sealed class ExternalDnsController(IEnumerable<IIngressStatus> statuses, IEnumerable<IGatewayStatus> gateways) : IReconciler, IRecordSetForecast
{
    private readonly IngressSource ingresses = new(statuses);
    private readonly GatewayRouteSource routes = new(gateways);
    private UnreadAnnotations? unread;

    /// <inheritdoc/>
    public bool Observes => true;

    /// <inheritdoc/>
    public IEnumerable<Resource> Reconcile(CompileContext context, DesiredState previous)
    {
        // 1.
        var pods = Pods(context);
        if (pods.Count == 0)
        {
            (unread ??= new UnreadAnnotations()).Tell(context);
            return [];
        }

        // What it knows of a state isn't needed, and neither is that state.
        unread = null;
        return [.. Made(context, pods, previous).Select(m => DerivedObjects.Keep(m.Untyped, previous))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<RecordSet> Of(CompileContext context, DesiredState previous) =>
        Pods(context) is { Count: > 0 } pods ? [.. Made(context, pods, previous).Select(m => m.Value)] : [];

    private static List<(Resource<V1Pod> Pod, V1Container Container)> Pods(CompileContext context) =>
        [.. context.State.List<V1Pod>().Select(p => (Pod: p, Container: ExternalDnsImage.In(p.Value)!)).Where(p => p.Container is not null)];

    private Dictionary<ResourceKey, Resource<RecordSet>>.ValueCollection Made(CompileContext context, List<(Resource<V1Pod> Pod, V1Container Container)> pods, DesiredState previous)
    {
        // Replicas say the same, and only their leader acts.
        var instances = pods.DistinctBy(p => (p.Pod.Key.Namespace, string.Join(' ', ContainerWords.Of(p.Container, p.Pod.Value))))
            .Select(p => ExternalDnsSettings.Read(context, p.Pod, p.Container)).OfType<ExternalDnsSettings>().ToList();

        var (batch, unplaced, made) = (new ChangeBatch(context), new UnplacedNames(), new Dictionary<ResourceKey, Resource<RecordSet>>());
        foreach (var settings in instances)
        {
            // 2.
            var endpoints = new List<DnsEndpoint>();
            if (settings.Sources.Contains("service")) endpoints.AddRange(ServiceSource.Endpoints(context, settings));
            if (settings.Sources.Contains("ingress")) endpoints.AddRange(ingresses.Endpoints(context, settings));
            endpoints.AddRange(routes.Endpoints(context, settings));

            // 3.
            foreach (var set in new RecordPlan(context, settings, batch, previous).Make(Route53Endpoints.Adjusted(settings, endpoints), unplaced)) made.TryAdd(set.Key, set);
        }

        unplaced.Tell();
        return made.Values;
    }
}
