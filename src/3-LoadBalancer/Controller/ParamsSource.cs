using System.Globalization;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>What IngressClassParams say as annotations would (the controller's guide, IngressClassParams specification): each field beats one annotation, attributes key by key.</summary>
internal static class ParamsSource
{
    private static readonly Dictionary<string, string> Fields = new(StringComparer.Ordinal)
    {
        ["group.name"] = "spec.group.name", ["scheme"] = "spec.scheme", ["load-balancer-name"] = "spec.loadBalancerName", ["certificate-arn"] = "spec.certificateArn", ["ssl-policy"] = "spec.sslPolicy",
        ["ssl-redirect"] = "spec.sslRedirectPort", ["target-type"] = "spec.targetType", ["load-balancer-attributes"] = "spec.loadBalancerAttributes",
    };

    internal static AnnotationSource Of(Resource<IngressClassParams> @params)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        var spec = @params.Value.Spec ?? new IngressClassParamsSpec();
        Say("group.name", spec.Group?.Name);
        Say("scheme", spec.Scheme);
        Say("load-balancer-name", spec.LoadBalancerName);
        Say("certificate-arn", string.Join(',', spec.CertificateArn ?? []));
        Say("ssl-policy", spec.SslPolicy);
        Say("ssl-redirect", spec.SslRedirectPort);
        Say("target-type", spec.TargetType);
        Say("load-balancer-attributes", Pairs(spec.LoadBalancerAttributes));
        // The first of a port counts.
        foreach (var listener in (spec.Listeners ?? []).Reverse()) Say(string.Create(CultureInfo.InvariantCulture, $"listener-attributes.{listener.Protocol}-{listener.Port}"), Pairs(listener.ListenerAttributes));
        return new AnnotationSource(@params.Key, @params.Origin, said, name => Fields.GetValueOrDefault(name, "spec.listeners")) { Merges = true };

        void Say(string name, string? text)
        {
            if (!string.IsNullOrEmpty(text)) said[name] = text;
        }
    }

    private static string Pairs(IList<AwsKeyValue>? pairs) => string.Join(',', (pairs ?? []).Select(p => $"{p.Key}={p.Value}"));
}
