using CsCheck;

namespace Usher.Pod.Tests;

/// <summary><c>$(NAME)</c> as Kubernetes expands it; the table is the one of its own tests.</summary>
public sealed class ExpansionTests
{
    private static readonly Dictionary<string, string> Known = new()
    {
        ["VAR_A"] = "A", ["VAR_B"] = "B", ["VAR_C"] = "C", ["VAR_REF"] = "$(VAR_A)", ["VAR_EMPTY"] = "",
    };

    [Theory]
    [InlineData("$(VAR_A)", "A")]
    [InlineData("___$(VAR_B)___", "___B___")]
    [InlineData("___$(VAR_C)", "___C")]
    [InlineData("$(VAR_A)-$(VAR_A)", "A-A")]
    [InlineData("$(VAR_REF)-1", "$(VAR_A)-1")]
    [InlineData("%%$(VAR_REF)--$(VAR_REF)%%", "%%$(VAR_A)--$(VAR_A)%%")]
    [InlineData("foo$(VAR_EMPTY)bar", "foobar")]
    [InlineData("foo\\$(VAR_A)bar", "foo\\Abar")]
    [InlineData("foo$$(VAR_A)bar", "foo$(VAR_A)bar")]
    [InlineData("foo$$$$(VAR_A)bar", "foo$$(VAR_A)bar")]
    [InlineData("$$$$$$$(VAR_A)", "$$$A")]
    [InlineData("$VAR_A)", "$VAR_A)")]
    [InlineData("$(VAR_A", "$(VAR_A")]
    [InlineData("$VAR_A", "$VAR_A")]
    [InlineData("$(VAR_DNE)", "$(VAR_DNE)")]
    [InlineData("$(VAR_A)$(VAR_B", "A$(VAR_B")]
    [InlineData("f000-$VAR_A", "f000-$VAR_A")]
    [InlineData("$(VAR_A$(VAR_B)", "$(VAR_A$(VAR_B)")]
    [InlineData("$", "$")]
    [InlineData("$?_boo", "$?_boo")]
    [InlineData("$)", "$)")]
    [InlineData("$()", "$()")]
    public void Table(string text, string expected) => Assert.Equal(expected, Expansion.Expand(text, Known));

    [Fact]
    public void Doubling_every_dollar_gives_the_text_back() =>
        Gen.String[Gen.Char["$()AB_ x"], 0, 20].Sample(text =>
            Expansion.Expand(text.Replace("$", "$$", StringComparison.Ordinal), Known) == text);
}
