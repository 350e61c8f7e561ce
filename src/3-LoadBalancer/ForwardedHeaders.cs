using System.Globalization;
using System.Text;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>
/// What the load balancer does to a request's headers on the way to a target (ALB user guide, HTTP headers and Application Load
/// Balancers): X-Forwarded-For is appended to, -Proto and -Port are set, and Host loses or gains the listener's port.
/// </summary>
internal static class ForwardedHeaders
{
    /// <summary>Notes the edits.</summary>
    internal static void Apply(RequestHead request, RequestFacts facts, ListenerPlan listener, in AmznTraceId trace, HeaderEdits edits)
    {
        edits.Set("X-Forwarded-For", Appended(request, "X-Forwarded-For"u8, facts.Source.ToString()));
        edits.Set("X-Forwarded-Proto", listener.Scheme);
        edits.Set("X-Forwarded-Port", listener.Port.ToString(CultureInfo.InvariantCulture));
        edits.Set("X-Amzn-Trace-Id", trace.Header);
        if (!listener.Attributes.PreserveHost || facts.Host.Length == 0) edits.Set("Host", Host(facts, listener));
    }

    /// <summary>
    /// The Host header: without a port on the default ports; on others with the client's port, or the listener's when it named none (ALB user guide, Host header
    /// preservation). A request without Host gets the load balancer's DNS name (Elastic Load Balancing user guide, HTTP connections).
    /// </summary>
    private static string Host(RequestFacts facts, ListenerPlan listener)
    {
        var host = facts.Host.Length == 0 ? listener.DnsName : facts.Host;
        if (listener.Port is 80 or 443) return host;
        var port = facts.HostPort is { } brought && brought != listener.Bound.Port ? brought : listener.Port;
        return string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
    }

    private static string Appended(RequestHead request, ReadOnlySpan<byte> name, string last)
    {
        if (!request.TryGet(name, out var brought)) return last;
        if (request.Count(name) == 1) return $"{Encoding.Latin1.GetString(brought)}, {last}";
        var all = new StringBuilder();
        for (var i = 0; i < request.HeaderCount; i++)
        {
            if (Ascii.EqualsIgnoreCase(request.Name(i), name)) all.Append(Encoding.Latin1.GetString(request.Value(i))).Append(", ");
        }

        return all.Append(last).ToString();
    }
}
