using CsCheck;
using Usher.Doorway.Files.GatewaySchema;
using Usher.Model.Gateway;

namespace Usher.Doorway.Files.Tests;

/// <summary>GEP-2257 durations.</summary>
public sealed class GatewayDurationTests
{
    private static readonly string[] Units = ["h", "m", "s", "ms"];

    [Theory]
    [InlineData("0s", 0)]
    [InlineData("0h", 0)]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1h2m3s4ms", 3_723_004)]
    [InlineData("1s1s1s1s", 4_000)]
    [InlineData("99999h", 359_996_400_000)]
    public void A_duration_is_the_sum_of_its_parts(string text, long milliseconds) => Assert.Equal(milliseconds, GatewayDuration.Parse(text)?.TotalMilliseconds);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("1us")]
    [InlineData("1S")]
    [InlineData("1s ")]
    [InlineData("100000s")]
    [InlineData("1s1s1s1s1s")]
    public void Other_texts_are_none(string? text) => Assert.Null(GatewayDuration.Parse(text));

    [Fact]
    public void What_can_be_read_is_what_the_pattern_of_the_CRD_allows() =>
        Gen.Select(Gen.Int[0, 120_000], Gen.Int[0, 4]).Array[0, 6].Sample(parts =>
        {
            var text = string.Concat(parts.Select(p => $"{p.Item1}{(p.Item2 < Units.Length ? Units[p.Item2] : "")}"));
            Assert.Equal(TextRules.Duration.Allows(text), GatewayDuration.Parse(text) is not null);
        }, iter: 5000);
}
