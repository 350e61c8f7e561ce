using System.Globalization;

namespace Usher.LoadBalancer;

/// <summary>A port of the Network Load Balancer in front of a group's load balancer.</summary>
/// <param name="Port">Where it listens.</param>
/// <param name="TargetPort">The port of the Application Load Balancer that it leads to.</param>
/// <param name="Check">How that is checked.</param>
internal sealed record FrontendPort(int Port, int TargetPort, Model.Aws.HealthCheck Check);

/// <summary>
/// The ports of the Network Load Balancer in front of a group's: each member's are those that it listens at, or those that its <c>frontend-nlb-listener-port-mapping</c> gives them, and no other (the controller's model
/// builder, <c>buildFrontendNlbListeners</c>). Members that share one have to agree on what it leads to.
/// </summary>
internal static class FrontendPorts
{
    private const string Mapping = "frontend-nlb-listener-port-mapping";

    internal static IReadOnlyList<FrontendPort> Of(IngressGroup group, IReadOnlyList<ListenPort> behind)
    {
        var ports = new SortedDictionary<int, List<(GroupMember Member, int TargetPort)>>();
        foreach (var member in group.Members)
        {
            foreach (var (port, target) in Of(member, [.. behind.Where(b => b.Members.Contains(member)).Select(b => b.Port)]))
            {
                if (!ports.TryGetValue(port, out var all)) ports[port] = all = [];
                all.Add((member, target));
            }
        }

        return [.. ports.Select(p => Merge(group, p.Key, p.Value, behind))];
    }

    private static IEnumerable<(int Port, int TargetPort)> Of(GroupMember member, IReadOnlyList<int> listened)
    {
        var mapping = member.Annotations.Map(Mapping);
        if (mapping.Count == 0) return listened.Select(p => (p, p));
        var mapped = new List<(int Port, int TargetPort)>();
        foreach (var (front, target) in mapping)
        {
            if (Port(front) is not { } port) member.Annotations.Error(Mapping, $"invalid NLB listener port: found '{front}'; 1 to 65535 is wanted");
            else if (Port(target) is not { } own) member.Annotations.Error(Mapping, $"invalid ALB listener port: found '{target}'; 1 to 65535 is wanted");
            else if (!listened.Contains(own)) member.Annotations.Warn(Mapping, string.Create(CultureInfo.InvariantCulture, $"{port}={own} makes no listener: {member.Name} doesn't listen at {own}, but at {string.Join(", ", listened)}"));
            else mapped.Add((port, own));
        }

        return mapped;
    }

    private static int? Port(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 ? port : null;

    private static FrontendPort Merge(IngressGroup group, int port, List<(GroupMember Member, int TargetPort)> all, IReadOnlyList<ListenPort> behind)
    {
        var (first, target) = all[0];
        foreach (var (member, other) in all.Where(a => a.TargetPort != target))
        {
            var name = member.Annotations.Text(Mapping) is null ? "listen-ports" : Mapping;
            member.Annotations.Error(name, IngressGroup.Conflict(
                string.Create(CultureInfo.InvariantCulture, $"target port of the NLB's port {port}"), (first, target.ToString(CultureInfo.InvariantCulture)), (member, other.ToString(CultureInfo.InvariantCulture))));
        }

        var check = new FrontendHealthCheck(group with { Members = [.. all.Select(a => a.Member)] });
        return new FrontendPort(port, target, check.Of(target, behind));
    }
}
