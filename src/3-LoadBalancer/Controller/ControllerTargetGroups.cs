using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// The target groups of a group of Ingresses: one for each Ingress, Service and port (the controller's guide, Ingress annotations, <em>Health Check</em> and <em>Traffic Routing</em>). Of a target group's
/// settings a Service's own annotations beat the Ingress's; the defaults are the controller's, not the API's.
/// </summary>
internal sealed class ControllerTargetGroups(CompileContext context, IngressGroup group)
{
    /// <summary>What a health check is unless an annotation says otherwise: seconds, seconds, and checks in a row.</summary>
    internal const int Interval = 15, Timeout = 5, Threshold = 2;


    private readonly Dictionary<(ResourceKey Ingress, ResourceKey Service, string Port), string?> arns = [];
    private readonly List<Resource> made = [];

    /// <summary>Those that were asked for, with the bindings of their targets.</summary>
    internal IReadOnlyList<Resource> Made => made;

    /// <summary>The ARN of the target group of a Service's port, which is there; null after an error.</summary>
    internal string? Arn(GroupMember member, string service, string port, string field)
    {
        var found = context.State.Find<V1Service>(member.Ingress.Key.Namespace, service)!;
        var id = (member.Ingress.Key, found.Key, port);
        if (!arns.TryGetValue(id, out var arn)) arns[id] = arn = Make(member, found, port, field);
        return arn;
    }

    private string? Make(GroupMember member, Resource<V1Service> service, string port, string field)
    {
        new AnnotationCheck(context.Errors, context.Warnings).Of(service);
        var ingress = member.Ingress;
        AnnotationSource[] first = member.Params is null ? [] : [member.Params];
        var annotations = new ControllerAnnotations(
            context.Errors, context.Warnings, [.. first, AnnotationSource.Of(service.Key, service.Origin, service.Value.Metadata, AlbAnnotationTable.Prefix),
            AnnotationSource.Of(ingress.Key, ingress.Origin, ingress.Value.Metadata, AlbAnnotationTable.Prefix)]);
        if (ServicePorts.Find(service.Value, port) is not { } written)
        {
            context.Errors.Add(ingress, $"{field}.service.port", $"unable to find port {port} on service {service.Key.Short}; it has {ServicePorts.All(service.Value)}");
            return null;
        }

        var type = annotations.Word("target-type", "instance", "instance", "ip");
        if (Problem(service, written, type) is { } problem)
        {
            annotations.Error("target-type", problem);
            return null;
        }

        var protocol = annotations.Word("backend-protocol", "HTTP", "HTTP", "HTTPS");
        var version = annotations.Word("backend-protocol-version", "HTTP1", "HTTP1", "HTTP2", "GRPC");
        var number = type == "instance" ? written.NodePort ?? 0 : ServicePorts.Target(written);
        var name = ControllerNames.TargetGroup(group, ingress.Key, service.Key, port, number, type, protocol, version);
        var made = new TargetGroup
        {
            TargetGroupArn = AwsNames.TargetGroupArn(context.Scope, name),
            Name = name,
            Protocol = protocol,
            ProtocolVersion = version,
            Port = number,
            TargetType = type,
            HealthCheck = Check(annotations, service.Value, type, protocol, version),
            Attributes = annotations.Attributes("target-group-attributes", AttributeTable.TargetGroup),
        };
        this.made.AddRange(Bindings.With(made, service.Key, port, annotations.Map("target-node-labels"), DerivedObjects.OriginOf(ingress.Origin)));
        return made.TargetGroupArn;
    }

    /// <summary>Why a Service can't have targets of a type.</summary>
    private static string? Problem(Resource<V1Service> service, V1ServicePort port, string type)
    {
        var name = service.Key.Short;
        if (type == "instance" && port.NodePort is not > 0)
        {
            return $"service {name} is of type {service.Value.Spec.Type ?? "ClusterIP"}, and target-type is instance: when using Instance targets, your service must be of type 'NodePort' or 'LoadBalancer'; change it, or write target-type: ip";
        }

        return type == "ip" && service.Value.Spec is not { Selector.Count: > 0 }
            ? $"service {name} has no selector, and target-type is ip; endpoints that aren't a selector's pods aren't registered here" : null;
    }

    private static Model.Aws.HealthCheck Check(ControllerAnnotations annotations, V1Service service, string type, string protocol, string version)
    {
        var grpc = version == "GRPC";
        var interval = annotations.Number("healthcheck-interval-seconds", 5, 300) ?? Interval;
        var timeout = annotations.Number("healthcheck-timeout-seconds", 2, 120) ?? Timeout;
        if (timeout >= interval)
        {
            var name = annotations.Text("healthcheck-timeout-seconds") is null ? "healthcheck-interval-seconds" : "healthcheck-timeout-seconds";
            annotations.Error(name, $"the timeout ({timeout} s) must be smaller than the interval ({interval} s)");
        }

        var path = annotations.Path("healthcheck-path", grpc ? "/AWS.ALB/healthcheck" : "/");
        var standard = grpc ? "12" : "200";
        var codes = annotations.Text("success-codes") ?? standard;
        if ((grpc ? CodeMatcher.ParseGrpc(codes) : CodeMatcher.Parse(codes)) is null)
        {
            annotations.Error("success-codes", $"found '{codes}'; {CodeMatcher.Wanted(grpc)}");
            codes = standard;
        }

        return new Model.Aws.HealthCheck
        {
            Protocol = annotations.Word("healthcheck-protocol", protocol, "HTTP", "HTTPS"),
            Port = HealthCheckPort.Of(annotations, "healthcheck-port", service, type),
            Path = path,
            IntervalSeconds = interval,
            TimeoutSeconds = timeout,
            HealthyThresholdCount = annotations.Number("healthy-threshold-count", 2, 10) ?? Threshold,
            UnhealthyThresholdCount = annotations.Number("unhealthy-threshold-count", 2, 10) ?? Threshold,
            Matcher = codes,
        };
    }
}
