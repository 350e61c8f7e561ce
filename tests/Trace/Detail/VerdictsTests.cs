using CsCheck;
using Usher.Trace.Detail;

namespace Usher.Trace.Tests.Detail;

public sealed class VerdictsTests
{
    [Fact]
    public void What_was_decided_is_known_until_later_ones_take_its_place() =>
        Gen.Select(Gen.ULong, Gen.ULong[1, ulong.MaxValue >> 1], Gen.Bool).Array[1, 200].Sample(decided =>
        {
            var verdicts = new Verdicts(16);
            var newest = new Dictionary<ulong, (UInt128 Id, bool Kept)>();
            foreach (var (high, low, kept) in decided)
            {
                var id = new UInt128(high, low);
                verdicts.Set(id, kept);
                newest[low & 15] = (id, kept);
            }

            return newest.Values.All(n => verdicts.Of(n.Id) == n.Kept)
                && decided.All(d => newest.Values.Any(n => ((ulong)n.Id << 1) == (d.Item2 << 1)) || verdicts.Of(new UInt128(d.Item1, d.Item2)) is null);
        });

    [Fact]
    public void Of_one_that_was_never_decided_nothing_is_known()
    {
        var verdicts = new Verdicts(16);
        Assert.Null(verdicts.Of(new UInt128(1, 0x1234)));
        verdicts.Set(new UInt128(1, 0x5678_0000_0000_1234), kept: true);
        Assert.Null(verdicts.Of(new UInt128(1, 0x1234)));
    }

    [Fact]
    public void What_is_forgotten_is_not_known_and_another_s_stays()
    {
        var verdicts = new Verdicts(16);
        verdicts.Set(new UInt128(1, 0x1234), kept: true);
        verdicts.Forget(new UInt128(1, 0x5678_0000_0000_1234));
        Assert.True(verdicts.Of(new UInt128(1, 0x1234)));
        verdicts.Forget(new UInt128(1, 0x1234));
        Assert.Null(verdicts.Of(new UInt128(1, 0x1234)));
    }
}
