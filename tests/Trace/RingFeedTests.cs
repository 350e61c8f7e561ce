namespace Usher.Trace.Tests;

public sealed class RingFeedTests
{
    [Theory]
    [InlineData(1, 0, 25)]
    [InlineData(5, 0, 200)]
    // Few are in the ring since most aren't kept: the road is busy all the same.
    [InlineData(1, 4, 200)]
    public async Task A_follower_of_a_busy_road_is_woken_seldom(int kept, int passed, int milliseconds)
    {
        var (ring, time) = (new Ring<string>(1_000), new Waits());
        var passedOver = 0L;
        var feed = new RingFeed<string>(ring, new TraceOptions(), time, () => passedOver);
        await using var told = feed.FollowAsync((ended, _) => ended.Count, CancellationToken.None).GetAsyncEnumerator();
        for (var round = 0; round < 2; round++)
        {
            var next = told.MoveNextAsync();
            for (var i = 0; i < kept; i++) ring.Add("");
            passedOver += passed;
            feed.Beat();
            Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
            Assert.Equal(kept, told.Current);
        }

        Assert.Equal(milliseconds, time.Last.TotalMilliseconds);
    }

    /// <summary>A clock whose waits are over at once.</summary>
    private sealed class Waits : TimeProvider
    {
        internal TimeSpan Last { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Last = dueTime;
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
