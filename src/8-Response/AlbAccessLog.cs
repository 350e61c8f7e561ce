using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Response;

/// <summary>
/// One line of an ALB's access log, for the programs that read them. Fields, order and values follow "Access logs for your Application
/// Load Balancer", section "Access log entries" (ALB user guide), up to <c>conn_trace_id</c>; AWS may add fields at the end, and readers
/// must ignore those that they don't know.
/// </summary>
internal sealed class AlbAccessLog(TimeProvider time)
{
    /// <summary>A user agent is cut at 8 KB (same section).</summary>
    private const int MaxUserAgent = 8 * 1024;

    // A connection has one identity object for all of its requests, which dies with the last record of it.
    private readonly ConditionalWeakTable<ConnectionId, ConnectionPart> connections = [];

    /// <summary>The line without its end, for a request that the load balancer is done with.</summary>
    public string Line(RequestRecord record, HandshakeRecord? handshake)
    {
        var facts = record.Decision as IAccessLogFacts;
        var (loadBalancerArn, port) = facts is null ? ListenerOf(record) : (facts.LoadBalancerArn, facts.ListenerPort);
        var target = Or(facts?.TargetEndPoint?.ToString());
        var targetStatus = record.UpstreamStatus == 0 ? "-" : record.UpstreamStatus.ToString(CultureInfo.InvariantCulture);
        if (!connections.TryGetValue(record.Downstream, out var connection))
        {
            connection = ConnectionPart.Of(record, handshake);
            connections.AddOrUpdate(record.Downstream, connection);
        }


        var line = new StringBuilder(512);
        line.Append(Type(record)).Append(' ');
        line.Moment(record.StartedOn + time.GetElapsedTime(record.StartedAt, record.EndedAt)).Append(' ');
        line.Append(ResourceId(loadBalancerArn)).Append(' ');
        line.Append(record.Downstream.From).Append(' ');
        line.Append(target).Append(' ');
        Times(line, record);
        line.Append(Status(record)).Append(' ').Append(targetStatus).Append(' ');
        line.Append(CultureInfo.InvariantCulture, $"{record.RequestBytes} {record.ResponseBytes} ");
        line.Quoted($"{Or(record.Method)} {Url(record, port)} {Or(record.Protocol)}").Append(' ');
        line.Quoted(record.UserAgent, MaxUserAgent).Append(' ');
        line.Append(handshake?.Cipher is { } cipher ? CipherNames.OpenSsl(cipher) : "-").Append(' ');
        line.Append(Or(handshake?.Version)).Append(' ');
        line.Append(Or(facts?.TargetGroupArn)).Append(' ');
        line.Quoted(TraceHeader(record)).Append(' ');
        line.Quoted(connection.ServerName).Append(' ').Quoted(connection.Certificate).Append(' ');
        line.Append(facts?.RulePriority is { } priority ? priority.ToString(CultureInfo.InvariantCulture) : "-").Append(' ');
        line.Moment(record.StartedOn).Append(' ');
        line.Quoted(facts is null ? null : string.Join(',', facts.ActionsExecuted)).Append(' ');
        line.Quoted(facts?.RedirectUrl).Append(' ').Quoted(facts?.ErrorReason).Append(' ');
        line.Quoted(target).Append(' ').Quoted(targetStatus).Append(' ');

        // The two desync classification fields: nothing classifies requests here.
        line.Append("\"-\" \"-\" ");
        return line.Append(connection.TraceId).ToString();
    }

    private static string Type(RequestRecord record)
    {
        var secure = record.Scheme == "https";
        if (record.Status == 101) return secure ? "wss" : "ws";
        return secure && record.Protocol == "HTTP/2.0" ? "h2" : record.Scheme;
    }

