using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Response.Tests;

/// <summary>Records of one exchange, made by hand. Times are milliseconds after the request's head was complete.</summary>
internal static class Exchange
{
    public const string GroupArn = "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067";

    public static DateTimeOffset CreatedOn { get; } = new(2018, 7, 2, 22, 22, 48, 364, TimeSpan.Zero);

    public static TimeProvider Time { get; } = new FakeTimeProvider(CreatedOn);

    public static long At(double ms) => CreatedOn.UtcTicks + (long)Math.Round(ms * TimeSpan.TicksPerMillisecond);

    public static RequestRecord Record(
        Hop hop = Hop.LoadBalancer, string client = "192.168.131.39:2817", string to = "10.0.0.250:80", string host = "www.example.com",
        string target = "/", string protocol = "HTTP/1.1", string? agent = "curl/7.46.0", string scheme = "http", string method = "GET",
        Generation? generation = null) => new()
        {
            Hop = hop,
            Generation = generation ?? new Generation(1, DesiredState.Empty, AddressPlan.Empty, []),
            Downstream = new ConnectionId(IPEndPoint.Parse(client), IPEndPoint.Parse(to)),
            RequestOnConnection = 1,
            StartedAt = At(0),
            StartedOn = CreatedOn,
            Protocol = protocol,
            Scheme = scheme,
            Method = method,
            Target = target,
            Host = host,
            UserAgent = agent,
            JourneyId = "1-58337262-36d228ad5d99923122bbe354",
        };

    /// <summary>The record of a request that a target answered.</summary>
    public static RequestRecord Answered(this RequestRecord record, double sent, double firstByte, double ended, int status = 200)
    {
        record.ConnectStartedAt = record.ConnectedAt = At(0);
        (record.RequestSentAt, record.FirstByteAt, record.EndedAt) = (At(sent), At(firstByte), At(ended));
        (record.Status, record.UpstreamStatus) = (status, status);
        return record;
    }

    /// <summary>The record of a request that the hop answered itself.</summary>
    public static RequestRecord AnsweredHere(this RequestRecord record, int status, double at, string? outcome = null, double sent = 0)
    {
        if (sent > 0) record.RequestSentAt = At(sent);
        (record.FirstByteAt, record.EndedAt, record.Status, record.AnsweredHere, record.Outcome) = (At(at), At(at), status, true, outcome);
        return record;
    }

    public static RequestRecord Bytes(this RequestRecord record, long received, long sent)
    {
        (record.RequestBytes, record.ResponseBytes) = (received, sent);
        return record;
    }

    public static RequestRecord Decided(this RequestRecord record, TestFacts facts)
    {
        record.Decision = facts;
        return record;
    }

    public static HeaderChanges Changes(string[]? added = null, string[]? removed = null, string[]? rewritten = null) => new(
        (added ?? []).ToImmutableDictionary(n => n, _ => "x"), [.. removed ?? []], (rewritten ?? []).ToImmutableDictionary(n => n, _ => "x"));

    public static HandshakeRecord Handshake(string cipher, string version, string? sni, string matched = "exact") => new()
    {
        Connection = new ConnectionId(IPEndPoint.Parse("192.168.131.39:2817"), IPEndPoint.Parse("10.0.0.250:443")),
        AcceptedAt = At(-5),
        DoneAt = At(-1),
        Cipher = cipher,
        Version = version,
        Decision = new TestCertificate(sni, matched),
    };

    /// <summary>What the load balancer's decision says for the log.</summary>
    internal sealed record TestFacts : IDecision, IAccessLogFacts, IClassifiedRequest
    {
        public string LoadBalancerArn { get; init; } = "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/my-loadbalancer/50dc6c495c0c9188";

        public int ListenerPort { get; init; } = 80;

        public int? RulePriority { get; init; } = 0;

        public string ActionsExecuted { get; init; } = "forward";

        public string? TargetGroupArn { get; init; } = GroupArn;

        public IPEndPoint? TargetEndPoint { get; init; } = IPEndPoint.Parse("10.0.0.1:80");

        public string? RedirectUrl { get; init; }

        public string? ErrorReason { get; init; }

        public string? TransformedHost { get; init; }

        public string? TransformedUri { get; init; }

        public string? TransformStatus { get; init; }

        public string? Classification { get; init; }

        public string? ClassificationReason { get; init; }

        public IEnumerable<HopAccount> Tell() => [];
    }

    private sealed class TestCertificate(string? sni, string matched) : IDecision
    {
        public IEnumerable<HopAccount> Tell() =>
        [
            new HopAccount(Hop.Tls, "www.example.com", "")
            {
                Facts = new JsonObject
                {
                    ["sni"] = sni, ["matched"] = matched,
                    ["certificateArn"] = "arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012",
                },
            },
        ];
    }
}
