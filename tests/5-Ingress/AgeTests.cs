using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Ingress.Tests;

/// <summary>Which of two objects is the older, and by what.</summary>
public sealed class AgeTests
{
    [Theory]
    [InlineData("2024-01-01T00:00:00Z", 9, "2025-01-01T00:00:00Z", 0, "it is the older one (2024-01-01 00:00:00Z before 2025-01-01 00:00:00Z)")]
    [InlineData("2025-01-01T00:00:00Z", 9, null, 0, "it is the older one (2025-01-01 00:00:00Z before no creationTimestamp)")]
    [InlineData(null, 0, null, 1, "it was on the road before the other came")]
    [InlineData("2025-01-01T00:00:00Z", 0, "2025-01-01T00:00:00Z", 1, null)]
    [InlineData(null, 3, null, 3, null)]
    public void The_stamp_decides_and_where_none_is_written_who_came_first(string? one, long oneSince, string? other, long otherSince, string? why)
    {
        var (older, younger) = (Age.Of(Made(one, oneSince)), Age.Of(Made(other, otherSince)));

        Assert.Equal(why is not null, older < younger);
        Assert.Equal(why is not null, younger > older);
        Assert.Equal(why is null, older == younger);
        Assert.True(older <= younger);
        Assert.Equal(why is null, older >= younger);
        if (why is not null) Assert.Equal(why, Age.Why(older, younger));
    }

    private static Resource<V1Ingress> Made(string? at, long since) => new(
        new ResourceKey("networking.k8s.io", "Ingress", "shop", "a"),
        new V1Ingress { Metadata = new V1ObjectMeta { CreationTimestamp = at is null ? null : DateTime.Parse(at, System.Globalization.CultureInfo.InvariantCulture) } },
        new Origin("files", "a.yaml", 1)) { Since = since };
}
