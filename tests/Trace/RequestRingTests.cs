using CsCheck;
using Usher.Model.Journeys;

namespace Usher.Trace.Tests;

public sealed class RequestRingTests
{
    private readonly TestRoad road = new();

    [Fact]
    public void One_that_failed_is_found_and_listed_after_ten_thousand_that_did_not()
    {
        var options = new TraceOptions { FullDetailBurst = 20_000 };
        var busy = new TestRoad(options);
        busy.Log.Add(Record(0, failed: true));
        for (var i = 1; i <= options.Journeys + 500; i++) busy.Log.Add(Record(i, failed: false));

        Assert.Equal("1-0", busy.Book.Find("1-0")?.Id);
        Assert.Null(busy.Book.Find("1-1"));
        Assert.Equal(["1-0"], busy.Book.Recent(new JourneyFilter { Failed = true }).Select(j => j.Id));
        Assert.Equal("1-0", busy.Book.All(JourneyFilter.All, TestContext.Current.CancellationToken).First().Id);
        Assert.Equal(options.Journeys + 1, busy.Book.All(JourneyFilter.All, TestContext.Current.CancellationToken).Count());
    }

    [Fact]
    public void Its_later_hops_are_told_with_it()
    {
        var busy = new TestRoad(new TraceOptions { Journeys = 10 });
        var (first, ingress) = (busy.LoadBalancer(), busy.Ingress());
        (first.Status, ingress.Status) = (503, 503);
        busy.AddAll(first, ingress, busy.AtNode(), busy.AtVirtualIP());
        for (var i = 1; i <= 100; i++) busy.AddAll(Record(i, failed: false), new TestRoad().Ingress(), busy.AtNode(), busy.AtVirtualIP());

        var told = Assert.Single(busy.Book.Recent(new JourneyFilter { Failed = true }));
        Assert.Equal(Evidence.Seen, told.Hops.Single(h => h.Hop == Hop.Ingress).Evidence);
    }

    [Fact]
    public void Of_those_that_failed_the_oldest_give_way_too()
    {
        var ring = new RequestRing(10, 3, r => r.JourneyId);
        for (var i = 0; i < 50; i++) ring.Add(Record(i, failed: i % 5 == 0));

        Assert.Equal(["1-49", "1-48", "1-47", "1-46", "1-45", "1-44", "1-43", "1-42", "1-41", "1-40", "1-35"], ring.NewestFirst().Select(r => r.JourneyId));
        Assert.Equal(["1-35"], ring.With("1-35").Select(r => r.JourneyId));
        Assert.Single(ring.With("1-45"));
        Assert.Empty(ring.With("1-30"));
    }

    [Fact]
    public void A_reader_has_each_once_and_of_those_that_gave_way_the_ones_that_failed() => Gen.Select(Gen.Int[1, 30], Gen.Bool).Array[1, 40].Sample(rounds =>
    {
        // What ended later than two moments ago is read in a later round.
        var (ring, number, now) = (new RequestRing(10, 1_000, r => r.JourneyId), 0, 0);
        var reader = new EndedRequestReader(ring, 0, 0, () => 0);
        var read = new List<RequestRecord>();
        var added = new List<RequestRecord>();
        var lost = 0L;
        foreach (var (count, late) in rounds)
        {
            now++;
            for (var i = 0; i < count; i++)
            {
                var record = Record(number, failed: number % 7 == 0, endedAt: late ? now + 1 : now);
                added.Add(record);
                ring.Add(record);
                number++;
            }

            Read(now);
        }

        Read(long.MaxValue);
        Assert.Equal(read.Count, read.Distinct().Count());
        Assert.Equal(added.Where(r => r.IsFailed), read.Where(r => r.IsFailed).OrderBy(r => int.Parse(r.JourneyId![2..], null)));
        Assert.Equal(added.Count - read.Count, lost);

        void Read(long until)
        {
            var ended = reader.Read(until, out var more);
            Assert.True(more >= 0);
            Assert.All(ended, r => Assert.True(r.EndedAt <= until));
            read.AddRange(ended);
            lost += more;
        }
    });

    private RequestRecord Record(int number, bool failed, long endedAt = 0)
    {
        var record = road.LoadBalancer();
        (record.JourneyId, record.Status, record.EndedAt) = ($"1-{number}", failed ? 503 : 200, endedAt == 0 ? record.EndedAt : endedAt);
        return record;
    }
}
