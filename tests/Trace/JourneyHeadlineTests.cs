using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Trace.Meters;

namespace Usher.Trace.Tests;

public sealed class JourneyHeadlineTests
{
    [Fact]
    public void A_list_shows_what_the_journeys_say_and_the_newest_first()
    {
        var road = new TestRoad();
        foreach (var nth in new[] { 1, 2, 3 }) road.Log.Add(Record(road, nth, nth == 2 ? 404 : 200));

        var listed = road.Headlines.Recent(JourneyFilter.All, 10, CancellationToken.None);

        Assert.Equal(["1-3", "1-2", "1-1"], listed.Select(j => j.Id));
        Assert.Equal([.. road.Book.Recent().Select(JourneyHeadline.Of)], listed);
        Assert.Equal(["1-2"], road.Headlines.Recent(new JourneyFilter { Failed = true }, 10, CancellationToken.None).Select(j => j.Id));
        Assert.Equal(["1-3", "1-2"], road.Headlines.Recent(JourneyFilter.All, 2, CancellationToken.None).Select(j => j.Id));
    }

    [Fact]
    public void What_has_had_its_time_is_told_once()
    {
        var road = new TestRoad();
        road.Log.Add(Record(road, 1, 200));
        Assert.NotSame(Listed(road), Listed(road));

        road.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Same(Listed(road), Listed(road));
    }

    [Fact]
    public void A_generations_requests_are_found_and_counted()
    {
        var road = new TestRoad();
        road.Log.Add(Record(road, 1, 200));
        road.Log.Add(Record(road, 2, 404));
        road.Log.Add(Record(road, 3, 502));

        Assert.Equal(new GenerationTally(3, 1, 1), road.Log.Generations.Of(12));
        Assert.Equal(default, road.Log.Generations.Of(12 + GenerationTallies.Most));
        Assert.Equal(3, road.Headlines.Recent(new JourneyFilter { Generation = 12 }, 10, CancellationToken.None).Count);
        Assert.Empty(road.Headlines.Recent(new JourneyFilter { Generation = 13 }, 10, CancellationToken.None));
    }

    [Fact]
    public void A_later_generation_takes_an_old_ones_place_and_what_ends_late_isnt_counted_for_it()
    {
        var tallies = new GenerationTallies();
        tallies.Count(Of(1));
        tallies.Count(Of(1 + GenerationTallies.Most));
        tallies.Count(Of(1));

        Assert.Equal(default, tallies.Of(1));
        Assert.Equal(1, tallies.Of(1 + GenerationTallies.Most).Requests);
    }

    private static JourneyHeadline Listed(TestRoad road) => road.Headlines.Recent(JourneyFilter.All, 1, CancellationToken.None).Single();

    private static Model.Journeys.RequestRecord Record(TestRoad road, int nth, int status)
    {
        var record = road.LoadBalancer(nth);
        record.JourneyId = $"1-{nth}";
        record.Upstream = null;
        (record.Status, record.UpstreamStatus) = (status, 0);
        record.AnsweredHere = true;
        return record;
    }

    private static Model.Journeys.RequestRecord Of(long generation) => new()
    {
        Hop = Model.Journeys.Hop.LoadBalancer, Generation = new Generation(generation, DesiredState.Empty, AddressPlan.Empty, []), Downstream = TestRoad.Client, RequestOnConnection = 1, StartedAt = 1,
        StartedOn = TestRoad.Start, Protocol = "HTTP/1.1", Method = "GET", Target = "/", Host = "a", Status = 200,
    };
}
