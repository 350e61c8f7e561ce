using System.Text;
using CsCheck;

namespace Usher.Seam.Tests;

public sealed class KnownTextsTests
{
    [Fact]
    public void A_text_is_always_its_own_bytes_whatever_came_before() =>
        Gen.Byte.Array[0, 40].Array[1, 100].Sample(texts =>
        {
            // Few places, so that texts take each other's.
            var known = new KnownTexts(8);
            Assert.All(texts, bytes => Assert.Equal(Encoding.Latin1.GetString(bytes), known.Of(bytes)));
        });

    [Fact]
    public void What_comes_again_is_the_same_string()
    {
        var known = new KnownTexts(64);
        var first = known.Of("api.example.com"u8);
        Assert.Same(first, known.Of("api.example.com"u8));
        Assert.NotSame(first, known.Of("api.example.org"u8));
        Assert.Same("", known.Of(""u8));
        var given = new string('a', 35);
        known.Remember(given);
        Assert.Same(given, known.Of(Encoding.ASCII.GetBytes(given)));
    }

    [Fact]
    public void What_is_too_long_to_come_again_is_read_and_forgotten()
    {
        var known = new KnownTexts(64);
        var text = new string('a', 300);
        known.Remember(text);
        var read = known.Of(Encoding.ASCII.GetBytes(text));
        Assert.Equal(text, read);
        Assert.NotSame(text, read);
    }
}
