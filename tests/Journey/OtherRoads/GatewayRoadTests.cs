using Usher.Cli.Running;
using Usher.Model.Desired;

namespace Usher.Journey.Tests.OtherRoads;

/// <summary>Every example of the Gateway API loads and behaves: requests on real sockets to a Gateway's virtual IP, and which pod answered. In several classes, which run beside each other.</summary>
[Trait("roads", "others")]
public sealed class GatewayHttpRoadTests
{
    public static TheoryData<string> Roads => [.. GatewayRoads.Http.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Roads))]
    public Task It_routes(string files) => GatewayRoads.Http.Single(r => r.Name == files).HoldsAsync("gateway-api");
}

/// <summary>The same of filters and shares.</summary>
[Trait("roads", "others")]
public sealed class GatewayFilterRoadTests
{
    public static TheoryData<string> Roads => [.. GatewayRoads.Filters.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Roads))]
    public Task It_filters(string files) => GatewayRoads.Filters.Single(r => r.Name == files).HoldsAsync("gateway-api");
}

/// <summary>The same of TLS, gRPC, TCP and UDP; and that no file is left out.</summary>
[Trait("roads", "others")]
public sealed class GatewayConnectionRoadTests
{
    public static TheoryData<string> Roads => [.. GatewayRoads.Others.Select(r => r.Name)];

    public static TheoryData<string, string> Unserved => [.. GatewayRoads.Unserved.Select(r => new TheoryDataRow<string, string>(r.File, r.Told))];

    [Theory]
    [MemberData(nameof(Roads))]
    public Task It_connects(string files) => GatewayRoads.Others.Single(r => r.Name == files).HoldsAsync("gateway-api");

    [Theory]
    [MemberData(nameof(Unserved))]
    public void As_it_is_nothing_serves_it_and_that_is_told(string file, string told)
    {
        Assert.SkipWhen(OthersRoads.Folder is null, OthersRoads.Missing);
        using var state = StateDirectory.Temporary();
        var errors = new ErrorList();
        var road = Road.ComposeToExplain(new RoadSettings { Paths = [Path.Combine(OthersRoads.Folder!, "gateway-api", file)] }, state);
        var generation = road.Compile(errors);
        Assert.Empty(errors.All);
        Assert.Equal(told, generation!.Warnings.Select(w => $"{w.Field}: {w.Message}").Single(w => w.StartsWith("spec.parentRefs", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_file_is_in_a_table()
    {
        Assert.SkipWhen(OthersRoads.Folder is null, OthersRoads.Missing);
        var listed = GatewayRoads.Http.Concat(GatewayRoads.Filters).Concat(GatewayRoads.Others).SelectMany(r => r.Files).Concat(GatewayRoads.Unserved.Select(u => u.File)).Concat(GatewayRoads.Elsewhere);
        Assert.Equal(OthersRoads.Of("gateway-api"), listed.Distinct().Order(StringComparer.Ordinal));
    }
}
