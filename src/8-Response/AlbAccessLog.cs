using System.Runtime.CompilerServices;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Response;

/// <summary>
/// One line of an ALB's access log, for the programs that read them. Fields, order and values follow "Access logs for your Application
/// Load Balancer", section "Access log entries" (ALB user guide), up to <c>request_transform_status</c>; AWS may add fields at the end, and readers
/// must ignore those that they don't know.
/// </summary>
internal sealed class AlbAccessLog(TimeProvider time)
{
    /// <summary>A user agent is cut at 8 KB (same section).</summary>
    private const int MaxUserAgent = 8 * 1024;

    // A connection has one identity object for all of its requests, which dies with the last record of it.
    private readonly ConditionalWeakTable<ConnectionId, ConnectionPart> connections = [];

    /// <summary>Appends the line, without its end, of a request that the load balancer is done with.</summary>
    /// <param name="line">Takes it.</param>
    /// <param name="record">The load balancer's record.</param>
    /// <param name="handshakeOf">Where the handshake of a request's connection is found; asked once for a connection.</param>
    public void Write(LogLine line, RequestRecord record, Func<RequestRecord, HandshakeRecord?> handshakeOf)
    {
        var facts = record.Decision as IAccessLogFacts;
        var (loadBalancerArn, port) = facts is null ? ListenerLookup.Of(record.Generation, record.Downstream) : (facts.LoadBalancerArn, facts.ListenerPort);
        if (!connections.TryGetValue(record.Downstream, out var connection))
        {
            connection = ConnectionPart.Of(record, handshakeOf(record));
            connections.AddOrUpdate(record.Downstream, connection);
        }

        line.Add(Type(record, facts)).Add(' ');
        line.Moment(record.StartedOn + time.GetElapsedTime(record.StartedAt, record.EndedAt)).Add(' ');
        line.Add(ResourceId(loadBalancerArn)).Add(' ');
        line.Add(record.Downstream.From).Add(' ');
        Target(line, facts).Add(' ');
        Times(line, record);
        Status(line, record).Add(' ');
        TargetStatus(line, record).Add(' ').Add(record.RequestBytes).Add(' ').Add(record.ResponseBytes).Add(' ');
        Request(line, record, port).Add(' ');
        line.Quoted(record.UserAgent, MaxUserAgent).Add(' ');
        line.Add(connection.Cipher).Add(' ').Add(connection.Version).Add(' ');
        line.Add(Or(facts?.TargetGroupArn)).Add(' ');
        line.Quoted(TraceHeader(record)).Add(' ');
        line.Quoted(connection.ServerName).Add(' ').Quoted(connection.Certificate).Add(' ');
        (facts?.RulePriority is { } priority ? line.Add(priority) : line.Add('-')).Add(' ');
        line.Moment(record.StartedOn).Add(' ');
        line.Quoted(facts?.ActionsExecuted).Add(' ');
        line.Quoted(facts?.RedirectUrl).Add(' ').Quoted(facts?.ErrorReason).Add(' ');
        Target(line.Add('"'), facts).Add("\" ");
        TargetStatus(line.Add('"'), record).Add("\" ");

        var classified = record.Decision as IClassifiedRequest;
        line.Quoted(classified?.Classification).Add(' ').Quoted(classified?.ClassificationReason).Add(' ').Add(connection.TraceId).Add(' ');
        line.Quoted(facts?.TransformedHost).Add(' ').Quoted(facts?.TransformedUri).Add(' ').Quoted(facts?.TransformStatus);
    }

    private static LogLine Target(LogLine line, IAccessLogFacts? facts) => facts?.TargetEndPoint is { } target ? line.Add(target) : line.Add('-');

    private static LogLine TargetStatus(LogLine line, RequestRecord record) => record.UpstreamStatus == 0 ? line.Add('-') : line.Add(record.UpstreamStatus);

    /// <summary><c>grpcs</c> for a gRPC call over TLS, which is over HTTP/2.</summary>
    private static string Type(RequestRecord record, IAccessLogFacts? facts)
    {
        var secure = record.Scheme == "https";
        if (record.Status == 101) return secure ? "wss" : "ws";
        return secure && record.Protocol == "HTTP/2.0" ? facts?.IsGrpc == true ? "grpcs" : "h2" : record.Scheme;
    }

