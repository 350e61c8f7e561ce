using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Usher.Model.Contracts;
using Usher.Wire;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Target groups of protocol version HTTP2 and GRPC: which requests they take, and on real sockets what reaches their targets.</summary>
public sealed class ProtocolTests
{
    private static readonly Model.Aws.HealthCheck GrpcCheck = HealthTests.Quick with { Path = "/AWS.ALB/healthcheck", Matcher = "12" };

    // ALB user guide, Target groups, Protocol version: request protocol, protocol version, result.
    [Theory]
    [InlineData(RequestProtocol.Http1, "GET", ProtocolVersion.Http1, null)]
    [InlineData(RequestProtocol.Http2, "GET", ProtocolVersion.Http1, null)]
    [InlineData(RequestProtocol.Grpc, "POST", ProtocolVersion.Http1, "load-balancer.464.grpc-request")]
    [InlineData(RequestProtocol.Http1, "GET", ProtocolVersion.Http2, "load-balancer.464.http1-request")]
    [InlineData(RequestProtocol.Http2, "GET", ProtocolVersion.Http2, null)]
    [InlineData(RequestProtocol.Grpc, "POST", ProtocolVersion.Http2, null)]
    [InlineData(RequestProtocol.Http1, "POST", ProtocolVersion.Grpc, "load-balancer.464.http1-request")]
    [InlineData(RequestProtocol.Http2, "POST", ProtocolVersion.Grpc, null)]
    [InlineData(RequestProtocol.Http2, "GET", ProtocolVersion.Grpc, "load-balancer.464.method")]
    [InlineData(RequestProtocol.Http2, "post", ProtocolVersion.Grpc, "load-balancer.464.method")]
    [InlineData(RequestProtocol.Grpc, "POST", ProtocolVersion.Grpc, null)]
    [InlineData(RequestProtocol.Grpc, "GET", ProtocolVersion.Grpc, "load-balancer.464.method")]
    internal void The_matrix(RequestProtocol request, string method, ProtocolVersion version, string? outcome)
    {
        var desk = new Desk(new Edge().Group(Group(version)).Listener(443, Forward("web"), "HTTPS"));

        var decision = desk.Decide(Ask.For($"{method} https://a.example.com/x"), spoken: request);

        var told = Assert.Single(decision.Tell());
        Assert.Equal((outcome, outcome is null), (told.Outcome, told.Ok));
        Assert.Equal(outcome is null, decision.Target is not null);
        Assert.Equal(outcome is null && version == ProtocolVersion.Http1 ? null : version.Text(), told.Facts["targetProtocolVersion"]?.ToString());
        if (version != ProtocolVersion.Http1 || outcome is not null)
            Assert.Single(told.Reasons, r => r.Candidate == $"protocol version {version.Text()}" && r.Chosen == outcome is null);
    }

    [Theory]
    [InlineData(20, "application/grpc", RequestProtocol.Grpc)]
    [InlineData(20, "Application/gRPC+proto", RequestProtocol.Grpc)]
    [InlineData(20, "application/grpc;charset=utf-8", RequestProtocol.Grpc)]
    [InlineData(20, "application/grpc-web+proto", RequestProtocol.Http2)]
    [InlineData(20, "application/json", RequestProtocol.Http2)]
    [InlineData(20, null, RequestProtocol.Http2)]
    [InlineData(11, "application/grpc", RequestProtocol.Http1)]
    internal void What_a_request_is(int version, string? type, RequestProtocol expected)
    {
        var head = new RequestHead();
        head.SetRequestLine("POST", "/a.B/C", version);
        if (type is not null) head.Add("Content-Type", type);
        Assert.Equal(expected, ProtocolMatrix.Of(head));
    }

