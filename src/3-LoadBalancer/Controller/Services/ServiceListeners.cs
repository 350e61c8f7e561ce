using System.Globalization;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;
using static Usher.LoadBalancer.NlbAnnotationTable;

namespace Usher.LoadBalancer;

/// <summary>
/// The listeners of a Service's ports (the controller's guide, Service annotations, <em>TLS</em> and <em>Traffic Listening</em>). A port of TCP listens for TLS where the Service names certificates and <c>ssl-ports</c> doesn't leave it out.
/// A port of TCP and one of UDP with the same number are one listener where <c>enable-tcp-udp-listener</c> says so.
/// </summary>
internal sealed class ServiceListeners(CompileContext context, Resource<V1Service> service, ControllerAnnotations annotations, ServiceTargetGroups groups)
{
    /// <summary>The listeners, without what is their load balancer's.</summary>
    internal IEnumerable<Listener> Build(ServiceCertificates discovery)
    {
        var ports = service.Value.Spec.Ports ?? [];
        var certificates = discovery.Named;
        var tls = annotations.List($"{Start}ssl-ports").ToHashSet(StringComparer.Ordinal);
        var unused = tls.Where(t => !ports.Any(p => Is(p, t))).ToList();
        if (unused.Count > 0) annotations.Error($"{Start}ssl-ports", $"found {string.Join(", ", unused)}; unused port in ssl-ports annotation: the Service has {ServicePorts.All(service.Value)}, and '*' matches none");
        var backend = annotations.Text($"{Start}backend-protocol");
        foreach (var same in ports.GroupBy(p => p.Port))
        {
            if (Protocol([.. same]) is not { } protocol) continue;
            var port = same.First();
            var encrypted = protocol == "TCP" && certificates.Count > 0 && (tls.Count == 0 || tls.Any(t => Is(port, t)));
            // Of the annotation any other word than ssl means none, as the controller has it.
            var towards = encrypted && backend == "ssl" ? "TLS" : protocol;
            var listener = new Listener
            {
                ListenerArn = "",
                LoadBalancerArn = "",
                Port = port.Port,
                Protocol = encrypted ? "TLS" : protocol,
                DefaultActions = Forward(port, encrypted ? "TLS" : protocol, towards),
            };
            listener = listener with { Attributes = annotations.Attributes($"{Start}listener-attributes.{listener.Protocol}-{port.Port.ToString(CultureInfo.InvariantCulture)}", AttributeTable.NetworkListener) };
            yield return !encrypted ? listener : listener with
            {
                SslPolicy = Policy(),
                Certificates = certificates,
                AlpnPolicy = annotations.Word($"{Start}alpn-policy", "None", "None", "HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred"),
            };
        }
    }

    private static bool Is(V1ServicePort port, string written) => port.Name == written || port.Port.ToString(CultureInfo.InvariantCulture) == written;

    /// <summary>What is listened for at the ports of one number; null after an error.</summary>
    private string? Protocol(IReadOnlyList<V1ServicePort> ports)
    {
        var protocols = ports.Select(p => p.Protocol ?? "TCP").ToList();
        var field = $"spec.ports[{(service.Value.Spec.Ports ?? []).IndexOf(ports[^1])}].protocol";
        if (protocols.Find(p => p is not ("TCP" or "UDP")) is { } other)
        {
            context.Errors.Add(service, field, $"found {other}; a network load balancer's listeners take TCP and UDP");
            return null;
        }

        if (ports.Count == 1) return protocols[0];
        if (annotations.Flag($"{Start}enable-tcp-udp-listener") == true) return "TCP_UDP";
        context.Errors.Add(service, field, string.Create(CultureInfo.InvariantCulture,
            $"port {ports[0].Port} is there for {string.Join(" and for ", protocols)}, and a load balancer has one listener at a port; the annotation {Prefix}{Start}enable-tcp-udp-listener: \"true\" makes one for both"));
        return null;
    }

    private string Policy()
    {
        const string name = $"{Start}ssl-negotiation-policy";
        if (annotations.Text(name) is not { } policy) return TlsPolicy.Standard;
        if (TlsPolicy.Find(policy) is null) annotations.Error(name, TlsPolicy.Unknown(policy));
        if (TlsPolicy.Short(policy) is { } says) annotations.Warn(name, says);
        return policy;
    }

    /// <summary>To the port's own target group; with <c>actions.PROTOCOL-PORT</c> by weights to others too.</summary>
    private IReadOnlyList<RuleAction> Forward(V1ServicePort port, string listens, string towards)
    {
        var own = groups.Arn(service, port, towards);
        var name = string.Create(CultureInfo.InvariantCulture, $"actions.{listens}-{port.Port}");
        if (annotations.Read<NlbActionJson>(name) is not { } written) return own is null ? [] : [new RuleAction { Type = "forward", TargetGroups = [new TargetGroupTuple(own)] }];
        if (written.Problem() is { } problem)
        {
            annotations.Error(name, problem);
            return [];
        }

        var tuples = (written.ForwardConfig?.TargetGroups ?? []).Select(t => Tuple(name, t, listens)).ToList();
        if (own is null || tuples.Contains(null)) return [];
        return [new RuleAction { Type = "forward", TargetGroups = [new TargetGroupTuple(own, written.ForwardConfig?.BaseServiceWeight ?? 1), .. tuples.OfType<TargetGroupTuple>()] }];
    }

    private TargetGroupTuple? Tuple(string name, NlbTupleJson tuple, string listens)
    {
        if (tuple.TargetGroupARN is { } arn) return new TargetGroupTuple(arn, tuple.Weight ?? 1);
        var other = context.State.Find<V1Service>(service.Key.Namespace, tuple.ServiceName!);
        if (other is null || ServicePorts.Find(other.Value, tuple.ServicePort!.Value.ToString()) is not { } port)
        {
            annotations.Error(name, other is null ? $"there is no Service {tuple.ServiceName}" : $"unable to find port {tuple.ServicePort} on service {other.Key.Short}; it has {ServicePorts.All(other.Value)}");
            return null;
        }

        return groups.Arn(other, port, listens == "TLS" && tuple.TcpEnabled == true ? "TCP" : listens) is { } made ? new TargetGroupTuple(made, tuple.Weight ?? 1) : null;
    }
}
