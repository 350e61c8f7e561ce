using System.Text;

namespace Usher.LoadBalancer.Tests;

/// <summary>Tokens that were verified already.</summary>
public sealed class TokenCacheTests
{
    private static readonly JwtPlan Plan = new(new Uri("https://a/"), "i", []);
    private static readonly KeySet Keys = KeySet.Read(Encoding.UTF8.GetBytes(Issuer.Set()), DateTimeOffset.UnixEpoch);
    private static readonly JwtReading Good = new(JwtFailure.None) { Until = 100 };

    [Fact]
    public void A_token_is_known_until_it_expires_its_keys_change_or_another_action_asks()
    {
        var cache = new TokenCache();
        var key = TokenCache.KeyOf("token", Plan);
        Assert.Null(cache.Find(key, Keys, At(1)));
        cache.Add(key, Keys, Good);
        Assert.Equal(Good with { Remembered = true }, cache.Find(key, Keys, At(99)));
        Assert.Null(cache.Find(key, Keys, At(100)));
        Assert.Null(cache.Find(TokenCache.KeyOf("tokeN", Plan), Keys, At(1)));
        Assert.Null(cache.Find(TokenCache.KeyOf("token", new JwtPlan(Plan.Endpoint, Plan.Issuer, [])), Keys, At(1)));
        Assert.Null(cache.Find(key, KeySet.Read(Encoding.UTF8.GetBytes(Issuer.Set()), DateTimeOffset.UnixEpoch), At(1)));
    }

    [Fact]
    public void It_holds_no_more_than_twice_its_limit()
    {
        var cache = new TokenCache(limit: 10);
        for (var i = 0; i < 100; i++)
        {
            cache.Add(TokenCache.KeyOf($"{i}", Plan), Keys, Good);
            Assert.InRange(cache.Count, 1, 20);
            Assert.NotNull(cache.Find(TokenCache.KeyOf($"{Math.Max(0, i - 8)}", Plan), Keys, At(1)));
        }
    }

    private static DateTimeOffset At(int seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);
}