    [Fact]
    public async Task HTTP_1_1_to_an_HTTP2_group_is_464_and_its_target_is_not_asked()
    {
        await using var rig = new Rig();
        await rig.ApplyAsync(rig.Edge().Group(Group(ProtocolVersion.Http2)).Listener(443, Forward("web"), "HTTPS"));
        using var client = rig.Client();
        using var answer = await client.GetAsync("https://a.example.com/", TestContext.Current.CancellationToken);

        Assert.Equal((464, 0L, "awselb/2.0"), ((int)answer.StatusCode, answer.Content.Headers.ContentLength, answer.Headers.Server.ToString()));
        var record = await rig.Journal.RequestAsync();
        Assert.Equal(("load-balancer.464.http1-request", true, null), (record.Outcome, record.AnsweredHere, record.Upstream));
        Assert.StartsWith("the request came over HTTP/1.1, and target group web (protocolVersion HTTP2) takes HTTP/2 alone", record.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_reaches_an_HTTP2_target_over_HTTP2_and_so_do_its_checks(bool tls)
    {
        using var certificates = new TestCertificates();
        using var certificate = certificates.Leaf("pod.internal");
        await using var rig = new Rig();
        var (seen, check) = ("", "");
        await using var target = await Http2Server.StartAsync(
            context =>
            {
                var said = $"{context.Request.Protocol} {context.Request.Method} {context.Request.Path} {context.Request.Host} {context.Request.Headers["X-Forwarded-Proto"]}";
                if (context.Request.Headers.UserAgent == "ELB-HealthChecker/2.0") check = said;
                else seen = said;
                return Task.CompletedTask;
            },
            tls ? certificate : null, at: rig.Node(1));
        var protocol = tls ? "HTTPS" : "HTTP";
        await rig.ApplyAsync(rig.Edge().Group(Group(ProtocolVersion.Http2) with { Protocol = protocol, HealthCheck = HealthTests.Quick with { Protocol = protocol } }).Listener(443, Forward("web"), "HTTPS"));
        await rig.UntilAsync("i-0a1:30080", "healthy");
        using var client = rig.Client();
        using var request = Request(HttpMethod.Get, "https://a.example.com/x");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(("HTTP/2 GET /x a.example.com https", "HTTP/2 GET /health 10.0.1.10:30080 "), (seen, check));
        var record = await rig.Journal.RequestAsync();
        Assert.Equal(("HTTP/2.0", 1, rig.Node(1)), (record.Stream!.Protocol, record.RequestOnUpstream, record.Upstream!.To));
        Assert.EndsWith(tls ? ", over HTTP/2, encrypted again" : ", over HTTP/2", record.Decision!.Tell().Single().Decision, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gRPC_status_comes_back_in_the_trailers_and_is_recorded()
    {
        await using var rig = new Rig();
        await using var target = await Http2Server.StartAsync(
            async context =>
            {
                context.Response.ContentType = "application/grpc";
                await context.Request.Body.CopyToAsync(context.Response.Body);
                context.Response.AppendTrailer("grpc-status", "5");
                context.Response.AppendTrailer("grpc-message", "no%20such");
            },
            at: rig.Node(1));
        await rig.ApplyAsync(rig.Edge().Group(Group(ProtocolVersion.Grpc)).Listener(443, Forward("web"), "HTTPS"));
        using var client = rig.Client();
        using var request = Request(HttpMethod.Post, "https://a.example.com/a.B/C");
        request.Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("5", answer.TrailingHeaders.GetValues("grpc-status").Single());
        var record = await rig.Journal.RequestAsync();
        Assert.Equal((200, "5", "no%20such"), (record.UpstreamStatus, record.Stream!.GrpcStatus, record.Stream.GrpcMessage));
        Assert.True(((IAccessLogFacts)record.Decision!).IsGrpc);
    }

    [Theory]
    [InlineData("12", true, "12", "healthy", null, null)]
    [InlineData("12", false, "12", "healthy", null, null)]
    [InlineData("0", true, "0-5", "healthy", null, null)]
    [InlineData("0", true, "12", "unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [0]; 12 is wanted of gRPC call /AWS.ALB/healthcheck")]
    [InlineData(null, true, "12", "unhealthy", "Target.FailedHealthChecks", "Health checks failed: 10.0.1.10:30080: the target's answer has no grpc-status (HTTP 200)")]
    public async Task A_gRPC_check_is_a_call_whose_status_counts(string? status, bool trailing, string matcher, string state, string? reason, string? description)
    {
        await using var rig = new Rig();
        var call = "";
        await using var target = await Http2Server.StartAsync(
            async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                call = $"{context.Request.Method} {context.Request.Path} {context.Request.ContentType} {context.Request.Headers.TE} {Convert.ToHexString(body.ToArray())}";
                context.Response.ContentType = "application/grpc";
                if (status is null) return;
                if (trailing) context.Response.AppendTrailer("grpc-status", status);
                else context.Response.Headers["grpc-status"] = status;
            },
            at: rig.Node(1));
        await rig.ApplyAsync(rig.Edge().Group(Group(ProtocolVersion.Grpc) with { HealthCheck = GrpcCheck with { Matcher = matcher } }).Listener(443, Forward("web"), "HTTPS"));
        await rig.UntilAsync("i-0a1:30080", state);
        Assert.Equal((reason, description), (rig.Report("i-0a1:30080").Reason, rig.Report("i-0a1:30080").Description));
        Assert.Equal("POST /AWS.ALB/healthcheck application/grpc trailers 0000000000", call);
    }

    [Fact]
    public async Task A_target_that_speaks_HTTP_1_1_fails_its_checks_and_is_502()
    {
        await using var rig = new Rig();
        await using var target = await Http2Server.StartAsync(_ => Task.CompletedTask, protocols: HttpProtocols.Http1, at: rig.Node(1));
        await rig.ApplyAsync(rig.Edge().Group(Group(ProtocolVersion.Http2)).Listener(443, Forward("web"), "HTTPS"));
        await rig.UntilAsync("i-0a1:30080", "unhealthy");
        Assert.Contains("HTTP/2", rig.Report("i-0a1:30080").Description, StringComparison.Ordinal);
        using var client = rig.Client();
        using var request = Request(HttpMethod.Get, "https://a.example.com/x");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        var record = await rig.Journal.RequestAsync();
        Assert.Equal("load-balancer.502.malformed-response", record.Outcome);
        Assert.Contains("If it speaks HTTP/1.1, let the target group's protocolVersion be HTTP1", record.Problem, StringComparison.Ordinal);
    }

    private static HttpRequestMessage Request(HttpMethod method, string url) => new(method, url) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static Model.Aws.TargetGroup Group(ProtocolVersion version) => new()
    {
        TargetGroupArn = Model.Aws.AwsNames.TargetGroupArn(Scope, "web"), Name = "web", Port = 30080, ProtocolVersion = version.Text(),
        HealthCheck = version == ProtocolVersion.Grpc ? GrpcCheck : HealthTests.Quick, Targets = [new("i-0a1")],
    };
}