    /// <summary>
    /// The three times. -1 where the request never went to a target; and the last where no response came back. AWS's own lines for a
    /// target that closed a connection have the first two and -1 for the third (uNetworking/uWebSockets.js issue 939).
    /// </summary>
    private void Times(LogLine line, RequestRecord record)
    {
        var sent = record.RequestSentAt != 0;
        line.Seconds(sent ? time.GetElapsedTime(record.StartedAt, record.RequestSentAt) : null).Add(' ');
        line.Seconds(sent ? time.GetElapsedTime(record.RequestSentAt, record.FirstByteAt != 0 ? record.FirstByteAt : record.EndedAt) : null).Add(' ');

        // The head is passed on as soon as it has arrived: there is no queue that could take time here.
        line.Seconds(record.UpstreamStatus != 0 ? TimeSpan.Zero : null).Add(' ');
    }

    /// <summary>400 when the client left inside its request, 460 when it left before there was an answer, as an ALB logs it.</summary>
    private static LogLine Status(LogLine line, RequestRecord record) => record.Status != 0 ? line.Add(record.Status)
        : record.Outcome?.StartsWith("load-balancer.400.", StringComparison.Ordinal) == true ? line.Add("400")
        : line.Add(record.Outcome?.Contains("client", StringComparison.Ordinal) == true ? "460" : "-");

    /// <summary><c>"METHOD protocol://host:port/uri version"</c>, with the declared port.</summary>
    private static LogLine Request(LogLine line, RequestRecord record, int port)
    {
        var (host, _) = Model.Road.RequestFacts.SplitHost(record.Host);
        if (host.Length == 0) host = record.Downstream.To.Address.ToString();
        line.Add('"').Escaped(Or(record.Method)).Add(' ').Add(record.Scheme).Add("://").Escaped(host).Add(':').Add(port);
        if (record.Target.StartsWith('/'))
        {
            // A query without anything in it is left out.
            line.Escaped(record.Target.IndexOf('?', StringComparison.Ordinal) == record.Target.Length - 1 ? record.Target[..^1] : record.Target);
        }
        else
        {
            var (path, query) = Model.Road.RequestFacts.SplitTarget(record.Target);
            line.Escaped(path);
            if (query.Length > 0) line.Add('?').Escaped(query);
        }

        return line.Add(' ').Escaped(Or(record.Protocol)).Add('"');
    }

    private static string? TraceHeader(RequestRecord record) =>
        record.RequestChanges.ValueOf("X-Amzn-Trace-Id") ?? (record.JourneyId is null ? null : $"Root={record.JourneyId}");

    /// <summary><c>app/NAME/ID</c> of an ARN.</summary>
    private static ReadOnlySpan<char> ResourceId(string arn)
    {
        var at = arn.IndexOf(":loadbalancer/", StringComparison.Ordinal);
        return at < 0 ? arn : arn.AsSpan(at + ":loadbalancer/".Length);
    }

    private static string Or(string? value) => string.IsNullOrEmpty(value) ? "-" : value;

    /// <summary>What is the same in all lines of a connection.</summary>
    /// <param name="Cipher">The cipher suite in OpenSSL's words, or -.</param>
    /// <param name="Version">The protocol's version, or -.</param>
    /// <param name="Certificate">The certificate presented, or null.</param>
    /// <param name="ServerName">The name asked for; null where none was given or the default answered for it.</param>
    /// <param name="TraceId">Its id.</param>
    private sealed record ConnectionPart(string Cipher, string Version, string? Certificate, string? ServerName, string TraceId)
    {
        internal static ConnectionPart Of(RequestRecord record, HandshakeRecord? handshake)
        {
            var cipher = handshake?.Cipher is { } negotiated ? CipherNames.OpenSsl(negotiated) : "-";
            var plain = new ConnectionPart(cipher, Or(handshake?.Version), null, null, ConnectionTraceId.Of(record.Downstream, handshake?.AcceptedAt ?? 0));
            if (handshake?.Decision?.Tell().FirstOrDefault(a => a.Hop == Hop.Tls)?.Facts is not { } facts) return plain;
            var matched = facts["matched"]?.ToString() is not "default";
            return plain with { Certificate = facts["certificateArn"]?.ToString(), ServerName = matched ? facts["sni"]?.ToString() : null };
        }
    }
}
