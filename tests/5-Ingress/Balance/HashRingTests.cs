using CsCheck;

namespace Usher.Ingress.Tests.Balance;

/// <summary>The ring: what moves when a name comes or goes, and how even it is.</summary>
public sealed class HashRingTests
{
    private static readonly Gen<string[]> Names = Gen.Shuffle(Enumerable.Range(1, 20).Select(i => $"10.0.2.{i}:8080").ToArray(), 2, 12);
    private static readonly string[] Keys = [.. Enumerable.Range(0, 2_000).Select(i => $"/v1/users/{i * 7919}?x={i}")];

    [Fact]
    public void A_name_that_goes_moves_only_its_own_keys_and_one_that_comes_takes_only_for_itself() => Gen.Select(Names, Gen.Int[0, 11]).Sample((names, at) =>
    {
        var gone = names[at % names.Length];
        var rest = names.Where(n => n != gone).ToArray();
        var (all, fewer) = (new HashRing([.. names]), new HashRing([.. rest]));
        foreach (var key in Keys)
        {
            var owner = names[all.Find(key)];
            if (owner != gone) Assert.Equal(owner, rest[fewer.Find(key)]);
        }
    }, iter: 60);

    [Fact]
    public void The_order_of_the_names_changes_nothing() => Gen.Select(Names, Gen.Int[0, 100]).Sample((names, seed) =>
    {
        var other = names.OrderBy(n => HashCode.Combine(n, seed)).ToArray();
        var (one, two) = (new HashRing([.. names]), new HashRing([.. other]));
        foreach (var key in Keys.Take(300)) Assert.Equal(names[one.Find(key)], other[two.Find(key)]);
    }, iter: 60);

    [Fact]
    public void Each_name_has_about_its_share()
    {
        var ring = new HashRing([.. Enumerable.Range(1, 4).Select(i => $"10.0.2.{i}:8080")]);
        foreach (var share in Keys.CountBy(ring.Find)) Assert.InRange(share.Value, Keys.Length / 8, Keys.Length / 2);
    }

    /// <summary>Points of lua-resty-balancer for one server: each is the CRC-32 that goes on from the server's own with the four bytes of the point before.</summary>
    [Fact]
    public void One_name_has_every_key() => Assert.All(Keys, k => Assert.Equal(0, new HashRing(["10.0.2.1:8080"]).Find(k)));
}
