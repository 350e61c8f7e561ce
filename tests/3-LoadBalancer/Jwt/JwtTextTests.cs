using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CsCheck;

namespace Usher.LoadBalancer.Tests;

/// <summary>A token's text: what is read, what is refused, and that no text does harm.</summary>
public sealed class JwtTextTests
{
    private const string Header = """{"alg": "RS256"}""";

    public static TheoryData<string, string, string> Refused => new()
    {
        { "", "Malformed", "three parts" },
        { "a.b", "Malformed", "three parts" },
        { "a.b.c.d", "Malformed", "three parts" },
        { $"{Issuer.Part(Header)}=.{Issuer.Part("{}")}.AA", "Malformed", "header" },
        { $"{Issuer.Part(Header)} .{Issuer.Part("{}")}.AA", "Malformed", "header" },
        { $"{Issuer.Part(Header).Replace('-', '+')}+.{Issuer.Part("{}")}.AA", "Malformed", "header" },
        { $"{Issuer.Part("[]")}.{Issuer.Part("{}")}.AA", "Malformed", "header" },
        { $"{Issuer.Part("""{"alg": "RS256", "alg": "none"}""")}.{Issuer.Part("{}")}.AA", "Malformed", "header" },
        { $"{Issuer.Part("""{"alg": "RS256", "\u0061lg": "none"}""")}.{Issuer.Part("{}")}.AA", "Malformed", "header" },
        { $"{Issuer.Part("{}")}.{Issuer.Part("{}")}.AA", "Malformed", "no alg" },
        { $"{Issuer.Part("""{"alg": "none"}""")}.{Issuer.Part("{}")}.", "Algorithm", "RS256" },
        { $"{Issuer.Part("""{"alg": "HS256"}""")}.{Issuer.Part("{}")}.AA", "Algorithm", "RS256" },
        { $"{Issuer.Part("""{"alg": "RS512"}""")}.{Issuer.Part("{}")}.AA", "Algorithm", "RS256" },
        { $"{Issuer.Part("""{"alg": "rs256"}""")}.{Issuer.Part("{}")}.AA", "Algorithm", "RS256" },
        { $"{Issuer.Part("""{"alg": ["RS256"]}""")}.{Issuer.Part("{}")}.AA", "Algorithm", "RS256" },
        { $"{Issuer.Part("""{"alg": "RS256", "crit": ["b64"], "b64": false}""")}.{Issuer.Part("{}")}.AA", "Malformed", "crit" },
        { $"{Issuer.Part("""{"alg": "RS256", "kid": 1}""")}.{Issuer.Part("{}")}.AA", "Malformed", "kid" },
        { $"{Issuer.Part("""{"alg": "RS256", "kid": "\ud800"}""")}.{Issuer.Part("{}")}.AA", "Malformed", "kid" },
        { $"{Issuer.Part(Header)}.{Issuer.Part("""{"iss": "a", "iss": "b"}""")}.AA", "Malformed", "claims" },
        { $"{Issuer.Part(Header)}.{Issuer.Part("null")}.AA", "Malformed", "claims" },
        { $"{Issuer.Part(Header)}.{Base64Url.EncodeToString([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}'])}.AA", "Malformed", "claims" },
        { $"{Issuer.Part(Header)}.{Issuer.Part("{\"a\":" + new string('[', 16) + new string(']', 16) + "}")}.AA", "Malformed", "claims" },
        { $"{Issuer.Part(Header)}.{Issuer.Part("{}")}.", "Malformed", "signature" },
        { $"{Issuer.Part(Header)}.{Issuer.Part("{}")}.A", "Malformed", "signature" },
        { $"{Issuer.Part(Header)}.{Issuer.Part("{}")}.{new string('A', JwtText.MaxLength)}", "Malformed", "over 16384 characters" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_refused_and_why(string token, string failure, string why)
    {
        Assert.Null(JwtText.Read(token, out var reading));
        Assert.Equal(failure, reading!.Failure.ToString());
        Assert.Contains(why, reading.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_is_taken_apart()
    {
        var text = JwtText.Read($"{Issuer.Part("""{"alg": "RS256", "kid": "k\n1", "jwk": {}}""")}.{Issuer.Part("""{"sub": "x"}""")}.AQID", out var failure)!;
        Assert.Null(failure);
        Assert.Equal(("k\n1", null, "x"), (text.KeyId, text.ToldKeyId, text.Claims.GetProperty("sub").GetString()));
        Assert.Equal([1, 2, 3], text.Signature);
    }

    [Fact]
    public void No_text_does_harm()
    {
        using var issuer = new Issuer();
        using var other = RSA.Create(2048);
        var keys = KeySet.Read(Encoding.UTF8.GetBytes(Issuer.Set(issuer.Entry())), DateTimeOffset.UnixEpoch);
        var valid = issuer.Token();
        var plan = new JwtPlan(new Uri("https://a/"), Issuer.Name, [new ClaimPlan("scope", ClaimFormat.SpaceSeparated, ["read"])]);
        var bytes = Gen.Byte.Array[0, 60].Select(b => Base64Url.EncodeToString(b));
        var json = Gen.OneOf(
            Gen.Const("""{"alg":"RS256"}"""), Gen.Const("""{"alg":"RS256","kid":"k1"}"""), Gen.Const("""{"iss":"\ud800","exp":1e400}"""), Gen.Const($$"""{"iss":"{{Issuer.Name}}","exp":-1}"""),
            Gen.String[Gen.Char["{}[]\":,\\u0d8eE+-.1altrsfn"], 0, 40]).Select(Issuer.Part);
        var part = Gen.OneOf(bytes, json);
        var built = Gen.Select(part, part, part, (a, b, c) => $"{a}.{b}.{c}");
        var mutated = Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Char[' ', '~'], (at, with) => $"{valid[..at]}{with}{valid[(at + 1)..]}");
        Gen.OneOf(built, mutated, Gen.String).Sample(token =>
        {
            if (JwtText.Read(token, out var failure) is not { } text)
            {
                Assert.NotNull(failure);
                return;
            }

            _ = JwtClaims.Wrong(text.Claims, plan, DateTimeOffset.UnixEpoch, out _);
            // Of what is changed in a token nothing is let through that its issuer didn't sign; the last character of a signature has bits to spare.
            if (keys.Verifies(text) == true) Assert.Equal(valid[..^1], token[..^1]);
        }, iter: 20_000);
    }
}
