using CsCheck;

namespace Usher.Trace.Tests;

public sealed class RingTests
{
    [Fact]
    public void What_is_found_by_key_is_what_a_look_at_everything_finds() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, 6].Array[0, 200]).Sample((capacity, keys) =>
        {
            var ring = new Ring<Item>(capacity, i => i.Key);
            for (var i = 0; i < keys.Length; i++)
            {
                // One in seven has no key, as a request that was refused before it had an id.
                ring.Add(new Item(i, keys[i] == 0 ? null : $"k{keys[i]}"));
                for (var key = 1; key <= 6; key++)
                    Assert.Equal(ring.NewestFirst().Where(item => item.Key == $"k{key}"), ring.With($"k{key}"));
            }
        });

    [Fact]
    public void Writers_side_by_side_lose_nothing_that_fits()
    {
        const int count = 20_000;
        var ring = new Ring<Item>(count, i => i.Key);
        Parallel.For(0, count, i => ring.Add(new Item(i, $"k{i % 100}")));
        for (var key = 0; key < 100; key++)
            Assert.Equal(Enumerable.Range(0, count).Where(i => i % 100 == key), ring.With($"k{key}").Select(item => item.Number).Order());
    }

    [Fact]
    public async Task Who_reads_while_others_write_never_gets_one_item_for_another()
    {
        const int count = 200_000;
        var ring = new Ring<Item>(64, i => i.Key);
        var writing = Task.Run(() => Parallel.For(0, count, i => ring.Add(new Item(i, $"k{i % 10}"))));
        var checks = 0;
        do
        {
            for (var key = 0; key < 10; key++)
                Assert.All(ring.With($"k{key}"), item => Assert.Equal($"k{key}", item.Key));
            Assert.InRange(ring.NewestFirst().Count(), 0, 64);
            checks++;
        }
        while (!writing.IsCompleted);
        await writing;
        Assert.True(checks > 0);
        Assert.Equal(count, ring.Newest);
    }

    private sealed record Item(int Number, string? Key);
}
