using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Contracts;
using Usher.Model.Road;
using Usher.Wire.Tests.Peers;

namespace Usher.Response.Tests;

/// <summary>Lines of a health check log like the examples of "Health check logs for your Application Load Balancer" (ALB user guide).</summary>
public sealed class AlbHealthCheckLogTests
{
    [Theory]
    [InlineData("http", "2025-10-31T12:44:59.875678Z", 0.019584, "172.31.20.97:80", 200, null, "http 2025-10-31T12:44:59.875678Z 0.019584000 172.31.20.97:80 web PASS 200 -")]
    [InlineData("https", "2025-10-31T12:44:58.901409Z", 1.1219807, "172.31.31.9:443", 502, "TargetError", "https 2025-10-31T12:44:58.901409Z 1.121980700 172.31.31.9:443 web FAIL 502 TargetError")]
    [InlineData("grpc", "2025-10-31T12:44:58.901409Z", 5, "172.31.31.9:50051", null, "RequestTimedOut", "grpc 2025-10-31T12:44:58.901409Z 5.000000000 172.31.31.9:50051 web FAIL - RequestTimedOut")]
    public void A_line(string type, string at, double seconds, string target, int? status, string? reason, string expected)
    {
        var line = new LogLine();
        AlbHealthCheckLog.Write(line, Check("127.18.0.1", type, at, seconds, target, status, reason));
        Assert.Equal(expected, line.ToString());
    }

    [Fact]
    public async Task Checks_of_a_node_are_in_its_file_where_the_log_is_on()
    {
        var folder = Directory.CreateTempSubdirectory("usher-log-").FullName;
        try
        {
            var options = new AccessLogOptions { Directory = folder };
            var feed = new Checks();
            using var delivery = new LogDelivery(options, TimeProvider.System, NullLogger<LogDelivery>.Instance);
            using var writer = new HealthCheckLogWriter(feed, new Running(TestBalancer.With(("health_check_logs.s3.enabled", "true"), ("health_check_logs.s3.bucket", "my-logs"))), delivery, options);
            await delivery.StartAsync(TestContext.Current.CancellationToken);
            await writer.StartAsync(TestContext.Current.CancellationToken);
            feed.Add(Check("127.18.0.1", "http", "2025-10-31T12:44:59.875678Z", 0.5, "10.0.1.10:30080", 200, null));
            feed.Add(Check("127.18.0.9", "http", "2025-10-31T12:44:59.875678Z", 0.5, "10.0.1.11:30080", 200, null));
            await Limit.UntilAsync(() => LogPart.Left(Path.Combine(folder, "s3")).Count == 1);
            await writer.StopAsync(TestContext.Current.CancellationToken);

            var part = Assert.Single(LogPart.Left(Path.Combine(folder, "s3")));
            Assert.StartsWith(".health_check_log_123456789012_elasticloadbalancing_us-east-2_app.my-loadbalancer.", Path.GetFileName(part), StringComparison.Ordinal);
            Assert.Equal("http 2025-10-31T12:44:59.875678Z 0.500000000 10.0.1.10:30080 web PASS 200 -\n", await File.ReadAllTextAsync(part, TestContext.Current.CancellationToken));
            await delivery.StopAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static HealthCheckRecord Check(string node, string type, string at, double seconds, string target, int? status, string? reason) => new(
        IPAddress.Parse(node), type, DateTimeOffset.Parse(at, CultureInfo.InvariantCulture), TimeSpan.FromSeconds(seconds), IPEndPoint.Parse(target), "web", status, reason);

    private sealed class Checks : IHealthCheckFeed
    {
        private readonly Channel<HealthCheckRecord> checks = Channel.CreateUnbounded<HealthCheckRecord>();

        internal void Add(HealthCheckRecord check) => checks.Writer.TryWrite(check);

        public async IAsyncEnumerable<HealthCheckRecord> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await using var stop = cancellationToken.Register(() => checks.Writer.TryComplete());
            await foreach (var check in checks.Reader.ReadAllAsync(CancellationToken.None)) yield return check;
        }
    }

    private sealed class Running(Generation generation) : IGenerationSource
    {
        public Generation Current => generation;
    }
}
