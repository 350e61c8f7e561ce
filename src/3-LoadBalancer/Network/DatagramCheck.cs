using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>What UDP and TCP_UDP don't go with (ELBv2 API, TargetGroupAttribute; NLB user guide, Update the TCP idle timeout for your Network Load Balancer listener).</summary>
internal static class DatagramCheck
{
    internal static void Of(CompileContext context, Resource<Listener> listener)
    {
        const string idle = "tcp.idle_timeout.seconds";
        if (!NetworkProtocols.Parse(listener.Value.Protocol).HasDatagrams() || listener.Value.Attributes.GetValueOrDefault(idle) is not { } seconds) return;
        context.Errors.Add(listener, "spec.attributes",
            $"{idle}: found {seconds} with protocol {listener.Value.Protocol}; it goes with TCP listeners alone (datagrams: 120 s, which can't be changed); take it away");
    }

    internal static void Of(CompileContext context, Resource<TargetGroup> group)
    {
        if (!group.Value.IsNetwork || !NetworkProtocols.Parse(group.Value.Protocol).HasDatagrams()) return;
        Refuse("preserve_client_ip.enabled", "false", "preserve_client_ip.enabled cannot be false if the target group protocol is UDP or TCP_UDP (InvalidConfigurationRequest)");
        Refuse("proxy_protocol_v2.enabled", "true", "datagrams aren't sent with a PROXY header here");
        Refuse(AttributeCheck.CutsUnhealthy, "true", "it can't be enabled for UDP and TCP_UDP target groups");

        void Refuse(string key, string value, string why)
        {
            if (group.Value.Attributes.GetValueOrDefault(key) == value) context.Errors.Add(group, "spec.attributes", $"{key}: found {value} with protocol {group.Value.Protocol}; {why}");
        }
    }
}
