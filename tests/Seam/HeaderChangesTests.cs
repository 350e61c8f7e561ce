using CsCheck;
using Usher.Model.Journeys;

namespace Usher.Seam.Tests;

public sealed class HeaderChangesTests
{
    private static readonly Gen<ChangedHeader[]> Changes = Gen.Select(
        Gen.Int[0, 2], Gen.Int[0, 2], Gen.Bool, (name, value, there) => new ChangedHeader($"X-{(char)('A' + name)}", value == 0 ? null : $"{value}", there || value == 0)).Array[0, 4];

    [Fact]
    public void Changes_are_the_same_whatever_they_share() =>
        Changes.Array[1, 8].Sample(messages =>
        {
            var before = HeaderChanges.None;
            foreach (var message in messages)
            {
                var alone = HeaderChanges.Of(message, HeaderChanges.None);
                before = HeaderChanges.Of(message, before);
                Assert.Equal(alone.Added, before.Added);
                Assert.Equal(alone.Removed, before.Removed);
                Assert.Equal(alone.Rewritten, before.Rewritten);
                Assert.Equal(message.FirstOrDefault(h => h.Name == "X-A" && h.Value is not null).Value, before.ValueOf("x-a"));
            }
        });

    [Fact]
    public void What_an_earlier_message_had_is_left_as_it_was()
    {
        ChangedHeader[] first = [new("X-A", "1", false), new("X-B", "2", true)], second = [new("X-A", "3", false), new("X-B", "2", true)];
        var before = HeaderChanges.Of(first, HeaderChanges.None);
        Assert.Same(before, HeaderChanges.Of(first, before));
        var after = HeaderChanges.Of(second, before);
        Assert.Equal("1", before.ValueOf("X-A"));
        Assert.Equal("3", after.ValueOf("X-A"));
    }
}
