using System.Text;

namespace Usher.LoadBalancer.Tests;

/// <summary>An issuer's keys: which count, and what they verify.</summary>
public sealed class KeySetTests
{
    [Theory]
    [InlineData(""", "use": "sig", "alg": "RS256" """, 1)]
    [InlineData("", 1)]
    [InlineData(""", "key_ops": ["verify"]""", 1)]
    [InlineData(""", "key_ops": ["encrypt"]""", 0)]
    [InlineData(""", "use": "enc" """, 0)]
    [InlineData(""", "alg": "RS512" """, 0)]
    [InlineData(""", "alg": "HS256" """, 0)]
    public void Keys_for_something_else_are_left_aside(string more, int count)
    {
        using var issuer = new Issuer();
        Assert.Equal(count, Read(Issuer.Set(issuer.Entry(more))).Count);
    }

    [Fact]
    public void Keys_that_are_no_strong_RSA_are_left_aside()
    {
        using var weak = new Issuer(bits: 1024);
        using var strong = new Issuer();
        Assert.Equal(1, Read(Issuer.Set(
            """{"kty": "oct", "kid": "k1", "k": "c2VjcmV0"}""", """{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}""", """{"kty": "RSA", "n": "!!", "e": "AQAB"}""",
            """{"kty": "RSA"}""", weak.Entry(), strong.Entry())).Count);
    }

    [Fact]
    public void The_key_that_a_token_names_verifies_it_and_any_where_it_names_none()
    {
        using var first = new Issuer("a");
        using var second = new Issuer("b");
        var keys = Read(Issuer.Set(first.Entry(), second.Entry()));
        Assert.True(Verifies(keys, second.Token()));
        Assert.True(Verifies(keys, second.Token(header: """{"alg": "RS256"}""")));
        Assert.False(Verifies(keys, second.Token(header: """{"alg": "RS256", "kid": "a"}""")));
        Assert.Null(Verifies(keys, second.Token(header: """{"alg": "RS256", "kid": "c"}""")));
        Assert.Null(Verifies(Read(Issuer.Set()), second.Token()));
        var token = second.Token();
        Assert.False(Verifies(keys, $"{token[..token.LastIndexOf('.')]}.AAAA"));
    }

    [Fact]
    public void Many_threads_verify_at_once()
    {
        using var issuer = new Issuer();
        var keys = Read(Issuer.Set(issuer.Entry()));
        var token = issuer.Token();
        Parallel.For(0, 500, _ => Assert.True(Verifies(keys, token)));
    }

    [Theory]
    [InlineData("[[", "no JSON Web Key Set")]
    [InlineData("<html>", "no JSON Web Key Set")]
    [InlineData("ELEVEN", "the set has 11 keys, and an ALB takes at most 10")]
    [InlineData("LONG", "the set has over 150 KB")]
    public void A_set_that_an_ALB_does_not_take(string text, string why)
    {
        var json = text switch
        {
            "ELEVEN" => Issuer.Set([.. Enumerable.Repeat("""{"kty": "oct", "k": "AA"}""", 11)]),
            "LONG" => Issuer.Set() + new string(' ', KeySet.MaxBytes),
            _ => text,
        };
        Assert.Contains(why, Assert.Throws<FormatException>(() => Read(json)).Message, StringComparison.Ordinal);
    }

    private static KeySet Read(string json) => KeySet.Read(Encoding.UTF8.GetBytes(json), DateTimeOffset.UnixEpoch);

    private static bool? Verifies(KeySet keys, string token) => keys.Verifies(JwtText.Read(token, out _)!);
}
