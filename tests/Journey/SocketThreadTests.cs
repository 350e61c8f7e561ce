using System.Globalization;
using Usher.Cli.Running;

namespace Usher.Journey.Tests;

/// <summary>On how many threads a road handles its sockets' events.</summary>
public sealed class SocketThreadTests(SampleRoad sample) : IClassFixture<SampleRoad>
{
    [Theory]
    [InlineData(1, "1")]
    [InlineData(2, "1")]
    [InlineData(3, "1")]
    [InlineData(8, "4")]
    public void It_is_half_of_the_cores(int cores, string threads) =>
        Assert.Equal([(SocketThreads.Inline, "1"), (SocketThreads.Count, threads)], SocketThreads.Missing(_ => null, cores));

    [Fact]
    public void What_is_set_stays() =>
        Assert.Equal([(SocketThreads.Inline, "1")], SocketThreads.Missing(name => name == SocketThreads.Count ? "3" : null, 8));

    [Fact]
    public async Task A_running_road_has_so_many()
    {
        var road = await sample.RunsAsync();

        var threads = Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{road.ProcessId}/task"))
            .Count(task => File.ReadAllText(Path.Combine(task, "comm")).StartsWith(".NET Sock", StringComparison.Ordinal));

        Assert.Equal(Math.Max(1, Environment.ProcessorCount / 2), threads);
    }
}
