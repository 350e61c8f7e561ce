using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Journeys;
using Usher.Wire.Tests.Peers;

namespace Usher.Response.Tests;

/// <summary>Logs as files of five minutes, in folders and with names as ELB gives them in a bucket.</summary>
[Trait("user", "matters")]
public sealed class LogDeliveryTests : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("usher-log-").FullName;
    private readonly WatchedTime time = new(new DateTimeOffset(2026, 11, 28, 22, 3, 4, TimeSpan.Zero));
    private readonly LogLines lines = new();
    private LogDelivery? delivery;

    private string Root => Path.Combine(folder, "logs", "s3");

    [Theory]
    [InlineData("access_logs", null, "my-logs/AWSLogs", "")]
    [InlineData("access_logs", "team/edge", "my-logs/team/edge/AWSLogs", "")]
    [InlineData("connection_logs", null, "my-logs/AWSLogs", "conn_log.")]
    [InlineData("health_check_logs", null, "my-logs/AWSLogs", "health_check_log_")]
    public async Task A_file_is_delivered_when_its_five_minutes_are_over(string attribute, string? prefix, string place, string begin)
    {
        await StartAsync();
        var to = Destination(attribute, prefix);
        delivery!.Append(to, "one\n"u8);
        time.Advance(TimeSpan.FromSeconds(90));
        delivery.Append(to, "two\n"u8);
        delivery.Flush();
        Assert.Empty(Delivered());
        Assert.Equal("one\ntwo\n", await File.ReadAllTextAsync(Assert.Single(LogPart.Left(Root)), TestContext.Current.CancellationToken));

        time.Advance(TimeSpan.FromSeconds(27));
        await Limit.UntilAsync(() => Delivered() is [_]);
        var file = Assert.Single(Delivered());
        Assert.Matches(
            $@"^{place}/123456789012/elasticloadbalancing/us-east-2/2026/11/28/{begin}123456789012_elasticloadbalancing_us-east-2_app\.my-loadbalancer\.50dc6c495c0c9188_20261128T2205Z_127\.18\.0\.1_[a-z0-9]{{8}}\.log\.gz$",
            Path.GetRelativePath(Root, file));
        Assert.Equal("one\ntwo\n", Unpacked(file));
        await Limit.UntilAsync(() => LogPart.Left(Root).Count == 0);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task The_rest_is_delivered_when_the_road_stops()
    {
        await StartAsync();
        delivery!.Append(Destination("access_logs"), "last\n"u8);
        await delivery.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal("last\n", Unpacked(Assert.Single(Delivered())));
    }

    [Fact]
    public async Task What_a_kill_left_is_delivered_by_the_next_start()
    {
        await StartAsync();
        delivery!.Append(Destination("access_logs"), "before\n"u8);
        delivery.Flush();
        var left = Assert.Single(LogPart.Left(Root));

        // Never stopped: another begins.
        await StartAsync();
        await Limit.UntilAsync(() => Delivered() is [_] && !File.Exists(left));
        Assert.Equal("before\n", Unpacked(Assert.Single(Delivered())));
    }

    [Fact]
    public async Task A_large_file_gives_way_to_another_of_the_same_interval()
    {
        await StartAsync(fileBytes: 1_024);
        var to = Destination("access_logs");
        var line = Encoding.ASCII.GetBytes(new string('x', 499) + "\n");
        for (var i = 0; i < 7; i++) delivery!.Append(to, line);
        await delivery!.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal([500, 1_500, 1_500], Delivered().Select(f => Unpacked(f).Length).Order());
        Assert.All(Delivered(), f => Assert.Contains("_20261128T2205Z_", f, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_told_once_and_tried_again_later()
    {
        // A file stands where the folder should be: fails for root too.
        Directory.CreateDirectory(Path.GetDirectoryName(Root)!);
        await File.WriteAllTextAsync(Root, "", TestContext.Current.CancellationToken);
        await StartAsync();
        var to = Destination("access_logs");
        delivery!.Append(to, "lost\n"u8);
        time.Advance(TimeSpan.FromSeconds(31));
        delivery.Append(to, "lost too\n"u8);
        Assert.Contains("can't be delivered", Assert.Single(lines.All), StringComparison.Ordinal);

        File.Delete(Root);
        time.Advance(TimeSpan.FromSeconds(31));
        delivery.Append(to, "kept\n"u8);
        await delivery.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal("kept\n", Unpacked(Assert.Single(Delivered())));
        Assert.Contains("delivered to", lines.All.Last(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("false", "my-logs")]
    [InlineData("true", "")]
    public void Without_a_bucket_or_when_off_there_is_no_destination(string enabled, string bucket) =>
        Assert.Empty(LogDestination.Of(LogKind.Access, TestBalancer.With(("access_logs.s3.enabled", enabled), ("access_logs.s3.bucket", bucket))));

    [Theory]
    [InlineData("true", "127.18.0.1:8080", Hop.LoadBalancer, true)]
    [InlineData("true", "127.18.0.9:8080", Hop.LoadBalancer, false)] // another load balancer's
    [InlineData("true", "127.18.0.1:8080", Hop.Ingress, false)]
    [InlineData("false", "127.18.0.1:8080", Hop.LoadBalancer, false)]
    public void Each_request_of_a_load_balancer_that_delivers_is_wanted(string enabled, string to, Hop hop, bool wanted)
    {
        var generation = TestBalancer.In(["us-east-2a"], ("access_logs.s3.enabled", enabled), ("access_logs.s3.bucket", "my-logs"));
        var record = new RequestRecord
        {
            Hop = hop, Generation = generation, Downstream = new ConnectionId(IPEndPoint.Parse("127.0.0.1:50000"), IPEndPoint.Parse(to)), RequestOnConnection = 1,
            StartedAt = 1, StartedOn = default, Protocol = "HTTP/1.1", Method = "GET", Target = "/", Host = "",
        };
        Assert.Equal(wanted, new DeliveredRequests().Wants(record));
    }

    [Fact]
    public void Each_node_of_a_load_balancer_has_files_of_its_own()
    {
        var generation = TestBalancer.In(["us-east-2a", "us-east-2b"], ("access_logs.s3.enabled", "true"), ("access_logs.s3.bucket", "my-logs"));
        var found = new LogDestinations(LogKind.Access);
        var end = new DateTimeOffset(2026, 3, 4, 5, 10, 0, TimeSpan.Zero);

        Assert.Equal(
            ["20260304T0510Z_127.18.0.1_abcdefgh.log", "20260304T0510Z_127.18.0.2_abcdefgh.log"],
            new[] { "127.18.0.1", "127.18.0.2" }.Select(a => found.Of(generation, IPAddress.Parse(a))!.FileName(end, "abcdefgh")).Select(n => n[n.IndexOf("2026", StringComparison.Ordinal)..]));
        Assert.Equal(80, found.Of(generation, new ConnectionId(IPEndPoint.Parse("127.0.0.1:50000"), IPEndPoint.Parse("127.18.0.2:8080")))?.ListenerPort);
        Assert.Null(found.Of(generation, IPAddress.Parse("127.18.0.3")));
    }

    public async ValueTask DisposeAsync()
    {
        if (delivery is not null) await delivery.StopAsync(CancellationToken.None);
        delivery?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task StartAsync(long fileBytes = 10 << 20)
    {
        delivery = new LogDelivery(new AccessLogOptions { Directory = Path.Combine(folder, "logs"), FileBytes = fileBytes }, time, new Logger<LogDelivery>(new LoggerFactory([lines])));
        var before = time.Timers;
        await delivery.StartAsync(CancellationToken.None);

        // Time that passes before the delivery waits for it would be lost on it.
        await Limit.UntilAsync(() => time.Timers > before);
    }

    private static LogDestination Destination(string attribute, string? prefix = null)
    {
        var kind = new[] { LogKind.Access, LogKind.Connection, LogKind.HealthCheck }.Single(k => k.Attribute == attribute);
        var generation = TestBalancer.With(($"{attribute}.s3.enabled", "true"), ($"{attribute}.s3.bucket", "my-logs"), ($"{attribute}.s3.prefix", prefix ?? ""));
        return LogDestination.Of(kind, generation).Values.Single();
    }

    private string[] Delivered() => Directory.Exists(Root) ? Directory.GetFiles(Root, "*.log.gz", SearchOption.AllDirectories) : [];

    private static string Unpacked(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    private sealed class WatchedTime(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private int timers;

        internal int Timers => Volatile.Read(ref timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref timers);
            return timer;
        }
    }
}
