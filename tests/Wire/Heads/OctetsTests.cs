using CsCheck;

namespace Usher.Wire.Tests.Heads;

/// <summary>Text of heads: a byte is a character, and what is written in a configuration is UTF-8.</summary>
public sealed class OctetsTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\u00fc", "\u00c3\u00bc")]
    [InlineData("\u20ac \ud83d\ude80", "\u00e2\u0082\u00ac \u00f0\u009f\u009a\u0080")]
    public void A_written_text_is_its_UTF_8(string written, string octets)
    {
        Assert.Equal(octets, Octets.Of(written));
        Assert.Equal(written, Octets.Text(octets));
    }

    [Fact]
    public void What_is_not_UTF_8_is_read_as_it_is() => Assert.Equal("a\u00fc", Octets.Text("a\u00fc"));

    [Fact]
    public void Reading_and_writing_are_each_others_inverse() =>
        Gen.String.Where(s => !s.Any(char.IsSurrogate)).Sample(s => Octets.Text(Octets.Of(s)) == s && Octets.Of(s).All(c => c <= '\u00ff'));
}
