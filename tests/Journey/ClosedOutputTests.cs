namespace Usher.Journey.Tests;

/// <summary>Commands that go on, behind a pipe whose reader has enough.</summary>
public sealed class ClosedOutputTests(SampleRoad sample)
{
    [Theory]
    [InlineData("journeys --follow")]
    [InlineData("journeys --follow --json")]
    public async Task A_command_that_follows_ends_quietly_with_its_reader_though_nothing_more_comes(string command)
    {
        var road = await sample.RunsAsync();
        var piped = Tool.RunAsync(Tool.Start("bash", ["-c", $"dotnet {Tool.Usher} {command} --state {road.State} | head -1; echo \"ended with ${{PIPESTATUS[0]}}\""]));

        // One journey is enough for it; it begins to follow some time from now.
        await Until.HoldsAsync("a journey was told, and the command has ended", async () =>
        {
            if (!piped.IsCompleted) await road.CurlAsync("https://api.example.com/v1/users");
            return piped.IsCompleted;
        });
        var ended = await piped;
        Assert.Equal("", ended.Error);
        Assert.Equal(["ended with 0"], ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1));
        Assert.Contains("api.example.com", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_goes_before_anything_comes_ends_it_too()
    {
        await using var quiet = await RunningRoad.StartAsync("--stand-in");
        var ended = await Tool.RunAsync(Tool.Start("bash", ["-c", $"dotnet {Tool.Usher} journeys --follow --state {quiet.State} | true; echo ${{PIPESTATUS[0]}}"]));
        Assert.Equal(("0\n", ""), (ended.Output, ended.Error));
    }
}
