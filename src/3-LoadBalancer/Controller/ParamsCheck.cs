using System.Globalization;
using System.Net;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>What the API server refuses in IngressClassParams, by the resource's schema and by the controller's webhook; and what has no effect here.</summary>
internal static class ParamsCheck
{
    /// <summary>Reports everything that is wrong; true when nothing is.</summary>
    internal static bool Passes(CompileContext context, Resource<IngressClassParams> @params)
    {
        var spec = @params.Value.Spec ?? new IngressClassParamsSpec();
        var problems = new List<(string Field, string Message)>();
        OneOf("spec.scheme", spec.Scheme, "internal", "internet-facing");
        OneOf("spec.ipAddressType", spec.IpAddressType, "ipv4", "dualstack", "dualstack-without-public-ipv4");
        OneOf("spec.targetType", spec.TargetType, "instance", "ip");
        if (spec.Group is { Name: null or "" }) problems.Add(("spec.group.name", "is required: the name of an IngressGroup"));
        Pairs("spec.tags", spec.Tags);
        Pairs("spec.loadBalancerAttributes", spec.LoadBalancerAttributes);
        for (var i = 0; i < (spec.Listeners?.Count ?? 0); i++)
        {
            OneOf($"spec.listeners[{i}].protocol", spec.Listeners![i].Protocol, "HTTP", "HTTPS");
            Pairs($"spec.listeners[{i}].listenerAttributes", spec.Listeners[i].ListenerAttributes);
        }

        for (var i = 0; i < (spec.InboundCIDRs?.Count ?? 0); i++)
        {
            if (!IsBlock(spec.InboundCIDRs![i])) problems.Add(($"spec.inboundCIDRs[{i}]", $"found '{spec.InboundCIDRs[i]}'; could not be parsed as a CIDR, or has bits outside its prefix: 10.0.0.0/8 is one"));
        }

        if (spec.Subnets is { } subnets)
        {
            if (subnets is { Ids: null, Tags: null }) problems.Add(("spec.subnets", "must have either `ids` or `tags`"));
            if (subnets is { Ids: not null, Tags: not null }) problems.Add(("spec.subnets.tags", "may not have both `ids` and `tags` set"));
            if (subnets.Ids is { } ids && ids.Distinct(StringComparer.Ordinal).Count() < ids.Count) problems.Add(("spec.subnets.ids", "has a subnet more than once"));
        }

        foreach (var (field, message) in problems) context.Errors.Add(@params, field, message);
        foreach (var field in WithoutEffect(spec))
        {
            context.Warnings.Add(@params, field, "has no effect here: nobody is kept out, and the load balancer has IPv4 addresses of this machine alone");
        }

        return problems.Count == 0;

        void OneOf(string field, string? text, params string[] words)
        {
            if (text is not null && !words.Contains(text, StringComparer.Ordinal)) problems.Add((field, $"found '{text}'; allowed are {string.Join(", ", words)}"));
        }

        void Pairs(string field, IList<AwsKeyValue>? pairs)
        {
            for (var i = 0; i < (pairs?.Count ?? 0); i++)
            {
                if (pairs![i] is { Key: null } or { Value: null }) problems.Add((string.Create(CultureInfo.InvariantCulture, $"{field}[{i}]"), "key and value are required"));
            }
        }
    }

    private static bool IsBlock(string text) => IPNetwork.TryParse(text, out var block) && IPAddress.TryParse(text.Split('/')[0], out var first) && block.BaseAddress.Equals(first);

    private static IEnumerable<string> WithoutEffect(IngressClassParamsSpec spec)
    {
        if (spec.IpAddressType is not (null or "ipv4")) yield return "spec.ipAddressType";
        if (spec.InboundCIDRs is { Count: > 0 }) yield return "spec.inboundCIDRs";
        if (spec.PrefixListsIDs is { Count: > 0 }) yield return "spec.prefixListsIDs";
        if (spec.PrefixListsIDsLegacy is { Count: > 0 }) yield return "spec.PrefixListsIDs";
        if (!string.IsNullOrEmpty(spec.Wafv2AclArn)) yield return "spec.wafv2AclArn";
        if (!string.IsNullOrEmpty(spec.Wafv2AclName)) yield return "spec.wafv2AclName";
    }
}
