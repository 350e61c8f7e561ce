using CsCheck;
using Usher.Trace.Detail;

namespace Usher.Trace.Tests.Detail;

public sealed class RateBucketTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void A_full_bucket_gives_what_it_has_and_then_so_much_a_second()
    {
        var bucket = new RateBucket(10, 3, Second);
        Assert.Equal([true, true, true, false, false], Enumerable.Range(0, 5).Select(_ => bucket.Take(Second)));
        Assert.True(bucket.IsEmpty(Second + (Second / 10) - 1));
        Assert.False(bucket.IsEmpty(Second + (Second / 10)));
        Assert.Equal([true, false], Enumerable.Range(0, 2).Select(_ => bucket.Take(Second + (Second / 10))));
        // It never has more than it holds.
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => bucket.Take(100 * Second)));
    }

    [Fact]
    public void It_gives_what_a_count_of_tokens_would() =>
        Gen.Select(Gen.Int[1, 50], Gen.Int[1, 20], Gen.Int[0, 40_000].Array[0, 200]).Sample((perSecond, size, gaps) =>
        {
            var bucket = new RateBucket(perSecond, size, Second);
            var interval = Second / perSecond;
            // The naive way: tokens counted in ticks, since a token may have come in part.
            var (held, now) = (size * interval, 0L);
            foreach (var gap in gaps)
            {
                now += gap;
                held = Math.Min(size * interval, held + gap);
                var expected = held >= interval;
                if (expected) held -= interval;
                if (bucket.IsEmpty(now) != !expected || bucket.Take(now) != expected) return false;
            }

            return true;
        });

    [Fact]
    public void Many_takers_get_no_more_than_there_is()
    {
        var bucket = new RateBucket(1, 1_000, Second);
        var taken = 0;
        Parallel.For(0, 10_000, _ =>
        {
            if (bucket.Take(Second)) Interlocked.Increment(ref taken);
        });
        Assert.Equal(1_000, taken);
    }

    [Fact]
    public void With_debt_those_who_find_it_empty_are_made_good_first()
    {
        var bucket = new RateBucket(10, 3, Second, debt: 2);
        Assert.Equal([true, true, true, false, false, false, false], Enumerable.Range(0, 7).Select(_ => bucket.Take(Second)));
        Assert.True(bucket.IsEmpty(Second));
        // Two were counted that got none: the next token is the third.
        Assert.True(bucket.IsEmpty(Second + (3 * Second / 10) - 1));
        Assert.False(bucket.IsEmpty(Second + (3 * Second / 10)));
        Assert.Equal([true, false], Enumerable.Range(0, 2).Select(_ => bucket.Take(Second + (3 * Second / 10))));
    }

    [Fact]
    public void With_debt_nobody_gets_a_token_while_many_more_come()
    {
        var bucket = new RateBucket(1_000, 10_000, Second, debt: 100);
        var taken = Enumerable.Range(0, 400_000).Count(i => bucket.Take(i * 33));
        Assert.InRange(taken, 10_000, 10_400);
    }

    [Fact]
    public void At_its_rate_everybody_gets_one_debt_or_none() =>
        Gen.Select(Gen.Int[1, 50], Gen.Int[1, 20], Gen.Int[1, 300], Gen.Int[0, 5]).Sample((perSecond, size, count, debt) =>
        {
            var bucket = new RateBucket(perSecond, size, Second, debt);
            return Enumerable.Range(0, count).All(i => bucket.Take(i * (Second / perSecond)));
        });

    [Theory]
    [InlineData(2)]
    [InlineData(1_000)]
    public void Many_takers_of_one_with_debt_get_no_more_than_there_is(int debt)
    {
        var bucket = new RateBucket(1, 1_000, Second, debt);
        var taken = 0;
        Parallel.For(0, 10_000, _ =>
        {
            if (bucket.Take(Second)) Interlocked.Increment(ref taken);
        });
        Assert.Equal(1_000, taken);
    }
}
