using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Wire.Tests.Peers;

namespace Usher.Response.Tests;

[Trait("user", "matters")]
public sealed class AccessLogWriterTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("usher-log-").FullName;
    private readonly TestFeed feed = new();
    private readonly LogLines lines = new();
    private readonly FakeTimeProvider time = new();

    private string File => Path.Combine(folder, "logs", "alb-access.log");

    [Fact]
    public async Task Every_request_becomes_a_line_and_stopping_writes_what_is_left()
    {
        var writer = await StartAsync(new AccessLogOptions { Directory = Path.Combine(folder, "logs") });
        for (var i = 0; i < 100; i++) feed.End($"/{i}");
        await writer.StopAsync(CancellationToken.None);
        var written = await System.IO.File.ReadAllLinesAsync(File);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"http://www.example.com:80/{i}"), written.Select(l => l.Split(' ')[13]));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public async Task Lines_are_on_disk_while_the_road_runs()
    {
        var writer = await StartAsync(new AccessLogOptions { Directory = Path.Combine(folder, "logs") });
        feed.End("/now");
        await Limit.UntilAsync(() => System.IO.File.Exists(File) && new FileInfo(File).Length > 0);
        await writer.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Two_files_are_kept_and_neither_is_larger_than_its_limit()
    {
        var writer = await StartAsync(new AccessLogOptions { Directory = Path.Combine(folder, "logs"), FileBytes = 2_000 });
        for (var i = 0; i < 100; i++) feed.End($"/{i}");
        await writer.StopAsync(CancellationToken.None);
        Assert.Equal([File, File + ".1"], Directory.GetFiles(Path.GetDirectoryName(File)!).Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(Path.GetDirectoryName(File)!), f => Assert.InRange(new FileInfo(f).Length, 1, 2_000));
        Assert.EndsWith("/99", (await System.IO.File.ReadAllLinesAsync(File))[^1].Split(' ')[13], StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_a_busy_roads_file_lacks_requests_is_told_at_once_and_then_once_a_minute()
    {
        var writer = await StartAsync(new AccessLogOptions { Directory = Path.Combine(folder, "logs") });
        feed.End("/1", passedOver: 3);
        await Limit.UntilAsync(() => lines.All.Any());
        feed.End("/2", passedOver: 40);
        feed.End("/3", passedOver: 2);
        await Limit.UntilAsync(() => feed.Taken == 3);
        time.Advance(TimeSpan.FromMinutes(1));
        feed.End("/4");
        await writer.StopAsync(CancellationToken.None);

        Assert.Collection(
            lines.All,
            first => Assert.Contains("lacks 3 requests of a busy road", first, StringComparison.Ordinal),
            later => Assert.Contains("lacks 42 requests", later, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_run_appends()
    {
        foreach (var path in new[] { "/first", "/second" })
        {
            var writer = await StartAsync(new AccessLogOptions { Directory = Path.Combine(folder, "logs") });
            feed.End(path);
            await writer.StopAsync(CancellationToken.None);
        }

        Assert.Equal(2, (await System.IO.File.ReadAllLinesAsync(File)).Length);
    }

    [Fact]
    public async Task Without_a_folder_nothing_is_written()
    {
        var writer = await StartAsync(new AccessLogOptions());
        feed.End("/");
        await writer.StopAsync(CancellationToken.None);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_told_once_and_tried_again_later()
    {
        // A file stands where the folder should be: fails for root too.
        var blocked = Path.Combine(folder, "logs");
        await System.IO.File.WriteAllTextAsync(blocked, "");
        var writer = await StartAsync(new AccessLogOptions { Directory = blocked });
        for (var i = 0; i < 10; i++) feed.End($"/lost-{i}");
        await Limit.UntilAsync(() => feed.Taken == 10);
        Assert.Single(lines.All, l => l.Contains("can't be written", StringComparison.Ordinal));

        time.Advance(TimeSpan.FromSeconds(31));
        feed.End("/lost-10");
        await Limit.UntilAsync(() => feed.Taken == 11);
        Assert.Single(lines.All);

        System.IO.File.Delete(blocked);
        time.Advance(TimeSpan.FromSeconds(31));
        feed.End("/kept");
        await writer.StopAsync(CancellationToken.None);
        Assert.EndsWith("is written again; about 11 requests are not in it", lines.All.Last(), StringComparison.Ordinal);
        Assert.EndsWith("/kept", Assert.Single(await System.IO.File.ReadAllLinesAsync(File)).Split(' ')[13], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_a_full_disk_cut_off_stays_a_line_of_its_own()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        await System.IO.File.WriteAllTextAsync(File, "h2 2026-11-28T18:46:");
        var writer = await StartAsync(new AccessLogOptions { Directory = Path.Combine(folder, "logs") });
        feed.End("/next");
        await writer.StopAsync(CancellationToken.None);
        var written = await System.IO.File.ReadAllLinesAsync(File);
        Assert.Equal((2, "h2 2026-11-28T18:46:"), (written.Length, written[0]));
    }

    [Fact]
    public async Task Lost_requests_are_told()
    {
        var writer = await StartAsync(new AccessLogOptions { Directory = Path.Combine(folder, "logs") });
        feed.End("/", missed: 7);
        await writer.StopAsync(CancellationToken.None);
        Assert.Single(lines.All, l => l.Contains("lost 7 requests", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<IHostedService> StartAsync(AccessLogOptions options)
    {
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(time)
            .AddLogging(l => l.AddProvider(lines))
            .AddSingleton<IJourneyFeed>(feed)
            .AddSingleton(options)
            .AddSingleton<AlbAccessLog>()
            .AddSingleton<LogDelivery>()
            .AddSingleton<AccessLogWriter>()
            .BuildServiceProvider();
        var writer = services.GetRequiredService<AccessLogWriter>();
        await writer.StartAsync(CancellationToken.None);
        if (options.Directory is not null) await Limit.UntilAsync(() => feed.Followed);
        return writer;
    }

    /// <summary>A feed that the test fills. As the contract says, what was there before a cancellation still comes.</summary>
    private sealed class TestFeed : IJourneyFeed
    {
        private Channel<EndedRequests> ended = Channel.CreateUnbounded<EndedRequests>();
        private int taken;

        public bool Followed { get; private set; }

        public int Taken => Volatile.Read(ref taken);

        public void End(string path, long missed = 0, long passedOver = 0) =>
            ended.Writer.TryWrite(new EndedRequests([Exchange.Record(target: path).Answered(1, 2, 3).Decided(new())], missed, passedOver));

        public HandshakeRecord? HandshakeOf(RequestRecord request) => null;

        public async IAsyncEnumerable<EndedRequests> FollowAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var mine = ended = Channel.CreateUnbounded<EndedRequests>();
            await using var stop = cancellationToken.Register(() => mine.Writer.TryComplete());
            Followed = true;
            await foreach (var request in mine.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return request;
                Interlocked.Increment(ref taken);
            }

            Followed = false;
        }
    }
}
