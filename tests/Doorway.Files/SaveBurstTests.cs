using Usher.Doorway.Files.Watching;

namespace Usher.Doorway.Files.Tests;

/// <summary>When a save is read, by what happened: as editors and programs do it.</summary>
public sealed class SaveBurstTests
{
    // PATH CHANGE AFTER-MS …; the path "dir" is a folder | when it is read, in ms | the file that is read alone.
    [Theory]
    // cp, cat >, nano, VS Code: opened, cut, written, closed.
    [InlineData("a W 0, a W 0, a C 1", 2, "a")]
    // Another is renamed to it: sed -i, rsync, atomic writers. What they wrote before has a name that concerns nobody.
    [InlineData("a A 0", 1, "a")]
    // vim, and JetBrains' safe write: it is moved out of the way first.
    [InlineData("a L 0, a N 1, a W 1, a C 2, a T 2", 3, "a")]
    [InlineData("a L 0, a A 1", 2, "a")]
    // git checkout: deleted, then written anew.
    [InlineData("a L 0, a N 0, a W 1, a C 1", 2, "a")]
    // Not closed: a program goes on writing, or keeps it open.
    [InlineData("a W 0", 1000, null)]
    [InlineData("a W 0, a W 50, a W 100", 1000, null)]
    [InlineData("a C 0, a W 1", 1000, null)]
    [InlineData("a W 0, b C 1", 1000, null)]
    // Closed at last, after others, or taken away while it is written.
    [InlineData("a W 0, b C 1, a C 300", 360, null)]
    [InlineData("a W 0, a L 5", 65, null)]
    // A second part: cat a > f; cat b >> f.
    [InlineData("a W 0, a C 1, a W 2, a C 3", 63, null)]
    // Several files, as a checkout or sed -i of many.
    [InlineData("a A 0, b A 1", 61, null)]
    [InlineData("a C 0, b L 1", 61, null)]
    // Gone, or only touched.
    [InlineData("a L 0", 60, null)]
    [InlineData("a T 0", 60, null)]
    [InlineData("a C 0, a L 1", 61, null)]
    // Folders, and lost events.
    [InlineData("dir N 0", 60, null)]
    [InlineData("dir A 0", 60, null)]
    [InlineData("a C 0, ? U 0", 60, null)]
    // It is read at last though it never ends.
    [InlineData("a W 0, a W 500, a W 970", 1000, null)]
    public void A_save_is_read_when_it_is_likely_over(string events, int due, string? whole)
    {
        var burst = new SaveBurst();
        foreach (var words in events.Split(", ").Select(e => e.Split(' ')))
        {
            var change = words[1] switch
            {
                "N" => FileChange.Created, "W" => FileChange.Written, "C" => FileChange.Closed, "A" => FileChange.Arrived, "L" => FileChange.Left, "T" => FileChange.Attributes,
                _ => FileChange.Unknown,
            };
            burst.Add(new FileEvent(words[0], change, words[0] == "dir"), At(int.Parse(words[2], null)));
        }

        Assert.Equal(At(due), burst.Due);
        Assert.Equal(whole, burst.Change.Whole);
        Assert.Equal(events.Contains('?', StringComparison.Ordinal), burst.Change.Touched is null);
    }

    [Fact]
    public void What_turned_out_not_to_be_whole_waits_for_the_rest()
    {
        var burst = new SaveBurst();
        burst.Add(new FileEvent("a", FileChange.Closed, false), At(0));
        var change = burst.Change;

        var next = new SaveBurst();
        next.Add(change, At(3));
        Assert.Equal((At(63), null), (next.Due, next.Change.Whole));
        next.Add(new FileEvent("a", FileChange.Closed, false), At(10));
        Assert.Equal((At(70), null), (next.Due, next.Change.Whole));
        Assert.Equal(["a"], next.Change.Touched!);
    }

    private static TimeSpan At(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
