using Usher.Model.Journeys;
using Usher.Trace.Detail;

namespace Usher.Trace.Tests.Detail;

public sealed class WaitingRecordsTests
{
    private readonly TestRoad road = new();

    [Fact]
    public void Each_is_taken_once_and_by_its_own_journey()
    {
        var waiting = new WaitingRecords(16);
        var (one, other) = (Record(1), Record(2));
        Add(waiting, one);
        Add(waiting, other);

        Assert.Null(Take(waiting, 3));
        Assert.Same(other, Take(waiting, 2));
        Assert.Same(one, Take(waiting, 1));
        Assert.Null(Take(waiting, 1));
    }

    [Fact]
    public void Two_of_a_journey_wait_beside_each_other()
    {
        var waiting = new WaitingRecords(16);
        RequestRecord[] both = [Record(1), Record(1)];
        foreach (var record in both) Add(waiting, record);

        Assert.Equivalent(both, new[] { Take(waiting, 1), Take(waiting, 1) });
        Assert.Null(Take(waiting, 1));
    }

    [Fact]
    public void What_nobody_takes_gives_way()
    {
        var waiting = new WaitingRecords(16);
        for (var i = 0; i < 100; i++) Add(waiting, Record(i));

        Assert.InRange(Enumerable.Range(0, 100).Count(i => Take(waiting, i) is not null), 1, 16);
    }

    private static void Add(WaitingRecords waiting, RequestRecord record) => waiting.Add(TraceRoot.NumberOf(record.JourneyId), record);

    private static RequestRecord? Take(WaitingRecords waiting, int i) => waiting.Take(TraceRoot.NumberOf(Id(i)), Id(i));

    private static string Id(int i) => $"1-67891233-{i + 1:x24}";

    private RequestRecord Record(int i)
    {
        var record = road.Ingress();
        record.JourneyId = Id(i);
        return record;
    }
}
