namespace Usher.Journey.Tests.OtherRoads;

/// <summary>Every example of the AWS Load Balancer Controller loads and behaves: requests on real sockets to the load balancers, and which pod answered.</summary>
[Trait("roads", "others")]
public sealed class AlbRoadTests
{
    public static TheoryData<string> Roads => [.. AlbRoads.All.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Roads))]
    public Task It_routes(string files) => AlbRoads.All.Single(r => r.Name == files).HoldsAsync("");

    [Fact]
    public void Every_file_is_in_the_table()
    {
        Assert.SkipWhen(OthersRoads.Folder is null, OthersRoads.Missing);
        Assert.Equal(new[] { "alb-2048", "alb-echoservice", "alb-grpc", "external-dns" }.SelectMany(set => OthersRoads.Of(set).Select(f => $"{set}/{f}")), AlbRoads.All.SelectMany(r => r.Files).Order(StringComparer.Ordinal));
    }
}
