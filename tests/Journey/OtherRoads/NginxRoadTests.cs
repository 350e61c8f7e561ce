using Usher.Cli.Running;
using Usher.Model.Desired;

namespace Usher.Journey.Tests.OtherRoads;

/// <summary>Every example of ingress-nginx loads and behaves: requests on real sockets to the controller's virtual IP, and which pod answered.</summary>
[Trait("roads", "others")]
public sealed class NginxRoadTests
{
    public static TheoryData<string> Roads => [.. NginxRoads.All.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Roads))]
    public Task It_routes(string files) => NginxRoads.All.Single(r => r.Name == files).HoldsAsync("ingress-nginx");

    [Fact]
    public void What_cant_be_served_is_refused_by_name()
    {
        Assert.SkipWhen(OthersRoads.Folder is null, OthersRoads.Missing);
        foreach (var (file, told) in NginxRoads.Refused)
        {
            using var state = StateDirectory.Temporary();
            var errors = new ErrorList();
            Assert.Null(Road.ComposeToExplain(new RoadSettings { Paths = [Path.Combine(OthersRoads.Folder!, "ingress-nginx", file)] }, state).Compile(errors));
            Assert.Contains(errors.All, e => e.Message.Contains(told, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_file_is_in_the_table()
    {
        Assert.SkipWhen(OthersRoads.Folder is null, OthersRoads.Missing);
        Assert.Equal(OthersRoads.Of("ingress-nginx"), NginxRoads.All.SelectMany(r => r.Files).Concat(NginxRoads.Refused.Select(r => r.File)).Distinct().Order(StringComparer.Ordinal));
    }
}
