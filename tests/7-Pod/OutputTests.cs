using System.Text;

namespace Usher.Pod.Tests;

/// <summary>Whole lines, bounded files, last lines.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), $"usher-output-{Guid.NewGuid():N}", "shop_a.log");

    [Fact]
    public void Lines_of_both_streams_are_kept_whole()
    {
        using var output = new PodOutput(path, 1000);
        output.Write("one "u8, isError: false);
        output.Write("error\n"u8, isError: true);
        output.Write("two\n\nthree"u8, isError: false);

        Assert.Equal("error\none two\n\n", File.ReadAllText(path));
        Assert.Equal("error", output.LastError);
    }

    [Fact]
    public async Task A_last_line_without_its_end_is_kept_too()
    {
        using var output = new PodOutput(path, 1000);
        await output.PumpAsync(new MemoryStream("no end"u8.ToArray()), isError: true);
        Assert.Equal("no end\n", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal("no end", output.LastError);
    }

    [Fact]
    public void The_last_line_that_is_no_stack_frame_counts()
    {
        using var output = new PodOutput(path, 1000);
        output.Write("   at start\nUnhandled exception. Failed to bind: address already in use.\n ---> inner\n   at Program.Main()\n"u8, isError: true);
        Assert.Equal("Unhandled exception. Failed to bind: address already in use.", output.LastError);
        Assert.True(output.SaysInUse);
    }

    [Fact]
    public void The_file_is_renamed_at_its_limit_and_one_older_is_kept()
    {
        using var output = new PodOutput(path, 100);
        for (var i = 0; i < 50; i++) output.Write(Encoding.UTF8.GetBytes($"line {i:00}\n"), isError: false);

        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(path)!).Length);
        Assert.InRange(new FileInfo(path).Length, 1, 100);
        Assert.InRange(new FileInfo(path + ".1").Length, 90, 100);
        Assert.EndsWith("line 49\n", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_end_is_cut_at_16_KiB()
    {
        using var output = new PodOutput(path, 1_000_000);
        output.Write(Encoding.UTF8.GetBytes(new string('x', 40_000)), isError: false);
        Assert.Equal([16384, 16384], File.ReadAllLines(path).Select(l => l.Length));
    }

    [Fact]
    public void A_new_start_keeps_what_the_last_one_left_as_the_older_file()
    {
        using (var first = new PodOutput(path, 1000)) first.Write("first\n"u8, isError: false);
        using var second = new PodOutput(path, 1000);
        second.Write("second\n"u8, isError: false);

        Assert.Equal("first\n", File.ReadAllText(path + ".1"));
        Assert.Equal("second\n", File.ReadAllText(path));
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
}
