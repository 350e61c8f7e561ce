using CsCheck;
using Usher.Trace.Keeping;

namespace Usher.Trace.Tests;

public sealed class StoredKeysTests
{
    [Fact]
    public void They_are_the_newest_in_order_whatever_order_they_come_in() => Gen.Select(Gen.Int[0, 30].List[0, 8].List[0, 12], Gen.Int[1, 12]).Sample((batches, most) =>
    {
        var keys = new StoredKeys();
        var naive = new List<StoredKey>();
        foreach (var batch in batches)
        {
            keys.Add(batch.Select(Key), most);
            naive = [.. naive.Concat(batch.Select(Key)).Distinct().Order().TakeLast(most)];
            Assert.Equal(naive, keys.All());
        }

        Assert.Equal(naive.Count, keys.Count);
        Assert.Equal(naive.Cast<StoredKey?>().LastOrDefault(k => k!.Value.Id == "1-7"), keys.Newest(k => k.Id == "1-7"));
    });

    private static StoredKey Key(int number) => new(StoredKey.Arrived, $"{number:D14}~1-{number % 10}~ok");
}
