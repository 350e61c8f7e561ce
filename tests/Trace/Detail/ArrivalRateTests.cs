using CsCheck;
using Usher.Trace.Detail;

namespace Usher.Trace.Tests.Detail;

public sealed class ArrivalRateTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void A_burst_is_not_too_many_and_what_comes_faster_than_the_rate_is()
    {
        var rate = new ArrivalRate(10, 3, Second);
        Assert.Equal([false, false, false, true, true, true, true], Enumerable.Range(0, 7).Select(_ => rate.Add(Second)));
        Assert.True(rate.IsTooHigh(Second));
        // Two more are counted than may come; from then on one is done with every tenth of a second.
        Assert.True(rate.IsTooHigh(Second + (2 * Second / 10) - 1));
        Assert.False(rate.IsTooHigh(Second + (2 * Second / 10)));
        Assert.Equal([false, true], Enumerable.Range(0, 2).Select(_ => rate.Add(Second + (3 * Second / 10))));
    }

    [Fact]
    public void While_they_come_much_faster_each_is_one_of_too_many()
    {
        var rate = new ArrivalRate(1_000, 10_000, Second);
        var taken = Enumerable.Range(0, 400_000).Count(i => !rate.Add(i * 33));
        Assert.InRange(taken, 10_000, 10_400);
    }

    [Fact]
    public void At_the_rate_none_ever_is() =>
        Gen.Select(Gen.Int[1, 50], Gen.Int[1, 20], Gen.Int[1, 300]).Sample((perSecond, burst, count) =>
        {
            var rate = new ArrivalRate(perSecond, burst, Second);
            return !Enumerable.Range(0, count).Any(i => rate.Add(i * (Second / perSecond)));
        });

    [Fact]
    public void Many_at_once_are_no_more_than_may_come()
    {
        var rate = new ArrivalRate(1, 1_000, Second);
        var taken = 0;
        Parallel.For(0, 10_000, _ =>
        {
            if (!rate.Add(Second)) Interlocked.Increment(ref taken);
        });
        Assert.Equal(1_000, taken);
    }
}