    /// <summary>
    /// The three times. -1 where the request never went to a target; and the last where no response came back. AWS's own lines for a
    /// target that closed a connection have the first two and -1 for the third (uNetworking/uWebSockets.js issue 939).
    /// </summary>
    private void Times(StringBuilder line, RequestRecord record)
    {
        var sent = record.RequestSentAt != 0;
        line.Seconds(sent ? time.GetElapsedTime(record.StartedAt, record.RequestSentAt) : null).Append(' ');
        line.Seconds(sent ? time.GetElapsedTime(record.RequestSentAt, record.FirstByteAt != 0 ? record.FirstByteAt : record.EndedAt) : null).Append(' ');

        // The head is passed on as soon as it has arrived: there is no queue that could take time here.
        line.Seconds(record.UpstreamStatus != 0 ? TimeSpan.Zero : null).Append(' ');
    }

    /// <summary>460 when the client left before there was an answer, as an ALB logs it.</summary>
    private static string Status(RequestRecord record) => record.Status != 0 ? record.Status.ToString(CultureInfo.InvariantCulture)
        : record.Outcome?.Contains("client", StringComparison.Ordinal) == true ? "460"
        : "-";

    /// <summary><c>protocol://host:port/uri</c>, with the declared port.</summary>
    private static string Url(RequestRecord record, int port)
    {
        var (host, _) = Model.Road.RequestFacts.SplitHost(record.Host);
        if (host.Length == 0) host = record.Downstream.To.Address.ToString();
        var (path, query) = Model.Road.RequestFacts.SplitTarget(record.Target);
        return string.Create(CultureInfo.InvariantCulture, $"{record.Scheme}://{host}:{port}{path}{(query.Length > 0 ? $"?{query}" : "")}");
    }

    private static string? TraceHeader(RequestRecord record) =>
        record.RequestChanges.ValueOf("X-Amzn-Trace-Id") ?? (record.JourneyId is null ? null : $"Root={record.JourneyId}");

    /// <summary>The load balancer and declared port behind an address, for a request that was refused before any decision.</summary>
    private static (string Arn, int Port) ListenerOf(RequestRecord record)
    {
        var (state, addresses) = (record.Generation.State, record.Generation.Addresses);
        var to = record.Downstream.To;
        if (addresses.OwnerOf(to.Address) is not { } owner || state.Find(owner)?.Value is not LoadBalancer loadBalancer) return ("-", to.Port);
        var listener = state.All<Listener>()
            .FirstOrDefault(l => l.Value.LoadBalancerArn == loadBalancer.LoadBalancerArn && addresses.BoundPort(l.Value.Port) == to.Port);
        return (loadBalancer.LoadBalancerArn, listener?.Value.Port ?? to.Port);
    }

    /// <summary><c>app/NAME/ID</c> of an ARN.</summary>
    private static string ResourceId(string arn)
    {
        var at = arn.IndexOf(":loadbalancer/", StringComparison.Ordinal);
        return at < 0 ? arn : arn[(at + ":loadbalancer/".Length)..];
    }

    private static string Or(string? value) => string.IsNullOrEmpty(value) ? "-" : value;

    /// <summary>What is the same in all lines of a connection.</summary>
    /// <param name="Certificate">The certificate presented, or null.</param>
    /// <param name="ServerName">The name asked for; null where none was given or the default answered for it.</param>
    /// <param name="TraceId">Its id.</param>
    private sealed record ConnectionPart(string? Certificate, string? ServerName, string TraceId)
    {
        internal static ConnectionPart Of(RequestRecord record, HandshakeRecord? handshake)
        {
            var traceId = ConnectionTraceId(record, handshake);
            if (handshake?.Decision?.Tell().FirstOrDefault(a => a.Hop == Hop.Tls)?.Facts is not { } facts) return new ConnectionPart(null, null, traceId);
            var matched = facts["matched"]?.ToString() is not "default";
            return new ConnectionPart(facts["certificateArn"]?.ToString(), matched ? facts["sni"]?.ToString() : null, traceId);
        }

        /// <summary><c>TID_</c> and 32 hex digits, one for each connection of a client.</summary>
        private static string ConnectionTraceId(RequestRecord record, HandshakeRecord? handshake)
        {
            var since = handshake?.AcceptedAt ?? 0;
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{record.Downstream}/{since}")));
            return $"TID_{Convert.ToHexStringLower(hash)[..32]}";
        }
    }
}
