using CsCheck;
using Usher.Model.Journeys;
using Usher.Trace.Detail;

namespace Usher.Trace.Tests.Detail;

public sealed class BriefJourneyTests
{
    private readonly TestRoad road = new();

    [Theory]
    [InlineData("GET", "/v1/users", "GET /v1/users")]
    [InlineData("GET", "/012345678901234567890123456789012345678901234567890123456789", "GET /01234567890123456789012345678901234567890123456789012345")]
    [InlineData("GET", "/ü/users", "GET /")]
    [InlineData("AMETHODTHATISLONGERTHANWHATISKEPTOFALINEWHICHISSIXTYONECHARACTERS", "/", "AMETHODTHATISLONGERTHANWHATISKEPTOFALINEWHICHISSIXTYONECHARAC")]
    [InlineData("", "", " ")]
    public void Its_request_line_is_cut(string method, string target, string kept) => Assert.Equal(kept, BriefJourney.Of(1, Record("1-67891233-abcdef012345678912345678", method, target)).RequestLine);

    [Fact]
    public void Its_id_is_the_journeys() =>
        Gen.Select(Gen.UInt, Gen.ULong, Gen.UInt).Sample((a, b, c) =>
        {
            var id = $"1-{a:x8}-{b:x16}{c:x8}";
            return BriefJourney.Of(TraceRoot.NumberOf(id), Record(id, "GET", "/")).JourneyId == id;
        });

    [Theory]
    [InlineData(null)]
    [InlineData("1-5")]
    [InlineData("1-6789123g-abcdef012345678912345678")]
    [InlineData("Self=1-67891233-abcdef0123456789123")]
    public void An_id_of_another_form_is_none(string? id) => Assert.Equal(UInt128.Zero, TraceRoot.NumberOf(id));

    [Fact]
    public void The_newest_are_known()
    {
        var ring = new BriefRing(4);
        for (var i = 0; i < 10; i++) Add(ring, Record(Id(i), "GET", $"/{i}"));
        Assert.Equal(10, ring.Count);
        Assert.Equal(["/6", "/7", "/8", "/9"], Enumerable.Range(0, 10).Select(i => ring.Find(Id(i))?.RequestLine[4..]).OfType<string>());
    }

    [Fact]
    public void One_with_an_id_of_another_form_is_counted_and_not_found()
    {
        var ring = new BriefRing(4);
        Add(ring, Record("1-5", "GET", "/"));
        Assert.Equal((1, null), (ring.Count, ring.Find("000000")));
    }

    [Fact]
    public async Task Writers_never_mix_two()
    {
        var ring = new BriefRing(8);
        using var stop = new CancellationTokenSource();
        var looking = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                for (var i = 0; i < 16; i++)
                {
                    if (ring.Find(Id(i)) is { } found) Assert.Equal(($"GET /{i}", i), (found.RequestLine, found.Status));
                }
            }
        }, CancellationToken.None);
        Parallel.For(0, 200_000, i =>
        {
            var record = Record(Id(i % 16), "GET", $"/{i % 16}");
            record.Status = i % 16;
            Add(ring, record);
        });
        await stop.CancelAsync();
        await looking;
    }

    private static void Add(BriefRing ring, RequestRecord record) => ring.Add(TraceRoot.NumberOf(record.JourneyId), record);

    private static string Id(int i) => $"1-67891233-{i + 1:x24}";

    private RequestRecord Record(string id, string method, string target) => new()
    {
        Hop = Hop.LoadBalancer, Generation = road.Generation, Downstream = TestRoad.Client, RequestOnConnection = 1, StartedAt = 1, StartedOn = TestRoad.Start, Protocol = "HTTP/1.1",
        Method = method, Target = target, Host = "", JourneyId = id,
    };
}
