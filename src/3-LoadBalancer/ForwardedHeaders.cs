using System.Buffers;
using System.Globalization;
using System.Text;
using Usher.Model.Aws;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>
/// What the load balancer does to a request's headers on the way to a target (ALB user guide, HTTP headers and Application Load
/// Balancers): X-Forwarded-For is appended to, -Proto and -Port are set, and Host loses or gains the listener's port.
/// </summary>
internal static class ForwardedHeaders
{
    private static readonly HeaderName ForwardedFor = new("X-Forwarded-For");
    private static readonly HeaderName ForwardedProto = new("X-Forwarded-Proto");
    private static readonly HeaderName ForwardedPort = new("X-Forwarded-Port");
    private static readonly HeaderName TraceId = new("X-Amzn-Trace-Id");
    private static readonly HeaderName HostName = new("Host");
    private static readonly SearchValues<byte> PlainName = SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Notes the edits.</summary>
    /// <param name="request">The request as it came.</param>
    /// <param name="facts">What was decided on.</param>
    /// <param name="listener">The listener that took it.</param>
    /// <param name="trace">Its trace id.</param>
    /// <param name="edits">Takes the edits.</param>
    /// <param name="client">The client's connection; needed where its port is told.</param>
    /// <param name="handshake">The connection's handshake, where it is told; null otherwise.</param>
    /// <param name="transformed">What the rule's transforms made of the request; null where it has none.</param>
    internal static void Apply(
        RequestHead request, RequestFacts facts, ListenerPlan listener, in AmznTraceId trace, HeaderEdits edits, ClientConnection? client = null, HandshakeRecord? handshake = null,
        Transformed? transformed = null)
    {
        if (listener.Attributes.DropInvalidHeaders) DropInvalid(request, edits);
        switch (listener.Attributes.ForwardedFor)
        {
            case ForwardedForMode.Append:
                var address = listener.Attributes.ClientPort && client is not null ? client.Id.From.ToString() : client?.Address ?? facts.Source.ToString();
                edits.Set(ForwardedFor, Appended(request, ForwardedFor.Bytes, address));
                break;
            case ForwardedForMode.Remove:
                edits.Remove(ForwardedFor);
                break;
        }

        edits.Set(ForwardedProto, listener.Scheme);
        edits.Set(ForwardedPort, listener.PortText);
        edits.Set(TraceId, trace.Header);
        if (handshake is { Version: not null, Cipher: not null })
        {
            edits.Set(listener.Headers.TlsVersion, handshake.Version);
            edits.Set(listener.Headers.TlsCipherSuite, CipherNames.OpenSsl(handshake.Cipher));
        }

        if (transformed?.Host is { } host) edits.Set(HostName, Host(host, transformed.HostPort, facts, listener));
        else if (!listener.Attributes.PreserveHost || facts.Host.Length == 0) edits.Set(HostName, Host(facts, listener));
        if (transformed?.Target is { } target) edits.SetTarget(target);
    }

    /// <summary>Headers whose names have more than letters, digits and hyphens (<c>X_User</c>) go no further.</summary>
    private static void DropInvalid(RequestHead request, HeaderEdits edits)
    {
        for (var i = 0; i < request.HeaderCount; i++)
        {
            // What isn't even a token goes no further anyway.
            if (request.Name(i).ContainsAnyExcept(PlainName) && HeaderEdits.CanEdit(request.Name(i))) edits.Remove(request.Name(i));
        }
    }

    /// <summary>A request's headers with those of X-Forwarded-*, as a target sees them; the client's port isn't known here.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> Of(RequestFacts facts, ListenerPlan listener)
    {
        var came = facts.Headers.Where(h => Is(h.Key, "X-Forwarded-For")).Select(h => h.Value).ToList();
        var chain = listener.Attributes.ForwardedFor switch { ForwardedForMode.Append => [.. came, facts.Source.ToString()], ForwardedForMode.Remove => [], _ => came };
        return
        [
            .. facts.Headers.Where(h => !Is(h.Key, "X-Forwarded-For") && !Is(h.Key, "X-Forwarded-Proto") && !Is(h.Key, "X-Forwarded-Port")),
            .. chain.Count == 0 ? Array.Empty<KeyValuePair<string, string>>() : [new("X-Forwarded-For", string.Join(", ", chain))],
            new("X-Forwarded-Proto", listener.Scheme),
            new("X-Forwarded-Port", listener.PortText),
        ];

        static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
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

    /// <summary>The Host header with a name that a transform gave: with the port that it gave too, or else with the one that the header would have had without it.</summary>
    internal static string Host(string name, int? port, RequestFacts facts, ListenerPlan listener)
    {
        if (port is null && !listener.Attributes.PreserveHost) return Host(facts with { Host = name }, listener);
        return (port ?? facts.HostPort) is { } given ? string.Create(CultureInfo.InvariantCulture, $"{name}:{given}") : name;
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
